// C6: what a topic keeps, for a time or up to a size; what went unread is counted for each subscription and stands in the history.
#include "world.hpp"

using namespace weir;
using namespace weir::test;
using Texts = std::vector<std::string>;

namespace {

constexpr std::int64_t second = 1'000'000'000;

// A topic that two subscriptions read: `quick` all of it, `slow` as a test has it.
struct Topic {
    Folder folder;
    Opened o{folder.store()};
    No flow = 0, topic = 0, quick = 0, slow = 0;
    std::uint64_t gone = 0;  // as the store has told

    explicit Topic(Keep what) : keep_(what) { open(); }
    void open() {
        o.must_open();
        flow = o.store->number(NameKind::flow, "f");
        topic = o.store->number(NameKind::channel, "prices");
        quick = o.store->number(NameKind::subscription, "prices/quick");
        slow = o.store->number(NameKind::subscription, "prices/slow");
        o.store->topic(topic);
        o.store->keep(topic, keep_, o.home, [this](std::uint64_t rows) { gone += rows; });
        o.store->subscribe(quick, topic, true);
        o.store->subscribe(slow, topic, true);
    }
    void put(const Texts& bodies) {
        Builder b(flow);
        for (const std::string& body : bodies) b.put(topic, body).unit();
        o.commit(std::move(b.commit));
    }
    void done(No subscription, const std::vector<RowId>& rows) {
        Builder b(flow);
        b.commit.history = false;
        for (const RowId row : rows) b.unit(consumed(subscription, row));
        o.commit(std::move(b.commit));
    }
    // Time passes, and the writer looks what is due.
    void pass(std::int64_t nanoseconds) {
        o.clock.advance(EngineTime(nanoseconds));
        Builder b(flow);
        b.commit.history = false;
        b.unit();
        o.commit(std::move(b.commit));
        while (o.home.waiting() > 0) {
            const std::size_t before = o.home.waiting();
            o.home.run_until([&] { return o.home.waiting() < before; });
        }
    }
    Texts bodies() { return o.bodies(topic); }
    std::uint64_t low(No subscription) { return o.store->parts(Position::Sort::consumer, subscription).at(0).low; }
    std::vector<HistoryRow> purged() {
        auto view = open_view(folder.store());
        REQUIRE(view);
        HistoryFilter filter;
        filter.outcome = Outcome::purged;
        auto rows = (*view)->messages(1000, filter);
        REQUIRE(rows);
        return *rows;
    }
    std::vector<std::pair<std::string, std::uint64_t>> unread() {
        auto view = open_view(folder.store());
        REQUIRE(view);
        return (*view)->channels()->at(0).unread;
    }

private:
    Keep keep_;
};

}  // namespace

TEST_CASE("rows that are too old go, whoever has not read them, and each is told") {
    Topic t({64 * second, 0});
    t.put({"1", "2", "3"});
    t.pass(0);
    t.done(t.quick, {1, 2});
    t.pass(30 * second);
    t.put({"4", "5"});
    t.pass(2 * second);
    t.pass(32 * second - 1);
    CHECK(t.bodies() == Texts{"1", "2", "3", "4", "5"});  // never earlier
    t.pass(1);
    t.pass(2 * second);
    CHECK(t.bodies() == Texts{"4", "5"});
    CHECK(t.gone == 3);
    CHECK(t.low(t.slow) == 4);
    CHECK(t.low(t.quick) == 4);
    CHECK(t.unread() == std::vector<std::pair<std::string, std::uint64_t>>{{"quick", 1}, {"slow", 3}});
    const auto told = t.purged();
    REQUIRE(told.size() == 4);
    for (const HistoryRow& row : told) {
        CHECK(row.from == "prices");
        CHECK(row.who == "keep");
        CHECK(row.why == (row.in.no == t.slow ? "not read by slow, older than 64s" : "not read by quick, older than 64s"));
        CHECK(row.in.sort == Position::Sort::consumer);
        CHECK((row.mid == Id128{1, row.in.at}));
    }
    CHECK(std::count_if(told.begin(), told.end(), [&](const HistoryRow& row) { return row.in.no == t.slow; }) == 3);
    CHECK(std::count_if(told.begin(), told.end(), [&](const HistoryRow& row) { return row.in.no == t.quick && row.in.at == 3; }) == 1);
    t.pass(40 * second);
    CHECK(t.bodies().empty());
    CHECK(t.gone == 5);
    CHECK(t.unread() == std::vector<std::pair<std::string, std::uint64_t>>{{"quick", 3}, {"slow", 5}});
    // What comes is numbered on, and read as ever.
    t.put({"6"});
    CHECK(t.o.store->tail(t.topic) == 6);
    const auto rows = t.o.store->take(t.slow, t.topic, t.low(t.slow) - 1, 10, SIZE_MAX);
    REQUIRE((rows && rows->size() == 1));
    CHECK((*rows)[0].body == "6");
    t.o.stop();
    CHECK(t.o.fatal.empty());
}

TEST_CASE("what all have read goes without a word, and without `keep` nothing goes") {
    Topic t({64 * second, 0});
    t.put({"1", "2"});
    t.pass(0);
    t.done(t.quick, {1, 2});
    t.done(t.slow, {1, 2});
    t.pass(70 * second);
    CHECK(t.bodies().empty());
    CHECK(t.gone == 0);
    CHECK(t.purged().empty());
    CHECK(t.unread().empty());
    t.o.stop();

    Topic all({});
    all.put({"1"});
    all.pass(1'000'000 * second);
    CHECK(all.bodies() == Texts{"1"});
    all.o.stop();
}

TEST_CASE("a row that somebody has taken is not unread: it stays until it is finished, and what stands behind it too") {
    Topic t({64 * second, 0});
    t.put({"1", "2", "3"});
    t.pass(0);
    t.done(t.quick, {1, 2, 3});
    const auto rows = t.o.store->take(t.slow, t.topic, 0, 2, SIZE_MAX);
    REQUIRE((rows && rows->size() == 2));
    t.pass(70 * second);
    CHECK(t.bodies() == Texts{"1", "2", "3"});
    t.done(t.slow, {2});
    t.pass(2 * second);
    CHECK(t.bodies() == Texts{"1", "2", "3"});
    t.done(t.slow, {1});
    t.pass(2 * second);
    CHECK(t.bodies().empty());
    REQUIRE(t.purged().size() == 1);  // the third
    CHECK(t.purged()[0].in.at == 3);
    CHECK(t.gone == 1);
    // Who reads again after an end of its engine has taken nothing yet.
    t.put({"4"});
    t.pass(2 * second);
    REQUIRE(t.o.store->take(t.slow, t.topic, 3, 2, SIZE_MAX)->size() == 1);
    t.o.store->subscribe(t.slow, t.topic, true);
    t.pass(70 * second);
    CHECK(t.bodies().empty());
    CHECK(t.gone == 2);
    t.o.stop();
}

TEST_CASE("beyond a size the oldest go") {
    Topic t({0, 640});  // marks are ten bytes apart
    const std::string hundred(99, 'x');  // and an envelope of one byte
    for (int n = 0; n < 6; ++n) {
        t.put({hundred});
        t.pass(2 * second);
    }
    CHECK(t.bodies().size() == 6);
    t.pass(1'000'000 * second);
    CHECK(t.bodies().size() == 6);  // age is nothing to it
    t.put({hundred});
    t.pass(2 * second);
    CHECK(t.bodies().size() == 7);  // what stays is 640 bytes at least
    t.put({hundred});
    t.pass(2 * second);
    CHECK(t.bodies().size() == 7);
    CHECK(t.gone == 1);
    CHECK(t.purged().at(0).why == "not read by slow, beyond 640B");
    t.put({hundred, hundred, hundred, hundred, hundred, hundred, hundred, hundred, hundred, hundred});
    t.pass(2 * second);
    CHECK(t.bodies().size() == 10);  // one commit has one mark, which has 1000 bytes before it and none behind
    t.o.stop();
    t.open();
    t.put({hundred});
    for (int n = 0; n < 6; ++n) {
        t.put({hundred});
        t.pass(2 * second);
    }
    CHECK(t.bodies().size() == 7);
    CHECK(t.gone == 18);
    t.o.stop();
}

TEST_CASE("marks and counts outlive a restart, and the time of the stop counts") {
    Topic t({64 * second, 0});
    t.put({"1"});
    t.pass(2 * second);
    t.done(t.quick, {1});
    t.o.stop();
    t.o.clock.advance(EngineTime(100 * second));
    t.open();
    t.pass(2 * second);
    CHECK(t.bodies().empty());
    CHECK(t.unread() == std::vector<std::pair<std::string, std::uint64_t>>{{"slow", 1}});
    t.o.stop();
    t.open();
    CHECK(t.unread() == std::vector<std::pair<std::string, std::uint64_t>>{{"slow", 1}});
    t.o.stop();
    // Without that subscription its count is gone too.
    t.o.must_open();
    Deed deed;
    deed.sort = Deed::Sort::forget;
    deed.channel = "prices/slow";
    deed.who = "ann";
    deed.why = "closed";
    CHECK(t.o.act(deed).refused.empty());
    CHECK(t.unread().empty());
    t.o.stop();
}

TEST_CASE("many rows go in portions, and with a writer of its own the store does it by itself") {
    Topic t({64 * second, 0});
    const Texts many(5000, "x");
    t.put(many);
    t.pass(0);
    t.o.stop();
    t.o.clock.advance(EngineTime(70 * second));
    t.o.options.inline_writer = false;
    t.open();
    t.o.home.run_until([&] { return t.gone == 5000; });
    CHECK(t.bodies().empty());
    CHECK(t.purged().size() == 1000);  // as many as were asked for
    CHECK(t.unread() == std::vector<std::pair<std::string, std::uint64_t>>{{"quick", 5000}, {"slow", 5000}});
    t.o.stop();
    CHECK(t.o.fatal.empty());
}
