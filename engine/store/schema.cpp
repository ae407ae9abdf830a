#include "engine/store/schema.hpp"

namespace weir {

namespace {

// `dead` and `quarantine` lose rows by hand and must not give a number again; they are rare, so AUTOINCREMENT's price doesn't matter.
constexpr const char* tables = R"(
CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), schema INTEGER NOT NULL, store_id BLOB NOT NULL, secret BLOB NOT NULL, incarnation BLOB NOT NULL,
    epoch INTEGER NOT NULL, commit_no INTEGER NOT NULL, unit_no INTEGER NOT NULL, engine_time INTEGER NOT NULL, wall_time INTEGER NOT NULL,
    backup_mark INTEGER NOT NULL, clean INTEGER NOT NULL, due_no INTEGER NOT NULL DEFAULT 0, seen_no INTEGER NOT NULL DEFAULT 0);
CREATE TABLE name(no INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE plan(no INTEGER PRIMARY KEY, at INTEGER NOT NULL, hash TEXT NOT NULL, texts BLOB NOT NULL);
CREATE TABLE channel(no INTEGER PRIMARY KEY, tail INTEGER NOT NULL, first INTEGER NOT NULL, unsubscribed INTEGER NOT NULL DEFAULT 0);
CREATE TABLE consumer(no INTEGER PRIMARY KEY, channel INTEGER NOT NULL);
CREATE TABLE position(id INTEGER PRIMARY KEY, sort INTEGER NOT NULL, no INTEGER NOT NULL, part INTEGER NOT NULL, low INTEGER NOT NULL, done BLOB NOT NULL,
    note BLOB NOT NULL);
CREATE TABLE hist(id INTEGER PRIMARY KEY, count INTEGER NOT NULL, at INTEGER NOT NULL, flow INTEGER NOT NULL, plan INTEGER NOT NULL, units BLOB NOT NULL);
CREATE TABLE arrival(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE dead(id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, flow TEXT NOT NULL, class INTEGER NOT NULL, text TEXT NOT NULL, path TEXT NOT NULL,
    step TEXT NOT NULL, attempts INTEGER NOT NULL, mid BLOB NOT NULL, envelope BLOB NOT NULL, body BLOB NOT NULL, source BLOB NOT NULL DEFAULT x'',
    memo BLOB NOT NULL DEFAULT x'', origin INTEGER NOT NULL DEFAULT 0, type INTEGER NOT NULL DEFAULT 0);
CREATE TABLE quarantine(id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, source TEXT NOT NULL, row INTEGER NOT NULL, why TEXT NOT NULL, raw BLOB NOT NULL);
CREATE TABLE file_out(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, device INTEGER NOT NULL, inode INTEGER NOT NULL, born INTEGER NOT NULL,
    length INTEGER NOT NULL);
)";

// Their numbers are counted in `meta`. No index: a flow reads its rows once, at its start, and finds them in memory from then on.
constexpr const char* tables_of_2 = R"(
CREATE TABLE due(id INTEGER PRIMARY KEY, at INTEGER NOT NULL, kind INTEGER NOT NULL, flow INTEGER NOT NULL, mid BLOB NOT NULL, attempt INTEGER NOT NULL,
    key_high INTEGER, key_low INTEGER, body_hash INTEGER, origin INTEGER NOT NULL, type INTEGER NOT NULL, envelope BLOB NOT NULL, body BLOB NOT NULL,
    source BLOB NOT NULL, memo BLOB NOT NULL);
CREATE TABLE seen(id INTEGER PRIMARY KEY, flow INTEGER NOT NULL, until INTEGER NOT NULL, key_high INTEGER NOT NULL, key_low INTEGER NOT NULL,
    body_hash INTEGER NOT NULL, status INTEGER NOT NULL, format INTEGER NOT NULL, headers BLOB NOT NULL, body BLOB NOT NULL);
CREATE TABLE recorded(id INTEGER PRIMARY KEY, node INTEGER NOT NULL, body BLOB NOT NULL);
)";
// R9. A handful of rows at most, looked through whole.
constexpr const char* tables_of_3 = R"(
CREATE TABLE suspect(id INTEGER PRIMARY KEY, name BLOB NOT NULL, flow INTEGER NOT NULL, crashes INTEGER NOT NULL, step INTEGER NOT NULL, at INTEGER NOT NULL);
)";
// C6. A hundred marks for each topic that keeps for a time or up to a size; what went unread, by subscription.
constexpr const char* tables_of_4 = R"(
CREATE TABLE mark(id INTEGER PRIMARY KEY, channel INTEGER NOT NULL, row INTEGER NOT NULL, at INTEGER NOT NULL, bytes INTEGER NOT NULL);
CREATE TABLE unread(consumer INTEGER PRIMARY KEY, rows INTEGER NOT NULL);
)";
constexpr const char* from_1_to_2 = R"(
ALTER TABLE meta ADD COLUMN due_no INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN seen_no INTEGER NOT NULL DEFAULT 0;
ALTER TABLE channel ADD COLUMN unsubscribed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dead ADD COLUMN source BLOB NOT NULL DEFAULT x'';
ALTER TABLE dead ADD COLUMN memo BLOB NOT NULL DEFAULT x'';
ALTER TABLE dead ADD COLUMN origin INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dead ADD COLUMN type INTEGER NOT NULL DEFAULT 0;
)";

Error sql_error(const Database& database, const char* doing) { return Error{0, std::string("the store can't ") + doing + ": " + database.text()}; }

}  // namespace

Result<Done> set_pragmas(Database& database, bool memory) {
    database.exec("PRAGMA page_size=4096");
    database.exec("PRAGMA auto_vacuum=NONE");
    if (!memory) database.exec("PRAGMA journal_mode=WAL");
    database.exec("PRAGMA synchronous=FULL");
    database.exec("PRAGMA secure_delete=OFF");
    database.exec("PRAGMA mmap_size=0");
    database.exec("PRAGMA cache_size=-16384");
    database.exec("PRAGMA temp_store=MEMORY");
    if (database.code() != 0) return sql_error(database, "be set up");
    if (!memory && database.number("PRAGMA synchronous") != 2) return Error{0, "the store refuses synchronous=FULL"};
    if (!memory) {
        Statement mode(database, "PRAGMA journal_mode");
        if (!mode.step() || mode.blob(0) != "wal") return Error{0, "the store refuses a write-ahead log: is its file system a local one?"};
    }
    return Done{};
}

Result<SchemaState> look_at_schema(Database& database, const std::string& path) {
    const std::int64_t application = database.number("PRAGMA application_id");
    const std::int64_t version = database.number("PRAGMA user_version");
    const std::int64_t things = database.number("SELECT count(*) FROM sqlite_master");
    if (database.code() != 0) return Error{0, "`" + path + "` is not a store: " + database.text()};
    if (things == 0 && application == 0) return SchemaState::empty;
    if (application != store_application) return Error{0, "`" + path + "` is a database of another program"};
    if (version > schema_version)
        return Error{0, "`" + path + "` was written by a newer weir (schema " + std::to_string(version) + "; this one knows " + std::to_string(schema_version) +
                            "): use that program, or a backup from before"};
    return version < schema_version ? SchemaState::older : SchemaState::present;
}

Result<Done> make_schema(Database& database, const StoreMeta& meta) {
    database.exec("BEGIN IMMEDIATE");
    database.exec(tables);
    database.exec(tables_of_2);
    database.exec(tables_of_3);
    database.exec(tables_of_4);
    {
        Statement row(database, "INSERT INTO meta VALUES(1,?,?,?,?,0,0,0,0,?,0,1,0,0)");
        Statement secret(database, "UPDATE meta SET secret=?");
        Statement incarnation(database, "UPDATE meta SET incarnation=?");
        row.integer(1, schema_version).id(2, meta.store_id).blob(3, "").blob(4, "").integer(5, meta.wall_time).run();
        secret.id(1, meta.secret).run();
        incarnation.id(1, meta.incarnation).run();
    }
    database.exec(("PRAGMA application_id=" + std::to_string(store_application)).c_str());
    database.exec(("PRAGMA user_version=" + std::to_string(schema_version)).c_str());
    database.exec("COMMIT");
    if (database.code() == 0) return Done{};
    const Error error = sql_error(database, "be made");
    database.roll_back();
    return error;
}

Result<Done> migrate(Database& database) {
    database.exec("BEGIN IMMEDIATE");
    if (database.number("PRAGMA user_version") < 2) {
        database.exec(from_1_to_2);
        database.exec(tables_of_2);
    }
    if (database.number("PRAGMA user_version") < 3) database.exec(tables_of_3);
    if (database.number("PRAGMA user_version") < 4) database.exec(tables_of_4);
    database.exec(("UPDATE meta SET schema=" + std::to_string(schema_version)).c_str());
    database.exec(("PRAGMA user_version=" + std::to_string(schema_version)).c_str());
    database.exec("COMMIT");
    if (database.code() == 0) return Done{};
    const Error error = sql_error(database, "be brought to the form of this weir; it is as it was");
    database.roll_back();
    return error;
}

Result<StoreMeta> read_meta(Database& database) {
    StoreMeta meta;
    Statement row(database,
                  "SELECT store_id, secret, incarnation, epoch, commit_no, unit_no, engine_time, wall_time, backup_mark, clean, due_no, seen_no FROM meta WHERE id=1");
    if (!row.step()) return sql_error(database, "be read");
    if (!row.read_id(0, meta.store_id) || !row.read_id(1, meta.secret) || !row.read_id(2, meta.incarnation)) return Error{0, "the store's first table is damaged"};
    meta.epoch = row.natural(3);
    meta.commit_no = row.natural(4);
    meta.unit_no = row.natural(5);
    meta.engine_time = row.integer(6);
    meta.wall_time = row.integer(7);
    meta.backup_mark = row.integer(8) != 0;
    meta.clean = row.integer(9) != 0;
    meta.due_no = row.natural(10);
    meta.seen_no = row.natural(11);
    return meta;
}

std::string channel_table(std::uint32_t no) { return "c_" + std::to_string(no); }

}  // namespace weir
