#pragma once
// The tables (semantics.md 14) and their version (S10).
#include "engine/ports/result.hpp"
#include "engine/store/sqlite.hpp"

namespace weir {

inline constexpr std::int64_t schema_version = 4;
inline constexpr std::int64_t store_application = 0x57454952;  // "WEIR": so that another program's database is not taken for a store

// The one row of `meta`.
struct StoreMeta {
    Id128 store_id, secret, incarnation;
    std::uint64_t epoch = 0, commit_no = 0, unit_no = 0, due_no = 0, seen_no = 0;
    std::int64_t engine_time = 0, wall_time = 0;
    bool backup_mark = false, clean = false;
};

// Explicit, all of them (S1, S8).
Result<Done> set_pragmas(Database& database, bool memory);
// Changes nothing. Ours, empty, another program's, or a newer one's? older: `migrate` first.
enum class SchemaState : std::uint8_t { empty, present, older };
Result<SchemaState> look_at_schema(Database& database, const std::string& path);
// One transaction.
Result<Done> make_schema(Database& database, const StoreMeta& meta);
// One transaction, from whatever version the store has (S10).
Result<Done> migrate(Database& database);
Result<StoreMeta> read_meta(Database& database);
std::string channel_table(std::uint32_t no);

}  // namespace weir
