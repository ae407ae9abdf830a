#pragma once
// Rows of the flows' dead letters as they are read (F3).
#include <string>

#include "engine/ports/store.hpp"
#include "engine/store/sqlite.hpp"

namespace weir {

inline constexpr const char* dead_columns = "SELECT id, at, flow, class, text, path, step, attempts, mid, envelope, body, source, memo, origin, type FROM dead";
DeadRow read_dead(const Statement& row);  // of a statement with these columns
// Those of one flow in order: its name, the row before, how many.
std::string dead_rows_sql();
std::vector<DeadRow> read_letters(Statement& rows, std::string_view flow, RowId after, std::size_t count);

}  // namespace weir
