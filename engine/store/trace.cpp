#include "engine/store/trace.hpp"

#include <algorithm>

#include "engine/store/positions.hpp"
#include "engine/store/schema.hpp"

namespace weir {

namespace {

constexpr int most_searches = 200;               // steps of one way down
constexpr std::uint64_t rows_looked_at = 200'000;  // of each channel, for a message that no history knows

}  // namespace

HistorySearch::HistorySearch(Database& database) : database_(database) {
    Statement names(database, "SELECT no, name FROM name");
    while (names.step()) names_[static_cast<No>(names.integer(0))] = std::string(names.blob(1));
    Statement files(database, "SELECT id, path FROM file_out");
    while (files.step()) files_[files.natural(0)] = std::string(files.blob(1));
    Statement plans(database, "SELECT no, hash FROM plan");
    while (plans.step()) plans_[plans.natural(0)] = std::string(plans.blob(1));
    Statement consumers(database, "SELECT no, channel FROM consumer");
    while (consumers.step()) channel_of_[static_cast<No>(consumers.integer(0))] = static_cast<No>(consumers.integer(1));
}

std::string HistorySearch::name(No no) const {
    if (no == 0) return {};
    const auto found = names_.find(no);
    return found == names_.end() ? std::to_string(no) : found->second;
}
No HistorySearch::channel_of(No subscription) const {
    const auto found = channel_of_.find(subscription);
    return found == channel_of_.end() ? 0 : found->second;
}

bool HistorySearch::run(std::uint64_t most, std::string& why, const std::function<bool(const PackedUnit&, const Head&)>& each) {
    Statement rows(database_, "SELECT id, count, at, flow, plan, units FROM hist ORDER BY id DESC");
    std::vector<PackedUnit> units;
    std::uint64_t looked_at = 0;
    reached_end_ = true;
    while (rows.step()) {
        if (looked_at >= most) {
            reached_end_ = false;
            return true;
        }
        units.clear();
        const bool whole = unpack_history(rows.natural(0), rows.natural(1), rows.integer(2), rows.blob(5), units);
        const Head head{static_cast<No>(rows.integer(3)), rows.natural(4)};
        for (auto unit = units.rbegin(); unit != units.rend(); ++unit)
            if (!each(*unit, head)) return true;
        if (!whole) {
            why = "history row " + std::to_string(rows.natural(0)) + " doesn't decode";
            return false;
        }
        looked_at += units.size();
    }
    return true;
}

HistoryRow HistorySearch::row(const PackedUnit& unit, const Head& head) {
    HistoryRow row;
    row.no = unit.no;
    row.at = unit.at;
    row.flow = name(head.flow);
    if (const auto plan = plans_.find(head.plan); plan != plans_.end()) row.plan = plan->second;
    row.outcome = unit.outcome;
    row.mid = unit.id;
    row.in = unit.in;
    row.attempt = unit.attempt;
    if (unit.in.sort == Position::Sort::consumer) row.from = name(channel_of(unit.in.no));
    if (unit.in.sort == Position::Sort::dead) row.from = name(unit.in.no) + ".dead";
    if (unit.in.sort == Position::Sort::source) row.from = name(unit.in.no);
    for (const UnitOut& out : unit.outs) row.out.emplace_back(out.file ? files_[out.no] : name(static_cast<No>(out.no)), out.row);
    row.dead = unit.dead;
    row.due = unit.due;
    row.arrival = unit.arrival;
    row.recorded = unit.recorded;
    row.who = unit.who;
    row.why = unit.why;
    return row;
}

bool TraceSearch::run(const Id128& mid, std::string& why) {
    down_.insert(mid);
    // What a message came from is older, so one search finds all of it; what became of it is newer, so each step down takes another.
    for (int search = 0; search < most_searches; ++search) {
        grown_ = false;
        const bool good = history_.run(bounds_.units, why, [&](const PackedUnit& unit, const HistorySearch::Head& head) {
            if (!found_.contains(unit.no) && wanted(unit)) add(unit, head);
            return true;
        });
        if (!good) return false;
        whole_ = whole_ && history_.reached_end();
        if (!grown_ && search == 0) find_in_channels(mid);
        if (!grown_) return true;
    }
    whole_ = false;
    return true;
}

bool TraceSearch::wanted(const PackedUnit& unit) const {
    if (unit.id.empty()) return false;
    if (down_.contains(unit.id) || up_.contains(unit.id)) return true;
    if (unit.in.sort == Position::Sort::due && due_takers_.contains(unit.in.at)) return true;
    if (!due_makers_.empty())
        for (const RowId due : unit.due)
            if (due_makers_.contains(due)) return true;
    if (!makers_.empty())
        for (const UnitOut& out : unit.outs)
            if (!out.file && makers_.contains({static_cast<No>(out.no), out.row})) return true;
    return false;
}

void TraceSearch::add(const PackedUnit& unit, const HistorySearch::Head& head) {
    Found& found = found_[unit.no];
    found.unit = unit;
    found.head = head;
    grown_ = true;
    const bool taker = unit.in.sort == Position::Sort::due && due_takers_.contains(unit.in.at);
    if (taker) down_.insert(unit.id);  // a replay afresh goes on under another id
    const bool down = down_.contains(unit.id);
    if (!down) up_.insert(unit.id);
    if (unit.in.sort == Position::Sort::consumer)
        if (const No channel = history_.channel_of(unit.in.no); channel != 0) makers_.insert({channel, unit.in.end - 1});
    if (unit.in.sort == Position::Sort::due) due_makers_.insert(unit.in.at);
    for (const UnitOut& out : unit.outs) {
        const Place place{static_cast<No>(out.no), out.row};
        const auto made = out.file || out.row == 0 ? std::nullopt : message_in(place);
        found.made.push_back(made.value_or(Id128{}));
        if (!down || !made) continue;
        rows_[place] = *made;
        if (down_.size() < bounds_.messages) down_.insert(*made);
        else whole_ = whole_ && down_.contains(*made);
    }
    if (!down) return;
    for (const RowId due : unit.due) due_takers_.insert(due);
}

std::optional<Id128> TraceSearch::message_in(const Place& place) {
    Statement& row = message_in_[place.first];
    if (!row) row = Statement(database_, "SELECT mid FROM " + channel_table(place.first) + " WHERE id=?");
    Id128 mid;
    const bool there = row.integer(1, place.second).step() && row.read_id(0, mid);
    row.reset();
    return there ? std::optional(mid) : std::nullopt;
}

// It may have been put by a command and be taken by nobody yet.
void TraceSearch::find_in_channels(const Id128& mid) {
    std::vector<std::pair<No, RowId>> channels;
    {
        Statement rows(database_, "SELECT no, tail FROM channel");
        while (rows.step()) channels.emplace_back(static_cast<No>(rows.integer(0)), rows.natural(1));
    }
    for (const auto& [no, tail] : channels) {
        Statement rows(database_, "SELECT id, mid FROM " + channel_table(no) + " WHERE id>? ORDER BY id");
        rows.integer(1, tail > rows_looked_at ? tail - rows_looked_at : 0);
        Id128 id;
        while (rows.step())
            if (rows.read_id(1, id) && id == mid) rows_[{no, rows.natural(0)}] = mid;
        whole_ = whole_ && tail <= rows_looked_at;
    }
}

Trace TraceSearch::take() {
    Trace trace;
    trace.whole = whole_;
    for (auto& [no, found] : found_) {
        TraceUnit& unit = trace.units.emplace_back();
        unit.unit = history_.row(found.unit, found.head);
        unit.made = std::move(found.made);
        // What it took from a channel may still stand there for others.
        if (found.unit.in.sort != Position::Sort::consumer || !down_.contains(found.unit.id)) continue;
        const Place place{history_.channel_of(found.unit.in.no), found.unit.in.end - 1};
        if (place.first != 0) rows_.emplace(place, found.unit.id);
    }
    for (const auto& [place, mid] : rows_) {
        Statement consumers(database_, "SELECT k.no, p.low, p.done FROM consumer k JOIN position p ON p.sort=1 AND p.no=k.no AND p.part=0 WHERE k.channel=?");
        consumers.integer(1, place.first);
        bool some = false;
        const auto stands = [&](No subscription) { trace.standing.push_back({history_.name(place.first), history_.name(subscription), place.second, mid}); };
        const bool there = message_in(place).has_value();
        while (there && consumers.step()) {
            some = true;
            PartState state;
            state.low = consumers.natural(1);
            if (!decode_ranges(consumers.blob(2), state)) continue;
            const bool done = place.second < state.low || std::any_of(state.done.begin(), state.done.end(), [&, row = place.second](const Range& range) { return range.begin <= row && row < range.end; });
            if (!done) stands(static_cast<No>(consumers.integer(0)));
        }
        if (there && !some) stands(0);
    }
    return trace;
}

}  // namespace weir
