// S10: a store of version 1, as the program of then left it, goes on under this one.
#include <sqlite3.h>

#include "world.hpp"

using namespace weir;
using namespace weir::test;

namespace {

constexpr const char* version_1 = R"(
PRAGMA journal_mode=WAL;
CREATE TABLE meta(id INTEGER PRIMARY KEY CHECK(id = 1), schema INTEGER NOT NULL, store_id BLOB NOT NULL, secret BLOB NOT NULL, incarnation BLOB NOT NULL,
    epoch INTEGER NOT NULL, commit_no INTEGER NOT NULL, unit_no INTEGER NOT NULL, engine_time INTEGER NOT NULL, wall_time INTEGER NOT NULL,
    backup_mark INTEGER NOT NULL, clean INTEGER NOT NULL);
CREATE TABLE name(no INTEGER PRIMARY KEY, kind INTEGER NOT NULL, name TEXT NOT NULL);
CREATE TABLE plan(no INTEGER PRIMARY KEY, at INTEGER NOT NULL, hash TEXT NOT NULL, texts BLOB NOT NULL);
CREATE TABLE channel(no INTEGER PRIMARY KEY, tail INTEGER NOT NULL, first INTEGER NOT NULL);
CREATE TABLE consumer(no INTEGER PRIMARY KEY, channel INTEGER NOT NULL);
CREATE TABLE position(id INTEGER PRIMARY KEY, sort INTEGER NOT NULL, no INTEGER NOT NULL, part INTEGER NOT NULL, low INTEGER NOT NULL, done BLOB NOT NULL,
    note BLOB NOT NULL);
CREATE TABLE hist(id INTEGER PRIMARY KEY, count INTEGER NOT NULL, at INTEGER NOT NULL, flow INTEGER NOT NULL, plan INTEGER NOT NULL, units BLOB NOT NULL);
CREATE TABLE arrival(id INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE dead(id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, flow TEXT NOT NULL, class INTEGER NOT NULL, text TEXT NOT NULL, path TEXT NOT NULL,
    step TEXT NOT NULL, attempts INTEGER NOT NULL, mid BLOB NOT NULL, envelope BLOB NOT NULL, body BLOB NOT NULL);
CREATE TABLE quarantine(id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, source TEXT NOT NULL, row INTEGER NOT NULL, why TEXT NOT NULL, raw BLOB NOT NULL);
CREATE TABLE file_out(id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE, device INTEGER NOT NULL, inode INTEGER NOT NULL, born INTEGER NOT NULL,
    length INTEGER NOT NULL);
CREATE TABLE c_2(id INTEGER PRIMARY KEY, mid BLOB NOT NULL, at INTEGER NOT NULL, type INTEGER NOT NULL, headers BLOB NOT NULL, body BLOB NOT NULL);
INSERT INTO meta VALUES(1, 1, x'000102030405060708090a0b0c0d0e0f', x'101112131415161718191a1b1c1d1e1f', x'202122232425262728292a2b2c2d2e2f', 4, 9, 1, 777, 1000, 0, 1);
INSERT INTO name VALUES(1, 0, 'f'), (2, 1, 'c'), (3, 3, 'c'), (4, 2, 's');
INSERT INTO plan VALUES(1, 5, 'abc', 'texts');
INSERT INTO channel VALUES(2, 3, 1);
INSERT INTO consumer VALUES(3, 2);
INSERT INTO position VALUES(1, 1, 3, 0, 2, x'01', x''), (2, 2, 4, 8, 40, x'01', 'note');
INSERT INTO hist VALUES(1, 1, 1234, 1, 1, x'019b00000000000000000000000000000009010500c8010204010c0e');
INSERT INTO dead VALUES(5, 1234, 'f', 3, 'why', 'body.x', 'f/validate', 2, x'00000000000000050000000000000006', x'', 'old');
INSERT INTO c_2 VALUES(1, x'00000000000000010000000000000001', 10, 7, 'e', 'a'), (2, x'00000000000000010000000000000002', 10, 7, 'e', 'b'),
    (3, x'00000000000000010000000000000003', 10, 7, 'e', 'c');
PRAGMA application_id=1464158546;
PRAGMA user_version=1;
)";

void make_version_1(const std::string& folder, const std::string& more = {}) {
    std::filesystem::create_directories(folder);
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((folder + "/store.db").c_str(), &database) == SQLITE_OK);
    const int code = sqlite3_exec(database, (version_1 + more).c_str(), nullptr, nullptr, nullptr);
    REQUIRE_MESSAGE(code == SQLITE_OK, sqlite3_errmsg(database));
    sqlite3_close(database);
}
std::int64_t version_of(const std::string& path) {
    sqlite3* database = nullptr;
    sqlite3_stmt* statement = nullptr;
    REQUIRE(sqlite3_open(path.c_str(), &database) == SQLITE_OK);
    REQUIRE(sqlite3_prepare_v2(database, "PRAGMA user_version", -1, &statement, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_step(statement) == SQLITE_ROW);
    const std::int64_t version = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    sqlite3_close(database);
    return version;
}

}  // namespace

TEST_CASE("a store of version 1 keeps all it has, and does what the versions behind it can") {
    Folder folder;
    make_version_1(folder.store());
    CHECK(!open_view(folder.store()));  // a command that can't write doesn't guess
    Opened o(folder.store());
    o.must_open();
    CHECK(o.warned("was brought to schema 4"));
    CHECK(version_of(folder.store() + "/before-schema-4.db") == 1);
    CHECK(mode_of(folder.store() + "/before-schema-4.db") == 0600);
    const No flow = o.store->number(NameKind::flow, "f"), channel = o.store->number(NameKind::channel, "c"), source = o.store->number(NameKind::source, "s");
    CHECK(flow == 1);
    CHECK(channel == 2);
    CHECK(o.bodies(channel) == std::vector<std::string>{"a", "b", "c"});
    CHECK(o.store->tail(channel) == 3);
    CHECK(o.store->parts(Position::Sort::consumer, 3).at(0).low == 2);
    CHECK(o.store->parts(Position::Sort::source, source).at(0).note == "note");
    CHECK(o.store->secret() == Id128{0x1011121314151617, 0x18191a1b1c1d1e1f});
    CHECK(o.store->now() >= EngineTime(777));
    CHECK(o.store->due(flow).empty());
    CHECK(o.store->suspects({}).empty());

    Builder b(flow);
    b.due(EngineTime(50), "later").seen({{1, 2}, 3}, EngineTime(1) + o.store->now()).recorded(4, "answer").dead("new", "too").unit(consumed(3, 2), Outcome::resting);
    const auto answer = o.commit(std::move(b.commit));
    CHECK(answer.fates.at(0) == Fate::durable);
    CHECK(answer.due == std::vector<RowId>{1});
    Deed deed;
    deed.flow = "f";
    deed.rows = {5};
    CHECK(o.act(deed).rows == 1);
    CHECK(o.store->due(flow).size() == 2);
    auto view = open_view(folder.store());
    REQUIRE(view);
    CHECK((*view)->status()->schema == 4);
    CHECK((*view)->dead(10)->at(0).id == 6);
    CHECK((*view)->dead(10)->size() == 1);
    const auto rows = (*view)->messages(10, {});
    REQUIRE(rows);
    REQUIRE(rows->size() == 3);
    CHECK(rows->at(2).outcome == Outcome::dead);
    CHECK(rows->at(2).mid == Id128{0, 9});
    CHECK(rows->at(2).attempt == 4);
    o.stop();
    CHECK(version_of(folder.store() + "/store.db") == 4);
    o.warnings.clear();
    o.must_open();  // once is enough
    CHECK(!o.warned("schema"));
    CHECK(o.store->due(flow).size() == 2);
    o.stop();
}

TEST_CASE("a migration that can't be done leaves the store as it was") {
    Folder folder;
    make_version_1(folder.store(), "CREATE TABLE recorded(x);");
    Opened o(folder.store());
    const auto refused = o.open();
    REQUIRE(!refused);
    CHECK(refused.error().text.find("it is as it was") != std::string::npos);
    CHECK(version_of(folder.store() + "/store.db") == 1);
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((folder.store() + "/store.db").c_str(), &database) == SQLITE_OK);
    CHECK(sqlite3_exec(database, "SELECT count(memo) FROM dead", nullptr, nullptr, nullptr) == SQLITE_ERROR);
    CHECK(sqlite3_exec(database, "SELECT * FROM due", nullptr, nullptr, nullptr) == SQLITE_ERROR);
    CHECK(sqlite3_exec(database, "DROP TABLE recorded", nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
    o.must_open();
    CHECK(o.store->number(NameKind::flow, "f") == 1);
    o.stop();
}

TEST_CASE("a store of version 2 learns whom it suspects (R9)") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f");
    o.stop();
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((folder.store() + "/store.db").c_str(), &database) == SQLITE_OK);
    // What version 2 had was this one's without these tables.
    CHECK(sqlite3_exec(database, "DROP TABLE suspect; DROP TABLE mark; DROP TABLE unread; UPDATE meta SET schema=2; PRAGMA user_version=2", nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
    o.must_open();
    CHECK(o.warned("was brought to schema 4"));
    CHECK(version_of(folder.store() + "/before-schema-4.db") == 2);
    Suspect one;
    one.flow = flow;
    one.name = {1, 2};
    CHECK(o.store->suspects({one}).size() == 1);
    o.stop();
}

TEST_CASE("a store of version 3 learns what its topics keep (C6)") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), topic = o.store->number(NameKind::channel, "t"), sub = o.store->number(NameKind::subscription, "t/f");
    o.store->topic(topic);
    o.store->subscribe(sub, topic, true);
    Builder b(flow);
    b.put(topic, "old").unit();
    o.commit(std::move(b.commit));
    o.stop();
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((folder.store() + "/store.db").c_str(), &database) == SQLITE_OK);
    CHECK(sqlite3_exec(database, "DROP TABLE mark; DROP TABLE unread; UPDATE meta SET schema=3; PRAGMA user_version=3", nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(database);
    o.must_open();
    CHECK(o.warned("was brought to schema 4"));
    // What stood there before counts from now on.
    std::uint64_t gone = 0;
    o.store->keep(topic, {1'000'000'000, 0}, o.home, [&](std::uint64_t rows) { gone += rows; });
    for (int n = 0; n < 3; ++n) {
        o.clock.advance(std::chrono::seconds(2));
        Builder tick(flow);
        tick.unit();
        o.commit(std::move(tick.commit));
    }
    CHECK(o.bodies(topic).empty());
    o.home.run_until([&] { return gone > 0; });
    CHECK(gone == 1);
    o.stop();
}
