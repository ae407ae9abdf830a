#include "engine/store/letters.hpp"

namespace weir {

DeadRow read_dead(const Statement& row) {
    DeadRow dead;
    dead.id = row.natural(0);
    dead.at = row.integer(1);
    dead.flow = std::string(row.blob(2));
    dead.failure.kind = static_cast<FailureClass>(row.integer(3));
    dead.failure.message = std::string(row.blob(4));
    dead.failure.path = std::string(row.blob(5));
    dead.failure.flow = dead.flow;
    dead.failure.step = std::string(row.blob(6));
    dead.failure.at = dead.at;
    dead.failure.attempts = static_cast<std::uint32_t>(row.integer(7));
    row.read_id(8, dead.mid);
    dead.envelope = std::string(row.blob(9));
    dead.body = std::string(row.blob(10));
    dead.source = std::string(row.blob(11));
    dead.memo = std::string(row.blob(12));
    dead.origin = static_cast<No>(row.integer(13));
    dead.type = static_cast<std::uint32_t>(row.integer(14));
    return dead;
}

std::string dead_rows_sql() { return std::string(dead_columns) + " WHERE flow=? AND id>? ORDER BY id LIMIT ?"; }

std::vector<DeadRow> read_letters(Statement& rows, std::string_view flow, RowId after, std::size_t count) {
    std::vector<DeadRow> out;
    rows.text(1, flow).integer(2, after).integer(3, static_cast<std::uint64_t>(count));
    while (rows.step()) out.push_back(read_dead(rows));
    rows.reset();
    return out;
}

}  // namespace weir
