// Who may open a store, and what it looks like from outside.
#include <sqlite3.h>
#include <sys/wait.h>

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

}  // namespace

TEST_CASE("the folder is 0700 and all its files are 0600, whatever umask says") {
    Folder folder;
    const mode_t before = ::umask(0);
    Opened o(folder.file("deep/er/store"));
    o.must_open();
    Builder b(o.store->number(NameKind::flow, "f"));
    b.put(o.store->number(NameKind::channel, "c"), "x").unit();
    o.commit(std::move(b.commit));
    CHECK(mode_of(o.options.folder) == 0700);
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(o.options.folder)) {
        CHECK_MESSAGE(mode_of(entry.path()) == 0600, entry.path().string());
        ++files;
    }
    CHECK(files == 5);  // store.db, its log and index, lock, what is held in reserve
    o.stop();
    ::umask(before);
}

TEST_CASE("a second engine is refused, and the first goes on") {
    Folder folder;
    Opened first(folder.store(), false), second(folder.store());
    first.must_open();
    const auto refused = second.open();
    REQUIRE(!refused);
    CHECK(refused.error().text.find("in use by another engine") != std::string::npos);
    CHECK(engine_state(folder.store()) == EngineState::running);
    Builder b(first.store->number(NameKind::flow, "f"));
    b.put(first.store->number(NameKind::channel, "c"), "x").unit();
    CHECK(first.commit(std::move(b.commit)).fates.at(0) == Fate::durable);
    first.stop();
    CHECK(engine_state(folder.store()) == EngineState::stopped);
    second.must_open();
    second.stop();
}

TEST_CASE("a newer store is refused and left as it is; another program's database too") {
    Folder folder;
    {
        Opened o(folder.store());
        o.must_open();
        o.stop();
    }
    std::string expected;
    SUBCASE("newer") {
        sql(folder.store(), "PRAGMA user_version=99");
        expected = "written by a newer weir (schema 99; this one knows 4)";
    }
    SUBCASE("another program's") {
        sql(folder.store(), "PRAGMA application_id=5");
        expected = "another program";
    }
    SUBCASE("no database at all") {
        put_text(folder.store() + "/store.db", std::string(5000, 'x'));
        expected = "is not a store";
    }
    const std::string before = text_of(folder.store() + "/store.db");
    Opened o(folder.store());
    const auto refused = o.open();
    REQUIRE(!refused);
    CHECK_MESSAGE(refused.error().text.find(expected) != std::string::npos, refused.error().text);
    CHECK(text_of(folder.store() + "/store.db") == before);
    CHECK(!open_view(folder.store()));
}

TEST_CASE("a store that ended badly opens, with the log written back first") {
    Folder folder;
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        Opened o(folder.store());
        o.must_open();
        Builder b(o.store->number(NameKind::flow, "f"));
        b.put(o.store->number(NameKind::channel, "c"), "kept").unit();
        o.commit(std::move(b.commit));
        ::_exit(0);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    REQUIRE(WIFEXITED(status));
    REQUIRE(std::filesystem::file_size(folder.store() + "/store.db-wal") > 0);
    {
        auto view = open_view(folder.store());
        REQUIRE(view);
        CHECK((*view)->status()->clean == false);
        CHECK((*view)->status()->engine == EngineState::stopped);
        CHECK((*view)->peek("c", 0, 10)->size() == 1);
    }
    Opened o(folder.store());
    o.must_open();
    CHECK(o.bodies(o.store->number(NameKind::channel, "c")) == std::vector<std::string>{"kept"});
    o.stop();
    CHECK((*open_view(folder.store()))->status()->clean == true);
}

TEST_CASE("another program that writes the store is noticed before the next commit") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), channel = o.store->number(NameKind::channel, "c");
    Builder b(flow);
    b.put(channel, "1").unit();
    o.commit(std::move(b.commit));
    sql(folder.store(), "UPDATE channel SET tail=5");
    Builder c(flow);
    c.put(channel, "2").unit();
    bool answered = false;
    o.store->commit(std::move(c.commit), o.home, [&](Committed) { answered = true; });
    o.home.run_until([&] { return !o.fatal.empty(); });
    CHECK(o.fatal.find("another program writes this store") != std::string::npos);
    CHECK(o.home.waiting() == 0);
    CHECK(!answered);
    o.stop();
    CHECK((*open_view(folder.store()))->peek("c", 0, 10)->size() == 1);
    CHECK((*open_view(folder.store()))->status()->clean == false);
}

TEST_CASE("secret and incarnation stay") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const Id128 secret = o.store->secret(), incarnation = o.store->incarnation();
    CHECK(!secret.empty());
    CHECK(!(secret == incarnation));
    o.stop();
    o.must_open();
    CHECK(o.store->secret() == secret);
    CHECK(o.store->incarnation() == incarnation);
    CHECK(!o.warned("backup"));
    o.stop();
}

TEST_CASE("a row that is not what it should be goes to quarantine, and its position counts as done") {
    Folder folder;
    No channel, subscription;
    {
        Opened o(folder.store());
        o.must_open();
        channel = o.store->number(NameKind::channel, "c");
        subscription = o.store->number(NameKind::subscription, "s");
        o.store->subscribe(subscription, channel, true);
        Builder b(o.store->number(NameKind::flow, "f"));
        b.put(channel, "1").put(channel, "2").put(channel, "3").unit();
        o.commit(std::move(b.commit));
        o.stop();
    }
    sql(folder.store(), "UPDATE c_" + std::to_string(channel) + " SET mid=x'00' WHERE id=2");
    Opened o(folder.store(), false);
    o.must_open();
    CHECK(o.bodies(channel) == std::vector<std::string>{"1", "3"});
    o.stop();  // writes what is pending
    auto view = open_view(folder.store());
    const auto rows = (*view)->quarantine(10);
    REQUIRE(rows);
    REQUIRE(rows->size() == 1);
    CHECK(rows->at(0).source == "c");
    CHECK(rows->at(0).row == 2);
    CHECK(rows->at(0).raw.find("2") != std::string::npos);
    o.must_open();
    const auto parts = o.store->parts(Position::Sort::consumer, subscription);
    REQUIRE(parts.at(0).done.size() == 1);
    CHECK(parts[0].done[0].begin == 2);
    o.stop();
}
