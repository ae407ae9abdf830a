#include "tools/command/way.hpp"

#include <algorithm>
#include <set>

#include "engine/message/json.hpp"
#include "engine/runtime/memo.hpp"
#include "engine/runtime/row.hpp"
#include "engine/runtime/type_mark.hpp"
#include "engine/system/world.hpp"
#include "tools/command/kept.hpp"

namespace weir::command {
namespace {

constexpr std::size_t most_roots = 50;

bool by_hand(const WayUnit& unit) { return !unit.trace.unit.who.empty(); }

void find_takers(Way& way) {
    std::map<std::pair<std::string, RowId>, std::pair<std::size_t, std::size_t>> made;  // place: unit, index of its out
    std::map<RowId, std::size_t> rests, letters;                                          // who left it there last: a rest keeps its number from try to try
    for (std::size_t n = 0; n < way.units.size(); ++n) {
        WayUnit& one = way.units[n];
        const HistoryRow& unit = one.trace.unit;
        one.takers.resize(unit.out.size());
        if (unit.in.sort == Position::Sort::consumer)
            if (const auto maker = made.find({unit.from, unit.in.end - 1}); maker != made.end()) {
                way.units[maker->second.first].takers[maker->second.second].push_back(n);
                one.has_parent = true;
            }
        if (unit.in.sort == Position::Sort::due)
            if (const auto maker = rests.find(unit.in.at); maker != rests.end()) {
                way.units[maker->second].next.push_back(n);
                one.has_parent = true;
            }
        if (unit.in.sort == Position::Sort::dead)
            if (const auto maker = letters.find(unit.in.at); maker != letters.end()) {
                way.units[maker->second].next.push_back(n);
                one.has_parent = true;
            }
        if (by_hand(one) && unit.dead.empty() && !unit.due.empty())  // released
            if (const auto maker = rests.find(unit.due[0]); maker != rests.end()) {
                way.units[maker->second].next.push_back(n);
                one.has_parent = true;
            }
        if (by_hand(one) && !unit.dead.empty())
            if (const auto maker = letters.find(unit.dead[0]); maker != letters.end()) {
                way.units[maker->second].next.push_back(n);
                one.has_parent = true;
            }
        for (std::size_t o = 0; o < unit.out.size(); ++o)
            if (unit.out[o].second != 0) made[unit.out[o]] = {n, o};
        for (const RowId due : unit.due) rests[due] = n;
        if (!by_hand(one))
            for (const RowId dead : unit.dead) letters[dead] = n;
    }
    for (std::size_t n = 0; n < way.units.size(); ++n)
        if (!way.units[n].has_parent) way.roots.push_back(n);
}

// The same conversation from its beginnings: from one message the store finds what it came from and what became of it, but not its siblings.
Result<Trace> whole_trace(StoreView& view, const Id128& id) {
    Result<Trace> first = view.trace(id);
    if (!first) return first;
    Way way;
    for (TraceUnit& unit : first->units) way.units.emplace_back().trace = unit;
    find_takers(way);
    std::set<std::pair<std::uint64_t, std::uint64_t>> roots;
    for (const std::size_t root : way.roots) {
        const Id128& mid = way.units[root].trace.unit.mid;
        if (!(mid == id) && !mid.empty() && roots.size() < most_roots) roots.emplace(mid.a, mid.b);
    }
    for (const auto& [a, b] : roots) {
        Result<Trace> more = view.trace({a, b});
        if (!more) return more;
        const auto add = [](auto& to, auto& from, auto same) {
            for (auto& each : from)
                if (std::none_of(to.begin(), to.end(), [&](const auto& known) { return same(known, each); })) to.push_back(std::move(each));
        };
        add(first->units, more->units, [](const TraceUnit& x, const TraceUnit& y) { return x.unit.no == y.unit.no; });
        add(first->standing, more->standing, [](const Standing& x, const Standing& y) { return x.channel == y.channel && x.row == y.row && x.subscription == y.subscription; });
        add(first->due, more->due, [](const DueEntry& x, const DueEntry& y) { return x.row.id == y.row.id; });
        add(first->dead, more->dead, [](const DeadRow& x, const DeadRow& y) { return x.id == y.id; });
        first->whole = first->whole && more->whole;
    }
    std::sort(first->units.begin(), first->units.end(), [](const TraceUnit& x, const TraceUnit& y) { return x.unit.no < y.unit.no; });
    return first;
}

// What a message was when it came to rest is what it was when it came: the input of the unit before.
void inherit_inputs(Way& way) {
    for (WayUnit& unit : way.units)
        for (const std::size_t n : unit.next) {
            WayUnit& later = way.units[n];
            if (by_hand(later)) {
                later.input = unit.input;  // for the one that comes of it
                later.input.failure.reset();
                continue;
            }
            if (later.input.there || !unit.input.there) continue;
            later.input.there = true;
            later.input.delivery = unit.input.delivery;
            later.input.delivery.message.meta.id = later.trace.unit.mid;
            later.input.delivery.message.meta.attempt = later.trace.unit.attempt;
        }
    // And back: a first try whose copy went with its rest.
    for (std::size_t n = way.units.size(); n-- > 0;)
        for (const std::size_t next : way.units[n].next) {
            WayUnit& unit = way.units[n];
            const WayUnit& later = way.units[next];
            if (unit.input.there || !later.input.there || by_hand(later)) continue;
            unit.input.there = true;
            unit.input.delivery = later.input.delivery;
            unit.input.delivery.message.meta.id = unit.trace.unit.mid;
            unit.input.delivery.message.meta.attempt = unit.trace.unit.attempt;
        }
}

std::vector<ReplayAnswer> answers_for(const Way& way, const WayUnit& unit) {
    std::vector<ReplayAnswer> out;
    const auto of_memo = [&](const std::string& bytes) {
        Memo memo;
        if (!memo.decode(bytes)) return;
        for (const Memo::Entry& entry : memo.entries())
            if (entry.answered) out.push_back({entry.node, entry.format, entry.body});
    };
    of_memo(unit.input.memo);
    for (const RecordedRow& row : unit.trace.recorded) out.push_back({row.node, Format::none, row.body});
    // A try that came to rest left its answers to the tries behind it.
    if (unit.trace.unit.outcome == Outcome::resting)
        for (const WayUnit& later : way.units)
            if (later.trace.unit.no > unit.trace.unit.no && later.trace.unit.mid == unit.trace.unit.mid && later.trace.unit.flow == unit.trace.unit.flow) {
                of_memo(later.input.memo);
                for (const RecordedRow& row : later.trace.recorded) out.push_back({row.node, Format::none, row.body});
            }
    return out;
}

// The type by which the flow read its channel.
void read_by_plan(const plan::Plan& plan, const WayUnit& unit, Delivery& delivery) {
    std::string channel = unit.trace.unit.from;
    for (const plan::Flow& flow : plan.flows) {
        if (flow.name != unit.trace.unit.flow) continue;
        for (const plan::Source& source : flow.sources) {
            if (source.channel == plan::none) continue;
            const plan::Channel& declared = plan.channels[source.channel];
            const bool only = flow.sources.size() == 1 && unit.trace.unit.in.sort == Position::Sort::due;
            if (declared.name == channel || only) read_by(mark_of(plan, declared.type), declared.type, delivery);
        }
    }
}

// What the run was given, and over it what the caller says.
std::map<std::string, std::string> settings_of(const Loaded& loaded, const std::map<std::string, std::string>& said) {
    std::map<std::string, std::string> out = loaded.params;
    for (const auto& [name, value] : said) {
        std::erase_if(out, [&](const auto& kept) { return kept.first.ends_with("." + name); });
        out[name] = value;
    }
    return out;
}

// The flow's one endpoint as it stands in the text, its arguments too where they are one text.
std::string endpoint_of(const plan::Plan& plan, const std::string& name) {
    std::string found;
    for (const plan::Flow& flow : plan.flows) {
        if (flow.name != name) continue;
        for (const plan::Source& source : flow.sources) {
            if (source.endpoint == plan::none) continue;
            if (!found.empty()) return "a source";
            const plan::Endpoint& endpoint = plan.endpoints[source.endpoint];
            found = plan.connectors[endpoint.connector].name + "." + endpoint.operation + "(";
            for (const plan::Argument& argument : endpoint.arguments) {
                const std::string* text = argument.value == plan::none ? nullptr : std::get_if<std::string>(&plan.exprs[argument.value].constant);
                if (text != nullptr && plan.exprs[argument.value].op == plan::Op::constant && found.back() == '(') write_json_string(found, *text);
                else found += found.back() == '(' ? ".." : ", ..";
            }
            found += ")";
        }
    }
    return found;
}

// What was computed is what happened, as far as that is known; else something that the run used is not kept.
bool agrees(const WayUnit& unit, const Replay& replay) {
    const HistoryRow& row = unit.trace.unit;
    if (!replay.whole) return true;
    if (replay.outcome != row.outcome) return false;
    if (row.outcome != Outcome::done) return true;
    std::vector<std::string> sent, made;
    std::vector<const ReplayStep*> puts;
    for (const ReplayStep& step : replay.steps)
        if (!step.undone && (step.node->word == "->" || step.node->word == "tap") && !step.to.empty() && step.to.find('(') == std::string::npos) puts.push_back(&step);
    for (const ReplayStep* put : puts) sent.push_back(put->to);
    for (const auto& out : row.out)
        if (out.second != 0) made.push_back(out.first);
    for (std::size_t n = 0; n < row.out.size(); ++n) {
        if (row.out[n].second == 0 || unit.bodies[n].empty()) continue;
        const bool some = std::any_of(puts.begin(), puts.end(), [&](const ReplayStep* put) { return put->to == row.out[n].first && put->sent == unit.bodies[n]; });
        if (!some) return false;
    }
    std::sort(sent.begin(), sent.end());
    std::sort(made.begin(), made.end());
    return std::includes(sent.begin(), sent.end(), made.begin(), made.end());
}

}  // namespace

Result<Way> find_way(StoreView& view, const Id128& id, const std::map<std::string, std::string>& settings) {
    Way way;
    way.asked = id;
    Result<Trace> trace = whole_trace(view, id);
    if (!trace) return trace.error();
    way.trace = std::move(*trace);
    for (TraceUnit& unit : way.trace.units) {
        WayUnit& one = way.units.emplace_back();
        one.trace = std::move(unit);
        one.trace.made.resize(one.trace.unit.out.size());
        one.bodies.resize(one.trace.unit.out.size());
        for (std::size_t n = 0; n < one.bodies.size(); ++n) {
            const auto& [channel, row] = one.trace.unit.out[n];
            if (row == 0) continue;
            Result<std::optional<Row>> stands = view.row(channel, row);
            if (stands && *stands) one.bodies[n] = std::move((*stands)->body);
        }
        one.input = what_it_took(view, one.trace.unit);
    }
    find_takers(way);
    inherit_inputs(way);

    static const SystemEnvironment environment;
    std::map<std::string, std::pair<Replayer*, std::string>> known;
    std::map<std::string, const Sources*> sources;
    for (WayUnit& unit : way.units) {
        const HistoryRow& row = unit.trace.unit;
        if (by_hand(unit) || row.flow == "(weir send)" || row.outcome == Outcome::duplicate || row.outcome == Outcome::undeliverable) continue;
        auto [at, fresh] = known.try_emplace(row.plan);
        if (fresh) {
            Result<std::unique_ptr<Loaded>> loaded = kept_flows(view, row.plan);
            if (!loaded) {
                at->second.second = loaded.error().text;
            } else {
                sources[row.plan] = &(*loaded)->sources;
                Result<std::unique_ptr<Replayer>> made = Replayer::make((*loaded)->plan, settings_of(**loaded, settings), environment);
                way.plans.push_back(std::move(*loaded));
                if (made) {
                    at->second.first = made->get();
                    way.replayers.push_back(std::move(*made));
                } else {
                    at->second.second = made.error().text;
                }
            }
        }
        if (at->second.first == nullptr) {
            unit.not_replayed = at->second.second;
            continue;
        }
        unit.endpoint = endpoint_of(at->second.first->plan(), row.flow);
        if (!unit.input.there) {
            unit.not_replayed = unit.input.why;
            continue;
        }
        unit.sources = sources[row.plan];
        ReplayInput input;
        input.delivery = unit.input.delivery;
        input.now = row.at;
        input.answers = answers_for(way, unit);
        input.failure = unit.input.failure;
        read_by_plan(at->second.first->plan(), unit, input.delivery);
        Result<Replay> replay = at->second.first->run(row.flow, std::move(input));
        if (!replay) unit.not_replayed = replay.error().text;
        else if (!agrees(unit, *replay)) unit.not_replayed = "computed again it comes to something else: what it used is not all kept (a parameter, the environment, facts of its source, how a call ended)";
        else unit.replay = std::move(*replay);
    }
    return way;
}

}  // namespace weir::command
