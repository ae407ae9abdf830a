#pragma once
// What people do to what stands (O1): replay, discard, purge, forget. In portions, so that a large one holds up no flow for long; each portion
// is a commit of its own with a history row that says who and why.
// Thread: the writer's.
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/store/writer.hpp"

namespace weir {

struct DeedParts {
    Database& database;
    Channels& channels;
    Positions& positions;
    Rests& rests;
    Writer& writer;
    std::function<std::optional<No>(NameKind, std::string_view)> known;  // the number of a name that the store has
    std::function<bool(No)> in_use;                                        // asked for in this run of the engine
    Id128 secret;
};

struct DeedJob {
    Deed deed;
    Executor* home = nullptr;
    Then<Deeds> then;
    Deeds done;
    // How far it is.
    bool begun = false;
    std::size_t index = 0;     // of deed.rows
    RowId after = 0, last = 0; // all rows: behind `after`, up to `last`, the newest when it began
};

struct DeedStep {
    bool more = false;         // it goes on; else `done` of the job is the answer
    bool broken = false;       // the store must not go on
    std::vector<No> woken;     // flows that got due rows
};
DeedStep carry_on(const DeedParts& parts, DeedJob& job);

}  // namespace weir
