// What is committed is there, and there again after a restart; with the writer's thread, inline, and in memory.
#include "world.hpp"

using namespace weir;
using namespace weir::test;
using Texts = std::vector<std::string>;

TEST_CASE("rows, positions and wake-ups, in every way to run the store") {
    Folder folder;
    bool inline_writer = true, memory = false;
    SUBCASE("inline") {}
    SUBCASE("thread") { inline_writer = false; }
    SUBCASE("memory, inline") { memory = true; }
    SUBCASE("memory, thread") {
        memory = true;
        inline_writer = false;
    }
    Opened o(folder.store(), inline_writer);
    o.options.memory = memory;
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f");
    const No in = o.store->number(NameKind::channel, "orders");
    const No out = o.store->number(NameKind::channel, "paid");
    const No subscription = o.store->number(NameKind::subscription, "orders/f");
    CHECK(o.store->number(NameKind::channel, "orders") == in);
    CHECK(o.store->number(NameKind::flow, "orders") != in);
    o.store->subscribe(subscription, in, true);
    int woken = 0;
    o.store->on_put(in, o.home, [&] { ++woken; });

    Builder first(flow);
    first.put(in, "one").put(in, "two").unit().put(in, std::string("nul\0inside", 10)).put(in, "").unit();
    const auto answer = o.commit(std::move(first.commit));
    CHECK(answer.fates == std::vector<Fate>{Fate::durable, Fate::durable});
    o.home.run_until([&] { return woken > 0; });
    CHECK(woken == 1);
    CHECK(o.store->tail(in) == 4);
    CHECK(o.store->tail(out) == 0);
    CHECK(o.bodies(in) == Texts{"one", "two", std::string("nul\0inside", 10), ""});
    CHECK(o.bodies(in, 3) == Texts{""});
    CHECK(o.bodies(out).empty());
    auto rows = o.store->read(in, 0, 2, SIZE_MAX);
    REQUIRE(rows);
    REQUIRE(rows->size() == 2);
    CHECK((*rows)[0].id == 1);
    CHECK((*rows)[1].id == 2);
    CHECK((*rows)[0].mid == Id128{1, 1});
    CHECK((*rows)[0].at == 1000);
    CHECK((*rows)[0].type == 7);
    CHECK((*rows)[0].envelope == "e");
    CHECK((*rows)[0].body.capacity() >= 3 + json_padding);
    CHECK(o.store->read(in, 0, 100, 1)->size() == 1);  // at least one

    Builder second(flow);
    second.put(out, "1").unit(consumed(subscription, 1)).put(out, "3").unit(consumed(subscription, 3));
    o.commit(std::move(second.commit));
    const auto parts = o.store->parts(Position::Sort::consumer, subscription);
    REQUIRE(parts.size() == 1);
    CHECK(parts[0].low == 2);
    REQUIRE(parts[0].done.size() == 1);
    CHECK(parts[0].done[0].begin == 3);
    CHECK(parts[0].done[0].end == 4);
    o.stop();
    CHECK(o.fatal.empty());
}

TEST_CASE("a restart keeps numbers, tails, positions with their gaps, and notes") {
    Folder folder;
    No flow, channel, subscription, source;
    {
        Opened o(folder.store());
        o.must_open();
        flow = o.store->number(NameKind::flow, "f");
        channel = o.store->number(NameKind::channel, "c");
        subscription = o.store->number(NameKind::subscription, "c/f");
        source = o.store->number(NameKind::source, "lines");
        o.store->subscribe(subscription, channel, false);
        Builder b(flow);
        for (int i = 0; i < 5; ++i) b.put(channel, "m" + std::to_string(i)).unit(sourced(source, 0xfedcba9876543210u, 10u * unsigned(i), 10u * unsigned(i) + 10));
        b.unit(sourced(source, 0xfedcba9876543210u, 70, 80));
        b.commit.notes.emplace_back(0xfedcba9876543210u, "path=/in/a");
        o.commit(std::move(b.commit));
        Builder c(flow);
        c.unit(consumed(subscription, 2)).unit(consumed(subscription, 4)).unit(consumed(subscription, 1));
        o.commit(std::move(c.commit));
        o.stop();
    }
    Opened o(folder.store(), false);
    o.must_open();
    CHECK(o.store->number(NameKind::subscription, "c/f") == subscription);
    CHECK(o.store->number(NameKind::channel, "c") == channel);
    CHECK(o.store->tail(channel) == 5);
    o.store->subscribe(subscription, channel, true);  // known: stays where it is
    const auto consumer = o.store->parts(Position::Sort::consumer, subscription);
    REQUIRE(consumer.size() == 1);
    CHECK(consumer[0].low == 3);
    REQUIRE(consumer[0].done.size() == 1);
    CHECK(consumer[0].done[0].begin == 4);
    const auto parts = o.store->parts(Position::Sort::source, source);
    REQUIRE(parts.size() == 1);
    CHECK(parts[0].part == 0xfedcba9876543210u);
    CHECK(parts[0].low == 50);
    REQUIRE(parts[0].done.size() == 1);
    CHECK(parts[0].done[0].end == 80);
    CHECK(parts[0].note == "path=/in/a");
    Builder b(flow);
    b.put(channel, "m5").unit();
    o.commit(std::move(b.commit));
    CHECK(o.store->tail(channel) == 6);
    CHECK(o.bodies(channel).size() == 6);
    o.stop();
}

TEST_CASE("a subscription begins behind the newest row, or at the oldest kept one") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), channel = o.store->number(NameKind::channel, "c");
    const No late = o.store->number(NameKind::subscription, "late"), early = o.store->number(NameKind::subscription, "early");
    Builder b(flow);
    b.put(channel, "a").put(channel, "b").unit();
    o.commit(std::move(b.commit));
    o.store->subscribe(late, channel, false);
    o.store->subscribe(early, channel, true);
    CHECK(o.store->parts(Position::Sort::consumer, late).at(0).low == 3);
    CHECK(o.store->parts(Position::Sort::consumer, early).at(0).low == 1);
    o.stop();
}

TEST_CASE("an emptied channel goes on counting, and only rows that everybody is done with and that are old go") {
    Folder folder;
    Opened o(folder.store());
    o.options.retention = 3600LL * 1'000'000'000;
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), channel = o.store->number(NameKind::channel, "c");
    const No one = o.store->number(NameKind::subscription, "one"), two = o.store->number(NameKind::subscription, "two");
    o.store->subscribe(one, channel, true);
    o.store->subscribe(two, channel, true);
    const auto put = [&](int count) {
        Builder b(flow, o.clock.wall());
        for (int i = 0; i < count; ++i) b.put(channel, "x").unit();
        o.commit(std::move(b.commit));
    };
    const auto take = [&](No subscription, RowId from, RowId to) {
        Builder b(flow, o.clock.wall());
        for (RowId row = from; row <= to; ++row) b.unit(consumed(subscription, row));
        o.commit(std::move(b.commit));
    };
    const auto wait = [&] {
        o.clock.advance(std::chrono::minutes(40));
        Builder b(flow);
        b.unit();
        o.commit(std::move(b.commit));
    };
    put(10);
    take(one, 1, 10);
    take(two, 1, 7);
    wait();
    CHECK(o.bodies(channel).size() == 10);  // not old yet
    put(1);                                  // 11: younger
    take(one, 11, 11);
    wait();
    CHECK(o.bodies(channel).size() == 4);  // 8 to 11: `two` has not had them
    CHECK(o.store->read(channel, 0, 1, SIZE_MAX)->at(0).id == 8);
    take(two, 8, 11);
    CHECK(o.bodies(channel).size() == 4);
    o.clock.advance(std::chrono::seconds(2));
    put(1);
    CHECK(o.bodies(channel).size() == 2);  // 11 is not an hour old
    take(one, 12, 12);
    take(two, 12, 12);
    wait();
    wait();
    CHECK(o.bodies(channel).empty());
    o.stop();
    o.must_open();
    put(1);
    CHECK(o.store->tail(channel) == 13);
    CHECK(o.bodies(channel).size() == 1);
    const No third = o.store->number(NameKind::subscription, "third");
    o.store->subscribe(third, channel, true);
    CHECK(o.store->parts(Position::Sort::consumer, third).at(0).low == 13);
    o.stop();
}

TEST_CASE("thousands of rows that may go are gone a few commits later, and history with its inputs too") {
    Folder folder;
    Opened o(folder.store());
    o.options.retention = o.options.history_retention = 1;
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), channel = o.store->number(NameKind::channel, "c"), other = o.store->number(NameKind::channel, "d");
    const No subscription = o.store->number(NameKind::subscription, "s");
    o.store->subscribe(subscription, channel, true);
    for (int set = 0; set < 100; ++set) {
        Builder b(flow, o.clock.wall());
        for (int i = 0; i < 70; ++i) b.put(channel, "x").put(other, "y").unit();
        b.commit.units.back().arrival = b.slice("input");
        o.commit(std::move(b.commit));
    }
    Builder taken(flow, o.clock.wall());
    for (RowId row = 1; row <= 7000; ++row) taken.unit(consumed(subscription, row));
    taken.commit.units.erase(taken.commit.units.begin() + 6500);  // row 6501 is open
    o.commit(std::move(taken.commit));
    o.clock.advance(std::chrono::seconds(5));
    for (int i = 0; i < 10; ++i) {
        Builder b(flow, o.clock.wall());
        b.unit();
        o.commit(std::move(b.commit));
    }
    CHECK(o.bodies(channel).size() == 500);
    CHECK(o.store->read(channel, 0, 1, SIZE_MAX)->at(0).id == 6501);
    CHECK(o.bodies(other).size() == 7000);  // nobody has said that these may go
    auto view = open_view(folder.store());
    CHECK((*view)->status()->history < 50);
    CHECK(*(*view)->arrival(70) == std::nullopt);
    o.stop();
}

TEST_CASE("history, dead rows, names, plans and figures, seen from outside") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), other = o.store->number(NameKind::flow, "g");
    const No channel = o.store->number(NameKind::channel, "c"), subscription = o.store->number(NameKind::subscription, "c/g");
    o.store->subscribe(subscription, channel, true);
    o.store->keep_plan("hash1", "text one");
    Builder b(flow, 5000);
    b.put(channel, "m").put(channel, "n").unit();
    b.commit.units.back().arrival = b.slice("the input");
    b.dead("broken", "no number").unit({}, Outcome::dead, 4);
    b.line(folder.file("out.txt"), "l\n").unit({}, Outcome::filtered);
    o.commit(std::move(b.commit));
    o.store->keep_plan("hash2", "text two");
    o.store->keep_plan("hash2", "text two");
    Builder c(other, 6000);
    c.unit(consumed(subscription, 1));
    o.commit(std::move(c.commit));
    Builder quiet(other, 7000);
    quiet.commit.history = false;
    quiet.unit();
    o.commit(std::move(quiet.commit));

    const auto look = [&](EngineState engine) {
        auto view = open_view(folder.store());
        REQUIRE_MESSAGE(view, (view ? std::string() : view.error().text));
        auto& v = **view;
        const auto status = v.status();
        REQUIRE(status);
        CHECK(status->engine == engine);
        CHECK(status->clean == (engine == EngineState::stopped));
        CHECK(status->dead == 1);
        CHECK(status->quarantine == 0);
        CHECK(status->units == 4);
        CHECK(status->schema == 4);
        const auto messages = v.messages(10, {});
        REQUIRE(messages);
        REQUIRE(messages->size() == 4);
        const HistoryRow& newest = (*messages)[0];
        CHECK(newest.flow == "g");
        CHECK(newest.plan == "hash2");
        CHECK(newest.no == 4);
        CHECK(newest.at == 6000);
        CHECK(newest.in.no == subscription);
        CHECK(newest.in.at == 1);
        const HistoryRow& filtered = (*messages)[1];
        CHECK(filtered.outcome == Outcome::filtered);
        CHECK(filtered.out == std::vector<std::pair<std::string, RowId>>{{folder.file("out.txt"), 0}});
        CHECK((*messages)[2].outcome == Outcome::dead);
        CHECK((*messages)[2].attempt == 4);
        const HistoryRow& oldest = (*messages)[3];
        CHECK(oldest.no == 1);
        CHECK(oldest.plan == "hash1");
        CHECK(oldest.mid == Id128{9, 1});
        CHECK(oldest.out == std::vector<std::pair<std::string, RowId>>{{"c", 1}, {"c", 2}});
        CHECK(v.messages(2, {})->size() == 2);
        CHECK(v.messages(10, {.flow = "g"})->size() == 1);
        CHECK(v.messages(10, {.channel = "c"})->size() == 2);
        CHECK(v.messages(10, {.outcome = Outcome::dead})->size() == 1);
        CHECK(v.messages(10, {.mid = Id128{9, 3}})->at(0).no == 3);
        CHECK(*v.arrival(1) == std::optional<std::string>("the input"));
        CHECK(*v.arrival(2) == std::nullopt);
        const auto dead = v.dead(10);
        REQUIRE(dead);
        REQUIRE(dead->size() == 1);
        const auto same = v.dead_row(dead->at(0).id);
        REQUIRE(*same);
        CHECK((*same)->body == "broken");
        CHECK((*same)->envelope == "env");
        CHECK((*same)->flow == "f");
        CHECK((*same)->failure.kind == FailureClass::invalid);
        CHECK((*same)->failure.message == "no number");
        CHECK((*same)->failure.path == "body.x");
        CHECK((*same)->failure.step == "f/validate");
        CHECK((*same)->failure.attempts == 3);
        CHECK((*same)->mid == Id128{5, 6});
        CHECK(!*v.dead_row(99));
        const auto channels = v.channels();
        REQUIRE(channels);
        REQUIRE(channels->size() == 1);
        CHECK(channels->at(0).name == "c");
        CHECK(channels->at(0).depth == 1);
        CHECK(channels->at(0).oldest == 5000);
        CHECK(v.peek("c", 1, 10)->at(0).body == "n");
        CHECK(!v.peek("nobody", 0, 10));
        CHECK((*v.newest_plan())->texts == "text two");
        CHECK((*v.plan("hash1"))->texts == "text one");
        CHECK(!*v.plan("hash3"));
        CHECK(v.names()->size() == 4);
    };
    look(EngineState::running);
    o.stop();
    look(EngineState::stopped);
    CHECK(!open_view(folder.file("nowhere")));
}

TEST_CASE("commits in flight from two flows: each in its order, all of them once") {
    Folder folder;
    Opened o(folder.store(), false);
    o.must_open();
    const No flows[2] = {o.store->number(NameKind::flow, "f"), o.store->number(NameKind::flow, "g")};
    const No channels[2] = {o.store->number(NameKind::channel, "a"), o.store->number(NameKind::channel, "b")};
    constexpr int count = 3000;
    int answered = 0, durable = 0, woken = 0;
    o.store->on_put(channels[0], o.home, [&] { ++woken; });
    for (int i = 0; i < count; ++i) {
        const std::size_t which = i % 3 == 0 ? 1 : 0;
        Builder b(flows[which]);
        b.put(channels[which], std::to_string(i)).unit();
        o.store->commit(std::move(b.commit), o.home, [&](Committed c) {
            ++answered;
            if (c.fates == std::vector<Fate>{Fate::durable}) ++durable;
        });
    }
    o.home.run_until([&] { return answered == count && woken > 0; });
    CHECK(durable == count);
    CHECK(woken < count / 2);
    CHECK(o.store->tail(channels[0]) == 2000);
    CHECK(o.store->tail(channels[1]) == 1000);
    for (const No channel : channels) {
        int last = -1;
        for (const std::string& body : o.bodies(channel)) {
            CHECK(std::stoi(body) > last);
            last = std::stoi(body);
        }
    }
    o.stop();
    auto view = open_view(folder.store());
    CHECK((*view)->status()->units == count);
    CHECK((*view)->messages(SIZE_MAX, {})->size() == count);
}
