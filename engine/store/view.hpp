#pragma once
// What an operator's command reads of a store, whether an engine runs on it or not: a connection that can't write.
// Thread: one. Every call is a short transaction of its own; two calls may see two states.
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
    std::uint64_t dead = 0, quarantine = 0, history = 0;  // rows; of history: packed ones
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
    virtual Result<std::optional<std::string>> arrival(std::uint64_t unit) = 0;                             // its input, where one was copied
    virtual Result<std::vector<Row>> peek(std::string_view channel, RowId after, std::size_t limit) = 0;
    virtual Result<std::optional<PlanRow>> newest_plan() = 0;
    virtual Result<std::optional<PlanRow>> plan(std::string_view hash) = 0;
};
Result<std::unique_ptr<StoreView>> open_view(const std::string& folder);

}  // namespace weir
