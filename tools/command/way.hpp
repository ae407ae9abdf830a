#pragma once
// The whole way of a message, put together from what the store tells: which unit made what, who took it, and what its steps did, computed again.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/runtime/replay.hpp"
#include "engine/store/view.hpp"
#include "tools/command/load.hpp"
#include "tools/command/taken.hpp"

namespace weir::command {

struct WayUnit {
    TraceUnit trace;
    Taken input;
    std::optional<Replay> replay;
    std::string not_replayed;               // why, where it is not there
    std::string endpoint;                   // that its flow reads, where it reads one
    const Sources* sources = nullptr;       // of the spans of its plan's nodes
    std::vector<std::vector<std::size_t>> takers;  // by index of unit.out: the units that took that row
    std::vector<std::size_t> next;          // the units that took what it left at rest, or replayed what it left dead
    std::vector<std::string> bodies;        // by index of unit.out: of the row, where it stands
    bool has_parent = false;
};
struct Way {
    Id128 asked;
    Trace trace;
    std::vector<WayUnit> units;             // oldest first
    std::vector<std::size_t> roots;
    std::vector<std::unique_ptr<Loaded>> plans;
    std::vector<std::unique_ptr<Replayer>> replayers;
};
// `settings` (--set) stand over those that the store has of each run.
Result<Way> find_way(StoreView& view, const Id128& id, const std::map<std::string, std::string>& settings);

// An indented tree for people, or a JSON object for each unit, oldest first.
std::string way_text(const Way& way, std::size_t longest_body);
std::string way_json(const Way& way);

}  // namespace weir::command
