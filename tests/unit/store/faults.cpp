// What a full, failing or stubborn SQLite does to a set: all of it, or nothing (S3).
#include "fault_vfs.hpp"
#include "world.hpp"

using namespace weir;
using namespace weir::test;

namespace {

void sql(const std::string& folder, const std::string& text) {
    sqlite3* database = nullptr;
    REQUIRE(sqlite3_open((folder + "/store.db").c_str(), &database) == SQLITE_OK);
    const int code = sqlite3_exec(database, text.c_str(), nullptr, nullptr, nullptr);
    CHECK_MESSAGE(code == SQLITE_OK, sqlite3_errmsg(database));
    sqlite3_close(database);
}

struct Names {
    No flow, channel, other, source;
    explicit Names(Store& store)
        : flow(store.number(NameKind::flow, "f")), channel(store.number(NameKind::channel, "c")), other(store.number(NameKind::channel, "d")),
          source(store.number(NameKind::source, "s")) {}
};
// A set that touches every table: rows in two channels, a line, a dead row, history, a position.
Commit set_of(const Names& n, const Folder& folder, std::uint64_t at, const std::string& body) {
    Builder b(n.flow);
    b.put(n.channel, body).put(n.other, body).line(folder.file("out"), "line\n").unit(sourced(n.source, 1, at, at + 1));
    b.put(n.channel, body).dead("dead", "why").unit(sourced(n.source, 1, at + 1, at + 2), Outcome::dead);
    return std::move(b.commit);
}
std::uint64_t low_of(Store& store, No source) {
    const auto parts = store.parts(Position::Sort::source, source);
    return parts.empty() ? 0 : parts[0].low;
}

}  // namespace

TEST_CASE("full in the middle of a transaction: nothing of the set is there, and it goes on when there is room") {
    Folder folder;
    std::uint64_t sets = 0;
    {
        Opened o(folder.store());
        o.options.most_pages = 60;
        o.must_open();
        const Names n(*o.store);
        // Each set is larger than what is left when the last one fails, so that SQLite fails at a statement, with others still to come.
        for (;;) {
            const auto answer = o.commit(set_of(n, folder, 2 * sets, std::string(9000, 'x')));
            if (answer.fates[0] == Fate::waits) {
                CHECK(answer.fates[1] == Fate::waits);
                CHECK(answer.why.find("full") != std::string::npos);
                break;
            }
            ++sets;
            REQUIRE(sets < 100);
        }
        REQUIRE(sets > 2);
        const auto check = [&] {
            CHECK(o.store->tail(n.channel) == 2 * sets);
            CHECK(o.store->tail(n.other) == sets);
            CHECK(o.bodies(n.channel).size() == 2 * sets);
            CHECK(o.bodies(n.other).size() == sets);
            CHECK(low_of(*o.store, n.source) == 2 * sets);
            CHECK(text_of(folder.file("out")).size() == 5 * sets);
            auto view = open_view(folder.store());
            CHECK((*view)->status()->dead == sets);
            CHECK((*view)->messages(SIZE_MAX, {})->size() == 2 * sets);
        };
        check();
        CHECK(o.commit(set_of(n, folder, 2 * sets, std::string(9000, 'x'))).fates[1] == Fate::waits);
        check();
        CHECK(o.fatal.empty());
        o.stop();
    }
    Opened o(folder.store());
    o.must_open();
    const Names n(*o.store);
    CHECK(o.commit(set_of(n, folder, 2 * sets, "y")).fates[1] == Fate::durable);
    CHECK(o.store->tail(n.channel) == 2 * sets + 2);
    CHECK(low_of(*o.store, n.source) == 2 * sets + 2);
    CHECK(text_of(folder.file("out")).size() == 5 * sets + 5);
    o.stop();
}

TEST_CASE("full at any write of a commit: all or nothing, and the store goes on") {
    Folder folder;
    Opened o(folder.store());
    o.options.vfs = fault_vfs();
    fault_plan = {};
    o.must_open();
    const Names n(*o.store);
    std::uint64_t sets = 1;
    int failed = 0;
    o.commit(set_of(n, folder, 0, "x"));  // the file's row is there from now on
    for (int which = 1; which < 60; ++which) {
        fault_plan = {};
        fault_plan.write_in = which;
        const auto answer = o.commit(set_of(n, folder, 2 * sets, std::string(3000, 'z')));
        const bool fired = fault_plan.fired > 0;
        fault_plan = {};
        CHECK(answer.fates[0] == answer.fates[1]);
        CHECK(answer.fates[0] == (fired ? Fate::waits : Fate::durable));
        if (fired) ++failed;
        if (!fired) ++sets;
        REQUIRE(o.store->tail(n.channel) == 2 * sets);
        REQUIRE(o.bodies(n.channel).size() == 2 * sets);
        REQUIRE(low_of(*o.store, n.source) == 2 * sets);
        REQUIRE(text_of(folder.file("out")).size() == 5 * sets);
    }
    CHECK(failed > 5);
    CHECK(sets > 5);
    CHECK(o.fatal.empty());
    CHECK(o.commit(set_of(n, folder, 2 * sets, "x")).fates[1] == Fate::durable);
    o.stop();
}

TEST_CASE("a commit whose sync fails is in doubt: no fate is told, and the next start decides for all of it") {
    Folder folder;
    Opened o(folder.store());
    o.options.vfs = fault_vfs();
    fault_plan = {};
    o.must_open();
    const Names n(*o.store);
    o.commit(set_of(n, folder, 0, "x"));
    SUBCASE("sync") { fault_plan.sync_in = 1; }
    SUBCASE("write error") {
        fault_plan.write_in = 2;
        fault_plan.code = SQLITE_IOERR_WRITE;
    }
    bool answered = false;
    o.store->commit(set_of(n, folder, 2, "y"), o.home, [&](Committed) { answered = true; });
    o.home.run_until([&] { return !o.fatal.empty(); });
    CHECK(o.home.waiting() == 0);
    CHECK(!answered);
    CHECK(fault_plan.fired == 1);
    fault_plan = {};
    o.store->commit(set_of(n, folder, 2, "y"), o.home, [&](Committed) { answered = true; });  // nothing is taken any more
    CHECK(o.home.waiting() == 0);
    o.store.reset();

    o.fatal.clear();
    o.must_open();
    const std::uint64_t low = low_of(*o.store, n.source);
    CHECK((low == 2 || low == 4));
    CHECK(o.bodies(n.channel).size() == low);
    CHECK(o.commit(set_of(n, folder, low, "z")).fates[1] == Fate::durable);
    CHECK(text_of(folder.file("out")).size() == 5 * (low / 2 + 1));  // the tail was cut where the commit was not there
    o.stop();
}

TEST_CASE("one row that the store refuses goes to quarantine and dead letter alone") {
    Folder folder;
    bool by_trigger = false;
    SUBCASE("a constraint") { by_trigger = true; }
    SUBCASE("too big") {}
    {
        Opened o(folder.store());
        o.must_open();
        const Names n(*o.store);
        o.stop();
        if (by_trigger)
            sql(folder.store(), "CREATE TRIGGER t BEFORE INSERT ON c_" + std::to_string(n.channel) +
                                    " WHEN length(new.body) > 50000 BEGIN SELECT raise(ABORT, 'refused'); END");
    }
    Opened o(folder.store());
    if (!by_trigger) o.options.longest_value = 50000;
    o.must_open();
    const Names n(*o.store);
    Builder b(n.flow);
    b.put(n.channel, "1").line(folder.file("out"), "1\n").unit(sourced(n.source, 1, 0, 1));
    b.put(n.other, "2").put(n.channel, std::string(60000, 'b')).line(folder.file("out"), "2\n").unit(sourced(n.source, 1, 1, 2));
    b.commit.units.back().arrival = b.slice("its input");
    b.put(n.channel, "3").line(folder.file("out"), "3\n").unit(sourced(n.source, 1, 2, 3));
    const auto answer = o.commit(std::move(b.commit));
    CHECK(answer.fates == std::vector<Fate>{Fate::durable, Fate::quarantined, Fate::durable});
    CHECK(o.fatal.empty());
    CHECK(o.bodies(n.channel) == std::vector<std::string>{"1", "3"});
    CHECK(o.store->tail(n.channel) == 2);
    CHECK(o.bodies(n.other).empty());
    CHECK(text_of(folder.file("out")) == "1\n3\n");
    CHECK(low_of(*o.store, n.source) == 3);
    auto view = open_view(folder.store());
    const auto dead = (*view)->dead(10);
    REQUIRE(dead->size() == 1);
    CHECK(dead->at(0).flow == "f");
    CHECK(dead->at(0).mid == Id128{9, 2});
    CHECK(dead->at(0).failure.kind == FailureClass::internal);
    CHECK(dead->at(0).body == "its input");
    const auto quarantine = (*view)->quarantine(10);
    REQUIRE(quarantine->size() == 1);
    CHECK(quarantine->at(0).raw.size() == (by_trigger ? 60003u : 0u));
    CHECK(o.warned("went to quarantine"));
    o.stop();
}
