#include "engine/test/run.hpp"

#include <algorithm>

#include "engine/runtime/type_mark.hpp"

namespace weir {

using plan::ExprId;
using plan::none;
using plan::TestOut;
using plan::TestStep;

TestResult run_test(const TestSetup& setup, const plan::Test& test, std::optional<std::uint64_t> seed) { return TestRun(setup, test, seed).run(); }

TestResult TestRun::run() {
    at_ = test_.at;
    std::string why;
    const Result<Done> opened = world_.open();
    bool fine = opened ? values_.open(why) : cannot("the flows start", opened.error().text);
    if (opened && !fine) cannot("the flows start", why);
    for (const TestStep& each : test_.steps) {
        if (!fine) break;
        fine = step(each) && still();
    }
    TestResult result;
    if (failure_ && !world_.log.empty()) {
        failure_->notes.push_back("the engine warned:");
        for (std::size_t n = world_.log.size() > 5 ? world_.log.size() - 5 : 0; n < world_.log.size(); ++n) failure_->notes.push_back("  " + world_.log[n]);
    }
    result.failure = std::move(failure_);
    result.took = world_.clock.engine();
    return result;
}

bool TestRun::fail(std::string expected, std::string was, std::vector<std::string> notes) {
    if (!failure_) failure_ = TestFailure{at_, std::move(expected), std::move(was), std::move(notes)};
    return false;
}

bool TestRun::step(const TestStep& step) {
    at_ = step.at;
    const bool fine = std::visit([this](const auto& s) { return take(s); }, step.what);
    if (fine && !world_.broken().empty()) return fail("the engine runs", "it can't go on: " + world_.broken());
    return fine;
}

bool TestRun::still() {
    for (const auto& [expect, at] : always_) {
        const Look found = look(*expect);
        if (found.holds) continue;
        const Span broken_by = at_;
        at_ = at;
        (void)broken_by;
        return fail("always " + found.expected, found.was, found.notes);
    }
    return true;
}

// ---- what a test puts in ----

bool TestRun::endpoint(const plan::TestEndpoint& from, Recorder::Endpoint& out, std::vector<Argument>& arguments) {
    out.connector = plan_.connectors[from.connector].name;
    out.operation = from.operation;
    std::string why;
    for (const plan::TestArgument& argument : from.arguments) {
        Value value;
        if (!values_.value(argument.value, value, why)) return cannot("an argument is computed", why);
        arguments.push_back({argument.name, value});
    }
    out.arguments = Recorder::texts(arguments);
    return true;
}

bool TestRun::out_of(const TestOut& from, Recorder::Out& out) {
    std::string why;
    Value text, status, body;
    if (!values_.value(from.why, text, why) || !values_.value(from.status, status, why) || !values_.value(from.body, body, why)) return cannot("the stub's answer is computed", why);
    if (!values_.duration(from.after, out.after, why) || !values_.duration(from.lasts, out.lasts, why) || !values_.count(from.times, out.times, why)) return cannot("the stub is computed", why);
    out.fails = from.fails;
    out.failure = from.failure;
    if (text.kind() == Kind::string) out.why = text.text();
    if (status.kind() == Kind::integer) out.status = static_cast<std::uint16_t>(status.i);
    out.format = Format::none;
    if (body.is_missing()) return true;
    const Body made = TestValues::body(body);
    out.format = made.format;
    out.body = made.bytes;
    return true;
}

bool TestRun::take(const plan::TestStub& s) {
    Recorder::Endpoint to;
    std::vector<Argument> arguments;
    if (!endpoint(*s.target.endpoint, to, arguments)) return false;
    std::vector<Recorder::Out> outs;
    for (const TestOut& from : s.outs)
        if (!out_of(from, outs.emplace_back())) return false;
    const TestOut& last = s.outs.back();
    if (last.lasts != none || last.times != none) outs.emplace_back().format = Format::none;  // then it is as without a stub
    world_.recorder.stub(std::move(to), std::move(outs));
    return true;
}

bool TestRun::headers_of(ExprId id, Headers& out) {
    Value value;
    std::string why;
    if (!values_.value(id, value, why)) return cannot("the headers are computed", why);
    if (value.is_absent()) return true;
    if (value.kind() != Kind::object) return cannot("the headers are an object", TestValues::json(value));
    for (std::uint32_t n = 0; n < value.length(); ++n) {
        const Value& given = value.o[n].value;
        if (given.is_absent()) continue;
        std::string name(value.o[n].key.text());
        for (char& c : name) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
        out.push_back({std::move(name), given.kind() == Kind::string ? std::string(given.text()) : TestValues::json(given)});
    }
    return true;
}

bool TestRun::meta_of(ExprId id, Meta& meta) {
    Value value;
    std::string why;
    if (!values_.value(id, value, why)) return cannot("`meta` is computed", why);
    if (value.is_absent()) return true;
    if (value.kind() != Kind::object) return cannot("`meta` is an object", TestValues::json(value));
    for (std::uint32_t n = 0; n < value.length(); ++n) {
        const std::string_view name = value.o[n].key.text();
        const Value& given = value.o[n].value;
        Id128* ids[] = {&meta.id, &meta.correlation, &meta.trace, &meta.in_reply_to};
        constexpr std::string_view names[] = {"id", "correlation_id", "trace_id", "in_reply_to"};
        const auto found = std::find(std::begin(names), std::end(names), name);
        if (found != std::end(names) && given.kind() == Kind::string) *ids[found - std::begin(names)] = values_.id(given.text());
        else if (name == "created" && given.kind() == Kind::timestamp) meta.created = given.i;
        else if (name == "expires" && given.kind() == Kind::timestamp) meta.expires = given.i;
        else return cannot("`meta` holds facts of a message", "there is no `" + std::string(name) + "` that a test can set to " + TestValues::json(given));
    }
    return true;
}

bool TestRun::take(const plan::TestSend& s) {
    std::string why;
    Value value;
    if (!values_.value(s.body, value, why)) return cannot("the message is computed", why);
    std::uint64_t times = 1;
    if (!values_.count(s.times, times, why)) return cannot("`times` is computed", why);
    for (std::uint64_t n = 0; n < times; ++n) {
        Message message;
        Headers headers;
        if (s.body != none) message.body = TestValues::body(value);
        message.meta.id = {world_.random.next(), world_.random.next()};
        message.meta.created = world_.clock.wall();
        if (!headers_of(s.headers, headers) || !meta_of(s.meta, message.meta)) return false;
        if (s.target.channel != none ? !send_to_channel(s, std::move(message), std::move(headers)) : !send_to_source(s, std::move(message), std::move(headers))) return false;
    }
    world_.run();
    return true;
}

bool TestRun::send_to_channel(const plan::TestSend& s, Message message, Headers headers) {
    const plan::Channel& channel = plan_.channels[s.target.channel];
    Body looked = message.body;
    std::string why;
    if (!values_.open_body(looked, channel.type, why)) return cannot("the message fits `" + channel.name + "`", why);
    Commit commit;
    commit.flow = world_.watched->number(NameKind::flow, "a test");
    commit.history = false;
    commit.now = world_.clock.wall();
    const auto slice = [&](std::string_view text) {
        const Slice out{static_cast<std::uint32_t>(commit.bytes.size()), static_cast<std::uint32_t>(text.size())};
        commit.bytes += text;
        return out;
    };
    Put row;
    row.channel = world_.watched->number(NameKind::channel, channel.name);
    row.id = message.meta.id;
    std::string body;
    write_body(body, message.body);
    const Format format = message.body.format == Format::none ? Format::json : message.body.format;
    row.type = static_cast<std::uint32_t>(format) | mark_of(plan_, channel.type).mark << 8;
    row.envelope = slice(encode_envelope(&headers, message.meta));
    row.body = slice(body);
    commit.puts.push_back(row);
    UnitWrite unit;
    unit.id = row.id;
    unit.puts_end = 1;
    commit.units.push_back(unit);
    world_.watched->put(std::move(commit), world_.executor);
    return true;
}

bool TestRun::send_to_source(const plan::TestSend& s, Message message, Headers headers) {
    Recorder::Endpoint to;
    std::vector<Argument> arguments;
    if (!endpoint(*s.target.endpoint, to, arguments)) return false;
    Rehearsal rehearsal;
    rehearsal.operation = to.operation;
    rehearsal.sent = to.arguments.empty() ? std::string() : to.arguments.front().value;
    if (const std::size_t question = rehearsal.sent.find('?'); question != std::string::npos && s.asks) to.arguments.front().value.resize(question);
    const Recorder::Endpoint* declared = world_.recorder.source(to);
    if (declared == nullptr) return fail("a flow reads from `" + s.target.text + "`", "none does");
    rehearsal.declared = declared->arguments.empty() ? std::string() : declared->arguments.front().value;
    rehearsal.headers = std::move(headers);
    rehearsal.format = message.body.format;
    rehearsal.body = message.body.bytes;
    const Meta meta = message.meta;
    const std::string& kind = plan_.connectors[s.target.endpoint->connector].kind;
    std::string why;
    Delivery delivery;
    for (const auto& each : world_.real)
        if (each->name() == kind && !each->rehearse(rehearsal, delivery.message, why)) return cannot("`" + s.target.text + "` is sent", why);
    const Id128 trace = delivery.message.meta.trace;
    delivery.message.meta = meta;
    if (meta.trace.empty()) delivery.message.meta.trace = trace;
    Value facts;
    if (!values_.value(s.source, facts, why)) return cannot("`source` is computed", why);
    if (facts.kind() == Kind::object) {  // over those of the kind
        std::vector<Member> members;
        if (const Value& own = delivery.message.source; own.kind() == Kind::object) members.assign(own.o, own.o + own.length());
        for (std::uint32_t n = 0; n < facts.length(); ++n) {
            std::erase_if(members, [&](const Member& m) { return m.key.text() == facts.o[n].key.text(); });
            members.push_back(facts.o[n]);
        }
        Member* kept = values_.arena.take_array<Member>(members.size());
        std::copy(members.begin(), members.end(), kept);
        delivery.message.source = Value::object(kept, members.size());
    }
    Sender* sender = nullptr;
    if (s.asks) {
        sender = &senders_.emplace_back();
        sender->name = s.as;
    }
    const auto answered = [sender](Answer answer) {
        if (sender != nullptr) sender->answer = std::move(answer);
    };
    if (!world_.recorder.deliver(to, std::move(delivery), answered)) return fail("a flow reads from `" + s.target.text + "`", "none does");
    return true;
}

// ---- what a test does to the engine ----

bool TestRun::take(const plan::TestLet& s) {
    Value value;
    std::string why;
    if (!values_.value(s.value, value, why)) return cannot("the value is computed", why);
    values_.let(s.slot, value);
    return true;
}

bool TestRun::advance(EngineTime by, const std::function<bool()>& look) {
    bool fine = true;
    const bool met = world_.advance(by, [&] {
        fine = still();
        return !fine || (look && look());
    });
    return fine && (met || !look);
}

bool TestRun::take(const plan::TestAdvance& s) {
    EngineTime by{0};
    std::string why;
    if (!values_.duration(s.by, by, why)) return cannot("time passes", why);
    return advance(by);
}

bool TestRun::take(const plan::TestCrash& s) {
    if (s.before_commit) world_.die_before_commit();
    else world_.crash();
    return true;
}

bool TestRun::take(const plan::TestHold& s) {
    world_.pause(s.flow, s.pause);
    return true;
}

bool TestRun::take(const plan::TestReplay& s) {
    if (s.channel != plan::none) return replay_channel(plan_.channels[s.channel].name);
    Deed deed;
    deed.flow = s.flow;
    return replay(std::move(deed), s.flow + ".dead");
}

bool TestRun::replay(Deed deed, const std::string& what) {
    deed.sort = Deed::Sort::replay;
    deed.who = "test";
    deed.now = world_.clock.wall();
    std::string refused;
    world_.watched->act(std::move(deed), world_.executor, [&refused](Deeds deeds) { refused = std::move(deeds.refused); });
    world_.run();
    return refused.empty() || cannot("`" + what + "` is replayed", refused);
}

// What failed in each flow goes back there, read by the channel that the flow reads, as the command does it.
bool TestRun::replay_channel(const std::string& channel) {
    for (const plan::Flow& flow : plan_.flows) {
        Deed deed;
        deed.flow = flow.name;
        deed.channel = channel;
        if (flow.sources.size() == 1 && flow.sources[0].channel != plan::none) deed.origin = plan_.channels[flow.sources[0].channel].name;
        if (!replay(std::move(deed), channel)) return false;
    }
    return true;
}

bool TestRun::take(const plan::TestPurge& s) {
    Value text;
    std::string why;
    if (!values_.value(s.why, text, why)) return cannot("the reason is computed", why);
    Deed deed;
    deed.sort = s.target.dead.empty() ? Deed::Sort::purge : Deed::Sort::discard;
    if (s.target.dead.empty()) deed.channel = plan_.channels[s.target.channel].name;
    else deed.flow = s.target.dead;
    deed.who = "test";
    deed.why = text.kind() == Kind::string ? std::string(text.text()) : TestValues::json(text);
    deed.now = world_.clock.wall();
    std::string refused;
    world_.watched->act(std::move(deed), world_.executor, [&refused](Deeds deeds) { refused = std::move(deeds.refused); });
    world_.run();
    return refused.empty() || cannot("`" + s.target.text + "` is purged", refused);
}

bool TestRun::take(const plan::TestExpect& s) {
    EngineTime within{0};
    std::string why;
    if (!values_.duration(s.within, within, why)) return cannot("`within` is computed", why);
    Look found = look(s);
    if (!found.holds && within.count() > 0) {
        (void)advance(within, [&] {
            found = look(s);
            return found.holds;
        });
        if (failure_) return false;
    }
    if (!found.holds) return fail(found.expected, found.was, found.notes);
    if (s.always) always_.emplace_back(&s, at_);
    return true;
}

}  // namespace weir
