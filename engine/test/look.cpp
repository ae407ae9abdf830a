// What is there of what a test expects.
#include <algorithm>

#include "engine/runtime/row.hpp"
#include "engine/runtime/type_mark.hpp"
#include "engine/test/run.hpp"

namespace weir {

using plan::Expected;
using plan::none;
using plan::TestExpect;
using plan::TestTarget;

namespace {

constexpr std::size_t most_shown = 5;

std::string cut(std::string text) {
    if (text.size() <= 200) return text;
    text.resize(197);
    while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xc0) == 0x80) text.pop_back();
    return text + "..";
}

std::string names_of(const std::vector<TestTarget>& targets) {
    std::string all;
    for (const TestTarget& each : targets) all += (all.empty() ? "`" : ", `") + each.text + "`";
    return all;
}

std::string_view word_of(Expected what) {
    switch (what) {
        case Expected::has: return "has";
        case Expected::holds: return "holds";
        case Expected::called: return "called";
        case Expected::succeeded: return "succeeded";
        case Expected::purged: return "purged";
        case Expected::flow_holds: return "holds";
        case Expected::flow_filtered: return "filtered";
        case Expected::flow_discarded: return "discarded";
        case Expected::flow_duplicates: return "duplicates";
        case Expected::flow_failed: return "failed";
        default: return "is";
    }
}

std::vector<std::string> shown(const std::vector<SeenMessage>& all) {
    std::vector<std::string> out;
    for (const SeenMessage& each : all) {
        if (out.size() == most_shown) {
            out.push_back("  and " + std::to_string(all.size() - most_shown) + " more");
            break;
        }
        out.push_back("  " + each.shown);
    }
    return out;
}

}  // namespace

// ---- messages ----

SeenMessage TestRun::seen(const Id128& id, const std::string& envelope, const std::string& body, std::uint32_t type, plan::TypeId read_by) {
    Delivery delivery;
    open_row(id, values_.named(body), envelope, type, delivery);
    SeenMessage out;
    out.message = std::move(delivery.message);
    out.shown = cut(std::string(out.message.body.bytes));
    std::string why;
    Body typed = out.message.body;
    if (values_.open_body(typed, read_by, why)) out.message.body = std::move(typed);
    return out;
}

SeenMessage TestRun::seen(const Recorder::Sent& sent) {
    SeenMessage out;
    if (sent.format != Format::none) out.message.body = Body::copy_of(values_.named(sent.body), sent.format);
    else out.message.body = Body::of(Value::null());
    std::string why;
    (void)values_.open_body(out.message.body, none, why);
    if (!sent.headers.empty()) out.message.headers = std::make_shared<const Headers>(sent.headers);
    out.message.meta.id = sent.id;
    // `args`: by the names that the manifest gives to positions.
    std::vector<std::string> positions;
    for (const plan::Connector& connector : plan_.connectors) {
        const ConnectorSpec* spec = connector.name == sent.to.connector ? world_.setup.specs.find(connector.kind) : nullptr;
        const OperationSpec* operation = spec == nullptr ? nullptr : spec->find(sent.to.operation, OperationRole::sink);
        if (operation == nullptr) continue;
        for (const ArgumentSpec& argument : operation->arguments)
            if (argument.positional) positions.push_back(argument.name);
    }
    std::size_t next = 0;
    std::vector<Member> members;
    for (const Recorder::Text& text : sent.to.arguments) {
        const std::string name = !text.name.empty() ? text.name : next < positions.size() ? positions[next++] : "argument";
        const std::string_view key(values_.arena.copy(name), name.size());
        std::string padded = text.value;
        padded.append(json_padding, '\0');
        const std::string_view kept(values_.arena.copy(padded), text.value.size());
        Value value = Value::string(kept);
        if (text.json && !values_.reader.read(kept, values_.arena, value)) value = Value::string(kept);
        members.push_back({Value::string(key), value});
    }
    Member* kept = values_.arena.take_array<Member>(members.size());
    std::copy(members.begin(), members.end(), kept);
    out.arguments = Value::object(kept, members.size());
    out.shown = cut((sent.ok ? "" : "failed: ") + TestValues::json(out.arguments) + (sent.format == Format::none ? "" : " " + values_.named(sent.body)));
    return out;
}

bool TestRun::gather(const TestTarget& target, Expected what, std::vector<SeenMessage>& out, std::string& why) {
    if (!target.endpoint) {
        if (what == Expected::holds && target.dead.empty()) return standing(target, out, why);
        const std::string& name = target.dead.empty() ? plan_.channels[target.channel].name : target.dead;
        const plan::TypeId type = target.dead.empty() ? plan_.channels[target.channel].type : none;
        for (const WatchedStore::Arrival& each : world_.watched->arrivals()) {
            if (each.channel != name || each.dead == target.dead.empty() || (what == Expected::holds && each.gone)) continue;
            SeenMessage& made = out.emplace_back(seen(each.id, each.envelope, each.body, each.type, type));
            if (each.dead) made.message.meta.failure = std::make_shared<const Failure>(each.failure);
            if (made.message.meta.failure) made.shown += "  (" + std::string(name_of(made.message.meta.failure->kind)) + ": " + made.message.meta.failure->message + ")";
        }
        return true;
    }
    Recorder::Endpoint to;
    std::vector<Argument> arguments;
    if (!endpoint(*target.endpoint, to, arguments)) {
        why = failure_->was;
        return false;
    }
    for (const Recorder::Sent& sent : world_.recorder.sent())
        if (Recorder::fits(to, sent.to) && (what == Expected::called || sent.ok)) out.push_back(seen(sent));
    // What is appended is in the files of the set: each line is a call that succeeded.
    std::string path;
    if (!world_.recorder.append_path(to.connector, arguments, path)) return true;
    for (const WatchedStore::Line& line : world_.watched->lines()) {
        if (!Recorder::matches(path, line.file)) continue;
        Recorder::Sent sent;
        sent.to = to;
        sent.body = line.text.substr(0, line.text.size() - 1);
        sent.format = !sent.body.empty() && (sent.body.front() == '{' || sent.body.front() == '[') ? Format::json : Format::text;
        out.push_back(seen(sent));
    }
    return true;
}

// A queue whose readers select is dealt out to queues of theirs: what stands there stands in it all the same.
bool TestRun::standing(const TestTarget& target, std::vector<SeenMessage>& out, std::string& why) {
    const std::string& name = plan_.channels[target.channel].name;
    const bool dealt = std::any_of(plan_.flows.begin(), plan_.flows.end(), [&](const plan::Flow& flow) { return flow.of_tap && flow.name == name + "/select"; });
    for (plan::ChannelId id = 0; id < plan_.channels.size(); ++id) {
        const bool own = dealt && plan_.channels[id].of_tap && plan_.channels[id].name.starts_with(name + "/");
        if ((id == target.channel || own) && !standing_in(id, out, why)) return false;
    }
    return true;
}

// Rows that a consumer is not done with; without a consumer every row.
bool TestRun::standing_in(plan::ChannelId id, std::vector<SeenMessage>& out, std::string& why) {
    const plan::Channel& channel = plan_.channels[id];
    Store& store = *world_.watched;
    std::vector<PartState> readers;
    for (const plan::Flow& flow : plan_.flows)
        for (const plan::Source& source : flow.sources) {
            if (source.channel != id) continue;
            const bool topic = channel.kind == plan::ChannelKind::topic;
            const std::string name = topic ? channel.name + "/" + (source.subscription.empty() ? flow.name : source.subscription) : channel.name;
            std::vector<PartState> parts = store.parts(Position::Sort::consumer, store.number(NameKind::subscription, name));
            if (parts.empty()) parts.emplace_back();  // it has taken nothing yet
            for (PartState& part : parts) readers.push_back(std::move(part));
        }
    const auto rows = store.read(store.number(NameKind::channel, channel.name), 0, 1'000'000, std::size_t{1} << 30);
    if (!rows) {
        why = rows.error().text;
        return false;
    }
    const auto is_done = [](const PartState& part, RowId row) {
        return row < part.low || std::any_of(part.done.begin(), part.done.end(), [&](const Range& r) { return r.begin <= row && row < r.end; });
    };
    for (const Row& row : *rows) {
        const bool open = readers.empty() || std::any_of(readers.begin(), readers.end(), [&](const PartState& part) { return !is_done(part, row.id); });
        if (open) out.push_back(seen(row.mid, row.envelope, row.body, row.type, channel.type));
    }
    return true;
}

bool TestRun::resting(const std::string& flow, std::vector<SeenMessage>& out, std::string& why) {
    Store& store = *world_.watched;
    for (const DueRow& due : store.due(store.number(NameKind::flow, flow))) {
        const Result<DueRow> row = store.due_row(due.id);
        if (!row) {
            why = row.error().text;
            return false;
        }
        out.push_back(seen(row->mid, row->envelope, row->body, row->type, none));
    }
    return true;
}

// ---- expectations ----

void TestRun::compare(const TestExpect& e, const std::vector<SeenMessage>& all, Look& look) {
    Value expected;
    std::string why;
    if (!values_.value(e.count, expected, why)) {
        look.expected = "bodies";
        look.was = "they can't be computed: " + why;
        return;
    }
    Value* bodies = values_.arena.take_array<Value>(all.size());
    for (std::size_t n = 0; n < all.size(); ++n) {
        Body body = all[n].message.body;
        (void)values_.open_body(body, none, why);
        bodies[n] = body.tree;
    }
    const Value was = Value::array(bodies, all.size());
    look.holds = values_.equal(expected, was);
    look.expected = names_of(e.targets) + " is " + cut(TestValues::json(expected));
    look.was = cut(TestValues::json(was));
    if (!look.holds) look.notes = {"the first difference: " + values_.difference(expected, was)};
}

TestRun::Look TestRun::look_at_messages(const TestExpect& e) {
    Look found;
    std::vector<SeenMessage> all;
    std::string why;
    const bool of_flow = e.what == Expected::flow_holds;
    const std::string whose = of_flow ? "flow `" + e.of + "`" : names_of(e.targets);
    bool fine = true;
    if (of_flow) fine = resting(e.of, all, why);
    for (const TestTarget& target : e.targets) fine = fine && gather(target, e.what, all, why);
    std::uint64_t wanted = 0;
    if (fine && e.what != Expected::is && e.what != Expected::is_empty) fine = values_.count(e.count, wanted, why);
    if (!fine) {
        found.expected = whose;
        found.was = "it can't be said: " + why;
        return found;
    }
    if (e.what == Expected::is) {
        compare(e, all, found);
        return found;
    }
    if (e.what == Expected::is_empty) {
        found.holds = all.empty();
        found.expected = whose + " is empty";
        found.was = std::to_string(all.size()) + (all.size() == 1 ? " has arrived" : " have arrived");
        found.notes = shown(all);
        return found;
    }
    std::size_t fit = 0;
    for (SeenMessage& each : all) {
        const int fits = values_.fits(e.where, e.arguments, each, why);
        if (fits < 0) {
            found.expected = whose + " " + std::string(word_of(e.what)) + " " + std::to_string(wanted);
            found.was = "`where` can't be computed: " + why;
            found.notes = {"for the message " + each.shown};
            return found;
        }
        fit += fits == 1;
    }
    found.holds = fit == wanted;
    found.expected = whose + " " + std::string(word_of(e.what)) + " " + std::to_string(wanted);
    found.was = std::to_string(fit);
    if (e.where != none && all.size() != fit) found.was += " of " + std::to_string(all.size()) + (fit == 1 ? " fits" : " fit");
    found.notes = shown(all);
    return found;
}

TestRun::Look TestRun::look_at_figure(const TestExpect& e, std::uint64_t there, const std::string& what) {
    Look found;
    std::uint64_t wanted = 0;
    std::string why;
    if (!values_.count(e.count, wanted, why)) {
        found.was = "the count can't be computed: " + why;
        return found;
    }
    found.holds = there == wanted;
    found.expected = what + " " + std::string(word_of(e.what)) + " " + std::to_string(wanted);
    found.was = std::to_string(there);
    return found;
}

TestRun::Look TestRun::look_at_reply(const TestExpect& e) {
    Look found;
    const Sender* sender = nullptr;
    for (const Sender& each : senders_)
        if (e.of.empty() || each.name == e.of) sender = &each;
    const bool none_wanted = e.what == Expected::no_reply;
    found.expected = none_wanted ? "no reply" : "a reply";
    found.was = sender == nullptr ? "nobody has asked" : "there is none";
    const bool answered = sender != nullptr && sender->answer;
    if (none_wanted || !answered) {
        found.holds = none_wanted && !answered;
        if (answered) found.was = "status " + std::to_string(sender->answer->status) + " " + cut(sender->answer->body);
        return found;
    }
    const Answer& answer = *sender->answer;
    found.was = "status " + std::to_string(answer.status) + " " + cut(values_.named(answer.body));
    std::uint64_t status = 0;
    std::string why;
    if (!values_.count(e.count, status, why)) {
        found.was = "the status can't be computed: " + why;
        return found;
    }
    if (e.count != none) found.expected += " with status " + std::to_string(status);
    SeenMessage message;
    message.message.body = answer.body.empty() ? Body::of(Value::null()) : Body::copy_of(values_.named(answer.body), answer.format == Format::none ? Format::text : answer.format);
    if (!answer.headers.empty()) message.message.headers = std::make_shared<const Headers>(answer.headers);
    const int fits = e.count != none && status != answer.status ? 0 : values_.fits(e.where, e.arguments, message, why);
    if (fits < 0) found.notes = {"`where` can't be computed: " + why};
    found.holds = fits == 1;
    if (!found.holds && (e.count == none || status == answer.status)) found.expected += " that fits its `where`";
    return found;
}

TestRun::Look TestRun::look_at_order(const TestExpect& e) {
    Look found;
    Recorder::Endpoint first, second;
    std::vector<Argument> arguments, others;
    found.expected = "`" + e.targets.front().text + "` called before `" + e.targets.back().text + "`";
    if (!endpoint(*e.targets.front().endpoint, first, arguments) || !endpoint(*e.targets.back().endpoint, second, others)) return found;
    const auto& sent = world_.recorder.sent();
    const auto of = [&](const Recorder::Endpoint& to) { return std::find_if(sent.begin(), sent.end(), [&](const Recorder::Sent& s) { return Recorder::fits(to, s.to); }); };
    const auto a = of(first), b = of(second);
    found.holds = a != sent.end() && b != sent.end() && a < b;
    if (!found.holds) found.was = a == sent.end() ? "the first was never called" : b == sent.end() ? "the second was never called" : "the other way round";
    return found;
}

TestRun::Look TestRun::look(const TestExpect& e) {
    const WatchedStore& watched = *world_.watched;
    switch (e.what) {
        case Expected::reply:
        case Expected::no_reply: return look_at_reply(e);
        case Expected::before: return look_at_order(e);
        case Expected::purged: {
            std::uint64_t there = 0;
            for (const TestTarget& target : e.targets) there += target.channel == none ? 0 : watched.purged(plan_.channels[target.channel].name);
            return look_at_figure(e, there, names_of(e.targets));
        }
        case Expected::flow_filtered: return look_at_figure(e, watched.ended(e.of, Outcome::filtered), "flow `" + e.of + "`");
        case Expected::flow_discarded: return look_at_figure(e, watched.ended(e.of, Outcome::discarded), "flow `" + e.of + "`");
        case Expected::flow_duplicates: return look_at_figure(e, watched.ended(e.of, Outcome::duplicate), "flow `" + e.of + "`");
        case Expected::flow_failed:
            return look_at_figure(e, watched.ended(e.of, Outcome::dead) + watched.ended(e.of, Outcome::moved) + watched.ended(e.of, Outcome::refused), "flow `" + e.of + "`");
        default: return look_at_messages(e);
    }
}

}  // namespace weir
