#pragma once
// The message store's rows (S9): all units that one flow ended in one transaction are one row, packed. Half a CPU second in a million
// messages was the price of a row each.
#include "engine/ports/store.hpp"

namespace weir {

// One output of a unit: a row of a channel, or a file (by its number in `file_out`).
struct UnitOut {
    bool file = false;
    std::uint64_t no = 0;
    RowId row = 0;
};

// What else is told of a unit.
struct UnitMore {
    std::vector<RowId> dead, due;  // rows that it made; of a replay or a discard: the dead row that it took
    bool recorded = false;         // rows of `recorded` have what its calls were answered
    std::string_view who, why;     // of what a person did
};

class HistoryPacker {
public:
    No flow = 0;
    std::uint64_t first = 0;  // number of the first unit
    std::uint64_t count = 0;
    std::uint64_t expected = 0;  // units that will come: their numbers are one range
    std::int64_t at = 0;      // of the first unit
    std::string blob;

    void start(No new_flow, std::uint64_t first_unit);
    void add(std::int64_t unit_at, const UnitWrite& unit, const std::vector<UnitOut>& outs, const UnitMore& more = {});

private:
    std::uint64_t part_ = 0, end_ = 0;
    Position::Sort sort_ = Position::Sort::none;
    No no_ = 0;
    RowId row_ = 0;
    std::string who_, why_;
};

// One decoded unit; names are not looked up yet.
struct PackedUnit {
    std::uint64_t no = 0;
    std::int64_t at = 0;
    Outcome outcome = Outcome::done;
    Id128 id;
    Position in;
    std::uint32_t attempt = 1;
    bool arrival = false;  // a row of `arrival` has its input
    std::vector<UnitOut> outs;
    std::vector<RowId> dead, due;
    bool recorded = false;
    std::string who, why;
};
// False: the row is damaged; what decoded before stays in `out`.
bool unpack_history(std::uint64_t first, std::uint64_t count, std::int64_t at, std::string_view blob, std::vector<PackedUnit>& out);

}  // namespace weir
