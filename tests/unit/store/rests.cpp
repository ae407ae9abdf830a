// Due rows, done keys and recorded replies: with their unit or not at all, and over restarts.
#include "fault_vfs.hpp"
#include "world.hpp"

using namespace weir;
using namespace weir::test;

namespace {

using std::chrono::hours;
using std::chrono::seconds;

std::vector<RowId> ids(const std::vector<DueRow>& rows) {
    std::vector<RowId> out;
    for (const DueRow& row : rows) out.push_back(row.id);
    return out;
}
std::uint64_t low_of(Store& store, No source) {
    const auto parts = store.parts(Position::Sort::source, source);
    return parts.empty() ? 0 : parts[0].low;
}

}  // namespace

TEST_CASE("a due row comes back whole, in the order of its time, on disk and in memory") {
    Folder folder;
    Opened o(folder.store());
    SUBCASE("on disk") {}
    SUBCASE("in memory") { o.options.memory = true; }
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), other = o.store->number(NameKind::flow, "g");
    Builder b(flow);
    b.due(seconds(30), "third").unit({}, Outcome::resting).due(seconds(10), "first", 0, Key{{~0ull, 1}, 2}).unit({}, Outcome::resting);
    b.due(seconds(10), "second").unit({}, Outcome::resting);
    b.commit.due[1].kind = DueKind::replay;
    const auto answer = o.commit(std::move(b.commit));
    CHECK(answer.due == std::vector<RowId>{1, 2, 3});
    CHECK(ids(o.store->due(flow)) == std::vector<RowId>{2, 3, 1});
    CHECK(o.store->due(other).empty());
    const auto listed = o.store->due(flow).at(0);
    CHECK(listed.body.empty());
    CHECK(listed.key == Key{{~0ull, 1}, 2});
    CHECK(!o.store->due(flow).at(1).key);
    const auto row = o.store->due_row(2);
    REQUIRE(row);
    CHECK(row->kind == DueKind::replay);
    CHECK(row->at == seconds(10));
    CHECK(row->flow == flow);
    CHECK(row->mid == Id128{7, 2});
    CHECK(row->attempt == 2);
    CHECK(row->envelope == "due-env");
    CHECK(row->body == "first");
    CHECK(row->body.capacity() >= row->body.size() + json_padding);
    CHECK(row->source == "{\"path\":\"x\"}");
    CHECK(row->memo == "memo");
    CHECK(row->origin == 3);
    CHECK(row->type == 11);
    CHECK(!o.store->due_row(9));
    o.stop();
}

TEST_CASE("a unit takes its due row, or writes it over in place under the same number") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f");
    Builder first(flow);
    first.due(seconds(1), "a").unit().due(seconds(2), "b").unit().due(seconds(3), "c").unit();
    o.commit(std::move(first.commit));
    Builder second(flow);
    second.unit(rested(flow, 1)).due(seconds(9), "b again", 2).unit(rested(flow, 2), Outcome::resting).due(seconds(5), "new").unit(rested(flow, 3), Outcome::resting);
    const auto answer = o.commit(std::move(second.commit));
    CHECK(answer.due == std::vector<RowId>{2, 4});
    CHECK(ids(o.store->due(flow)) == std::vector<RowId>{4, 2});
    CHECK(o.store->due_row(2)->body == "b again");
    CHECK(!o.store->due_row(1));
    CHECK(!o.store->due_row(3));
    CHECK(o.store->parts(Position::Sort::due, flow).empty());
    Builder third(flow);
    third.unit(rested(flow, 4)).unit(rested(flow, 2));
    o.commit(std::move(third.commit));
    o.stop();
    o.must_open();  // an emptied table doesn't begin at 1 again
    Builder fourth(flow);
    fourth.due(seconds(1), "d").unit();
    CHECK(o.commit(std::move(fourth.commit)).due == std::vector<RowId>{5});
    auto view = open_view(folder.store());
    const auto rows = (*view)->messages(20, {});
    REQUIRE(rows->size() == 9);
    CHECK(rows->at(0).due == std::vector<RowId>{5});
    CHECK(rows->at(2).in.sort == Position::Sort::due);
    CHECK(rows->at(2).in.at == 4);
    CHECK(rows->at(4).outcome == Outcome::resting);
    CHECK((*view)->status()->due == 1);
    CHECK((*view)->due(10)->at(0).flow == "f");
    CHECK((*(*view)->due_row(5))->body == "d");
    o.stop();
}

TEST_CASE("keys that are done, with the reply that was given, until their time is over") {
    Folder folder;
    Opened o(folder.store());
    SUBCASE("on disk") {}
    SUBCASE("in memory") { o.options.memory = true; }
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), other = o.store->number(NameKind::flow, "g");
    Builder b(flow);
    b.seen({{1, 2}, 3}, hours(2), 201, "made").unit().seen({{~0ull, 5}, ~0ull}, hours(1)).unit();
    CHECK(o.commit(std::move(b.commit)).seen == std::vector<RowId>{1, 2});
    Builder c(other);
    c.seen({{1, 2}, 3}, hours(50)).unit();
    CHECK(o.commit(std::move(c.commit)).seen == std::vector<RowId>{3});
    const auto seen = o.store->seen(flow);
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].id == 1);
    CHECK(seen[1].key == Key{{~0ull, 5}, ~0ull});
    CHECK(seen[1].until == hours(1));
    const auto reply = o.store->reply(1);
    REQUIRE(reply);
    CHECK(reply->status == 201);
    CHECK(reply->format == 2);
    CHECK(reply->headers == "reply-headers");
    CHECK(reply->body == "made");
    CHECK(o.store->reply(2)->status == 0);
    CHECK(!o.store->reply(9));
    o.clock.advance(hours(1) + seconds(1));
    CHECK(o.store->seen(flow).size() == 1);
    // The first is not over, the second is: the sweep finds it. Then the first goes by range.
    const auto any = [&] {
        Builder d(flow);
        d.unit();
        o.commit(std::move(d.commit));
        o.clock.advance(seconds(2));
    };
    for (int i = 0; i < 4; ++i) any();
    CHECK(o.store->reply(1));
    CHECK(!o.store->reply(2));
    o.clock.advance(hours(1));
    for (int i = 0; i < 4; ++i) any();
    CHECK(!o.store->reply(1));
    CHECK(o.store->reply(3));
    CHECK(o.store->seen(other).size() == 1);
    o.stop();
}

TEST_CASE("a long row of keys goes within few commits when its time is over, and none before") {
    Folder folder;
    Opened o(folder.store());
    o.options.memory = true;
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f");
    for (std::uint64_t i = 0; i < 10; ++i) {
        Builder b(flow);
        for (std::uint64_t k = 0; k < 1000; ++k) b.seen({{i, k}, 0}, hours(1) + seconds(i)).unit();
        o.commit(std::move(b.commit));
    }
    o.clock.advance(hours(1) + seconds(4));
    int commits = 0;
    for (; o.store->reply(5000) && commits < 20; ++commits) {
        Builder b(flow);
        b.unit();
        o.commit(std::move(b.commit));
    }
    CHECK(commits <= 4);
    CHECK(o.store->reply(5001));
    CHECK(o.store->seen(flow).size() == 5000);
    o.stop();
}

TEST_CASE("recorded replies stand with the history of their unit and go with it") {
    Folder folder;
    Opened o(folder.store());
    o.options.history_retention = 1'000'000'000;
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f");
    Builder b(flow, o.clock.wall());
    b.unit().recorded(77, "first").recorded(~0ull, "second").unit().unit();
    b.commit.units[1].now = o.clock.wall() + 5;
    o.commit(std::move(b.commit));
    Builder quiet(flow, o.clock.wall());
    quiet.commit.history = false;
    quiet.recorded(1, "not kept").unit();
    o.commit(std::move(quiet.commit));
    auto view = open_view(folder.store());
    const auto rows = (*view)->messages(10, {});
    REQUIRE(rows->size() == 3);
    CHECK(!rows->at(0).recorded);
    CHECK(rows->at(1).recorded);
    CHECK(rows->at(1).at == rows->at(0).at + 5);
    const auto replies = (*view)->recorded(rows->at(1).no);
    REQUIRE(replies->size() == 2);
    CHECK(replies->at(0).node == 77);
    CHECK(replies->at(0).body == "first");
    CHECK(replies->at(1).node == ~0ull);
    CHECK((*view)->recorded(rows->at(0).no)->empty());
    const std::uint64_t unit = rows->at(1).no;
    for (int i = 0; i < 60; ++i) {
        o.clock.advance(seconds(2));
        Builder more(flow, o.clock.wall());
        more.unit();
        o.commit(std::move(more.commit));
    }
    CHECK((*view)->recorded(unit)->empty());
    o.stop();
}

TEST_CASE("engine time goes on over restarts by what the wall clock says, and never back") {
    Folder folder;
    EngineTime left{};
    std::int64_t wall = 0;
    {
        Opened o(folder.store());
        o.must_open();
        CHECK(o.store->now() == EngineTime(0));
        o.clock.advance(hours(5));
        CHECK(o.store->now() == hours(5));
        Builder b(o.store->number(NameKind::flow, "f"));
        b.unit();
        o.commit(std::move(b.commit));
        o.stop();
        left = hours(5);
        wall = o.clock.wall();
    }
    {
        Opened o(folder.store());  // a machine started anew: its own clock begins somewhere else
        o.clock.advance(seconds(100));
        o.clock.set_wall(wall + 7'000'000'000);
        o.must_open();
        CHECK(o.store->now() == left + seconds(7));
        o.clock.advance(seconds(1));
        CHECK(o.store->now() == left + seconds(8));
        CHECK(!o.warned("days ago"));
        o.stop();
    }
    {
        Opened o(folder.store());
        o.clock.set_wall(wall - 3600'000'000'000);  // the wall clock went back meanwhile
        o.must_open();
        CHECK(o.store->now() == left + seconds(8));
        o.stop();
    }
    {
        Opened o(folder.store());
        o.clock.set_wall(wall + 40LL * 24 * 3600 * 1'000'000'000);
        o.must_open();
        CHECK(o.warned("days ago"));
        CHECK(o.store->now() >= left + hours(40 * 24));
        o.stop();
    }
}

TEST_CASE("full at any write of a commit with due rows and keys: all of a set or nothing, and numbers only for what is there") {
    Folder folder;
    Opened o(folder.store());
    o.options.vfs = fault_vfs();
    fault_plan = {};
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), source = o.store->number(NameKind::source, "s");
    RowId last = 0;
    std::uint64_t at = 0;
    int failed = 0;
    {
        Builder b(flow);
        b.due(seconds(1), "x").unit(sourced(source, 1, at, at + 1));
        last = o.commit(std::move(b.commit)).due.at(0);
        ++at;
    }
    for (int which = 1; which < 40; ++which) {
        Builder b(flow);
        b.due(seconds(1), std::string(5000, 'y')).seen({{1, at}, 0}, hours(9)).unit(sourced(source, 1, at, at + 1)).unit(rested(flow, last));
        fault_plan = {};
        fault_plan.write_in = which;
        const auto answer = o.commit(std::move(b.commit));
        const bool fired = fault_plan.fired > 0;
        fault_plan = {};
        CHECK(answer.fates == std::vector<Fate>(2, fired ? Fate::waits : Fate::durable));
        CHECK((answer.due.at(0) == 0) == fired);
        CHECK((answer.seen.at(0) == 0) == fired);
        if (fired) ++failed;
        if (!fired) {
            last = answer.due.at(0);
            ++at;
        }
        REQUIRE(ids(o.store->due(flow)) == std::vector<RowId>{last});
        REQUIRE(low_of(*o.store, source) == at);
        REQUIRE(o.store->seen(flow).size() == at - 1);
    }
    CHECK(failed > 3);
    CHECK(at > 5);
    CHECK(last == at);
    o.stop();
}

TEST_CASE("a unit from a due row that the store can't take goes to dead letter with the text of that row") {
    Folder folder;
    Opened o(folder.store());
    o.options.longest_value = 50000;
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), channel = o.store->number(NameKind::channel, "c");
    Builder first(flow);
    first.due(seconds(1), "its body").unit();
    const RowId row = o.commit(std::move(first.commit)).due.at(0);
    Builder second(flow);
    second.put(channel, std::string(60000, 'b')).due(seconds(2), "new").unit(rested(flow, row)).put(channel, "x").unit();
    const auto answer = o.commit(std::move(second.commit));
    CHECK(answer.fates == std::vector<Fate>{Fate::quarantined, Fate::durable});
    CHECK(answer.due == std::vector<RowId>{0});
    CHECK(o.store->due(flow).empty());
    auto view = open_view(folder.store());
    const auto dead = (*view)->dead(10);
    REQUIRE(dead->size() == 1);
    CHECK(dead->at(0).body == "its body");
    CHECK(dead->at(0).envelope == "due-env");
    CHECK(dead->at(0).memo == "memo");
    CHECK(dead->at(0).origin == 3);
    o.stop();
}

TEST_CASE("a topic that nobody subscribes keeps no row, counts, and says so in the history") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), topic = o.store->number(NameKind::channel, "t"), sub = o.store->number(NameKind::subscription, "t/g");
    o.store->topic(topic);
    const auto put = [&](const char* body) {
        Builder b(flow, o.clock.wall());
        b.put(topic, body).unit();
        o.commit(std::move(b.commit));
    };
    put("lost");
    put("lost too");
    CHECK(o.store->tail(topic) == 0);
    auto view = open_view(folder.store());
    CHECK((*view)->channels()->at(0).unsubscribed == 2);
    CHECK((*view)->messages(1, {})->at(0).out == std::vector<std::pair<std::string, RowId>>{{"t", 0}});
    o.store->subscribe(sub, topic, false);
    put("kept");
    CHECK(o.bodies(topic) == std::vector<std::string>{"kept"});
    CHECK((*view)->channels()->at(0).unsubscribed == 2);
    o.stop();

    // The only one that read it is gone: what it left goes by age, and nothing new is kept.
    o.options.retention = 1'000'000'000;
    o.must_open();
    o.store->topic(topic);
    Deed deed;
    deed.sort = Deed::Sort::forget;
    deed.channel = "t/g";
    deed.why = "no longer there";
    CHECK(o.act(deed).rows == 1);
    put("lost again");
    CHECK((*view)->channels()->at(0).unsubscribed == 3);
    for (int i = 0; i < 3; ++i) {
        o.clock.advance(seconds(2));
        put("lost");
    }
    CHECK(o.bodies(topic).empty());
    CHECK(o.store->tail(topic) == 1);
    o.stop();
}

TEST_CASE("a disk that gets full is told, and history goes ahead of its time") {
    Folder folder;
    Opened o(folder.store());
    o.options.lower_space = 0;
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f");
    const auto work = [&] {
        for (int i = 0; i < 80; ++i) {
            Builder b(flow);
            b.unit();
            o.commit(std::move(b.commit));
            o.clock.advance(seconds(1));
        }
    };
    work();
    CHECK(o.store->disk() == DiskLevel::enough);
    CHECK((*open_view(folder.store()))->status()->history == 80);
    o.stop();
    o.options.low_space = std::uint64_t{1} << 60;  // more than any disk has
    o.must_open();
    work();
    CHECK(o.store->disk() == DiskLevel::low);
    CHECK(o.warned("MB left"));
    CHECK((*open_view(folder.store()))->status()->history <= 64);
    o.stop();
    o.options.lower_space = o.options.low_space;
    o.must_open();
    work();
    CHECK(o.store->disk() == DiskLevel::lower);
    o.stop();
}
