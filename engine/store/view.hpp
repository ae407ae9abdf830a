#pragma once
// What an operator's command reads of a store, whether an engine runs on it or not: a connection that can't write.
// Thread: one. Every call is a short transaction of its own; two calls may see two states.
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ports/store.hpp"

namespace weir {

enum class EngineState : std::uint8_t { running, stopped, unknown };  // unknown: the lock can't be looked at
// Takes the lock for a moment; an engine that starts just then tries again.
EngineState engine_state(const std::string& folder);

struct StoreStatus {
    EngineState engine = EngineState::unknown;
    std::int64_t schema = 0;
    Id128 store_id, incarnation;
    std::uint64_t epoch = 0, commits = 0, units = 0;
    std::int64_t last_commit = 0;  // wall time
    bool clean = false;            // the last engine ended in order
    std::uint64_t due = 0, keys = 0, dead = 0, quarantine = 0, history = 0, suspects = 0;  // rows; of history: packed ones
    std::uint64_t bytes = 0, log_bytes = 0;
};
struct NameRow {
    No no = 0;
    NameKind kind = NameKind::flow;
    std::string name;
};
struct PlanRow {
    std::string hash;
    std::int64_t at = 0;
    std::string texts;
};
struct QuarantineRow {
    RowId id = 0;
    std::int64_t at = 0;
    std::string source;  // a channel, or the flow whose unit it was
    RowId row = 0;
    std::string why, raw;
};
struct HistoryFilter {
    std::string flow;     // empty: all
    std::string channel;  // in or out
    std::optional<Outcome> outcome;
    std::optional<Id128> mid;
    std::int64_t since = 0, until = 0;  // wall times, [since, until); 0: open
    std::function<bool(const HistoryRow&)> wanted;  // asked last; it may read from the same view
};

struct DueEntry {
    DueRow row;               // without its texts
    std::string flow;
    std::int64_t at = 0;      // wall, as well as it is known
};
struct RecordedRow {
    std::uint64_t node = 0;   // identity hash
    std::string body;
};
struct TraceUnit {
    HistoryRow unit;
    std::vector<Id128> made;  // by index of unit.out: the message in that row; empty: a file, or the row is gone
    std::vector<RecordedRow> recorded;
};
struct Standing {             // a row that a subscription is not done with; subscription empty: nobody reads the channel
    std::string channel, subscription;
    RowId row = 0;
    Id128 mid;
};
// The whole way of a message: where it came from, what became of it, and of what it became.
struct Trace {
    std::vector<TraceUnit> units;     // oldest first
    std::vector<Standing> standing;
    std::vector<DueEntry> due;
    std::vector<DeadRow> dead;
    bool whole = true;                // false: a bound was reached, there may be more
};
struct TraceBounds {
    std::uint64_t units = 20'000'000; // looked at, in one search
    std::size_t messages = 10'000;    // followed
};

class StoreView {
public:
    virtual ~StoreView() = default;
    virtual Result<StoreStatus> status() = 0;
    virtual Result<std::vector<NameRow>> names() = 0;
    // Depth and oldest as the slowest consumer has it; in flight: below the newest row that is done, and not done. Without a consumer every row counts.
    virtual Result<std::vector<ChannelFigures>> channels() = 0;
    virtual Result<std::vector<DeadRow>> dead(std::size_t limit) = 0;  // newest first
    virtual Result<std::optional<DeadRow>> dead_row(RowId id) = 0;
    virtual Result<std::vector<QuarantineRow>> quarantine(std::size_t limit) = 0;
    virtual Result<std::vector<HistoryRow>> messages(std::size_t limit, const HistoryFilter& filter) = 0;  // newest first
    virtual Result<std::vector<DueEntry>> due(std::size_t limit) = 0;  // those due first
    virtual Result<std::optional<DueRow>> due_row(RowId id) = 0;
    virtual Result<std::optional<Row>> row(std::string_view channel, RowId id) = 0;
    // Units of one message, oldest first. They and `trace` search the packed history, newest first: 2 million units are about a second, and a trace
    // searches once for each step of the way down.
    virtual Result<std::vector<HistoryRow>> units_of(const Id128& mid, std::uint64_t bound = TraceBounds{}.units) = 0;
    virtual Result<Trace> trace(const Id128& mid, const TraceBounds& bounds = {}) = 0;
    virtual Result<std::vector<RecordedRow>> recorded(std::uint64_t unit) = 0;
    virtual Result<std::optional<std::string>> arrival(std::uint64_t unit) = 0;                             // its input, where one was copied
    virtual Result<std::vector<Row>> peek(std::string_view channel, RowId after, std::size_t limit) = 0;
    // Rows that some subscription of the channel is not done with, or all where nobody reads it; oldest first.
    virtual Result<std::vector<Row>> standing(std::string_view channel, RowId after, std::size_t limit) = 0;
    // Messages whose id begins so (hex digits), wherever the store knows them from; `limit` at most, each once.
    virtual Result<std::vector<Id128>> ids_with(std::string_view prefix, std::size_t limit) = 0;
    virtual Result<std::optional<PlanRow>> newest_plan() = 0;
    virtual Result<std::optional<PlanRow>> plan(std::string_view hash) = 0;
};
Result<std::unique_ptr<StoreView>> open_view(const std::string& folder);

}  // namespace weir
