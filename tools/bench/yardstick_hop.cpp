#include <sqlite3.h>

#include <cstdio>
#include <memory>

#include "tools/bench/orders.hpp"
#include "tools/bench/tree.hpp"
#include "tools/bench/yardsticks.hpp"

namespace weir::bench {
namespace {

class Table {
public:
    explicit Table(const std::string& path) { check(sqlite3_open_v2(path.c_str(), &handle_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr)); }
    Table(const Table&) = delete;
    Table& operator=(const Table&) = delete;
    ~Table() {
        for (sqlite3_stmt* statement : statements_) sqlite3_finalize(statement);
        sqlite3_close(handle_);
    }
    void exec(const char* sql) { check(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr)); }
    sqlite3_stmt* prepare(const char* sql) {
        sqlite3_stmt* statement = nullptr;
        check(sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr));
        statements_.push_back(statement);
        return statement;
    }
    void run(sqlite3_stmt* statement) {
        check(sqlite3_step(statement));
        sqlite3_reset(statement);
    }

    int changed() const { return sqlite3_changes(handle_); }

private:
    void check(int code) {
        if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) give_up(std::string("sqlite: ") + sqlite3_errmsg(handle_));
    }
    sqlite3* handle_ = nullptr;
    std::vector<sqlite3_stmt*> statements_;
};

}  // namespace

Measured yardstick_hop(const std::string& folder, long messages, long per_commit, bool keyed) {
    Table table(folder + "/hop.db");
    table.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=4000; PRAGMA cache_size=-65536;");
    table.exec("CREATE TABLE a(id INTEGER PRIMARY KEY, at INTEGER, body BLOB); CREATE TABLE b(id INTEGER PRIMARY KEY, at INTEGER, body BLOB);"
               "CREATE TABLE history(id INTEGER PRIMARY KEY, message INTEGER, step INTEGER, at INTEGER);"
               "CREATE TABLE seen(key TEXT PRIMARY KEY, until INTEGER) WITHOUT ROWID;"
               "CREATE TABLE position(channel INTEGER PRIMARY KEY, at INTEGER); INSERT INTO position VALUES(0,0)");
    sqlite3_stmt* const begin = table.prepare("BEGIN IMMEDIATE");
    sqlite3_stmt* const commit = table.prepare("COMMIT");
    sqlite3_stmt* const into_a = table.prepare("INSERT INTO a(at,body) VALUES(?,?)");
    sqlite3_stmt* const into_b = table.prepare("INSERT INTO b(at,body) VALUES(?,?)");
    sqlite3_stmt* const history = table.prepare("INSERT INTO history(message,step,at) VALUES(?,1,?)");
    sqlite3_stmt* const rows = table.prepare("SELECT id,body FROM a WHERE id>? ORDER BY id LIMIT ?");
    sqlite3_stmt* const position = table.prepare("UPDATE position SET at=? WHERE channel=0");
    sqlite3_stmt* const seen = table.prepare("INSERT OR IGNORE INTO seen(key,until) VALUES(?,?)");  // looks up and puts in one descent
    table.run(begin);
    std::string body;
    for (long n = 0; n < messages; ++n) {
        body.clear();
        append_order(body, n);
        sqlite3_bind_int64(into_a, 1, n);
        sqlite3_bind_blob(into_a, 2, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
        table.run(into_a);
    }
    table.run(commit);
    table.exec("PRAGMA wal_checkpoint(TRUNCATE)");

    const auto pool = std::make_unique<Pool>();
    TreeReader reader;
    long long passed = 0;
    const double wall = seconds(), cpu = cpu_seconds();
    for (sqlite3_int64 at = 0; at < messages;) {
        table.run(begin);
        sqlite3_bind_int64(rows, 1, at);
        sqlite3_bind_int64(rows, 2, per_commit);
        while (sqlite3_step(rows) == SQLITE_ROW) {
            at = sqlite3_column_int64(rows, 0);
            if (keyed) {
                const auto length = static_cast<std::size_t>(sqlite3_column_bytes(rows, 1));
                body.assign(static_cast<const char*>(sqlite3_column_blob(rows, 1)), length);
                body.append(tree_padding, '\0');
                pool->reset();
                Tree order;
                const Tree* key = reader.read(body.data(), length, *pool, order) ? order.get("id") : nullptr;
                if (key == nullptr || key->tag() != Tag::text) give_up("a body without a key");
                sqlite3_bind_text(seen, 1, key->s, static_cast<int>(key->length()), SQLITE_STATIC);
                sqlite3_bind_int64(seen, 2, at);
                table.run(seen);
                if (table.changed() == 0) continue;
            }
            ++passed;
            sqlite3_bind_int64(into_b, 1, at);
            sqlite3_bind_blob(into_b, 2, sqlite3_column_blob(rows, 1), sqlite3_column_bytes(rows, 1), SQLITE_STATIC);
            table.run(into_b);
            sqlite3_bind_int64(history, 1, at);
            sqlite3_bind_int64(history, 2, at);
            table.run(history);
        }
        sqlite3_reset(rows);
        sqlite3_bind_int64(position, 1, at);
        table.run(position);
        table.run(commit);
    }
    Measured out;
    out.wall = seconds() - wall;
    out.cpu = cpu_seconds() - cpu;
    out.messages = messages;
    if (passed != messages) give_up("of " + std::to_string(messages) + " messages " + std::to_string(passed) + " passed");
    return out;
}

}  // namespace weir::bench
