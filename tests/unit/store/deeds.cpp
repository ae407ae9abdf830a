// What people do to what stands: one commit, a history row that says who and why, and nothing where it is refused.
#include "world.hpp"

using namespace weir;
using namespace weir::test;

namespace {

std::string envelope_of(const Id128& id, std::uint32_t attempt = 3) {
    Meta meta;
    meta.id = id;
    meta.attempt = attempt;
    meta.reply_to = "channel:answers";
    const Headers headers{{"h", "v"}};
    return encode_envelope(&headers, meta);
}
Meta meta_of(const std::string& envelope, Headers* into = nullptr) {
    Headers headers;
    Meta meta;
    REQUIRE(decode_envelope(envelope, headers, meta));
    if (into) *into = headers;
    return meta;
}

struct World {
    Folder folder;
    Opened o{folder.store()};
    No flow = 0;
    explicit World(bool threaded = false) {
        o.options.inline_writer = !threaded;
        o.must_open();
        flow = o.store->number(NameKind::flow, "f");
    }
    // One dead letter; its number.
    void bury(const std::string& body, const Id128& id = {5, 6}) {
        Builder b(flow);
        b.dead(body, "why").unit({}, Outcome::dead);
        Dead& dead = b.commit.dead.back();
        dead.id = id;
        dead.envelope = b.slice(envelope_of(id));
        dead.source = b.slice("{\"a\":1}");
        dead.memo = b.slice("called");
        dead.origin = 4;
        dead.type = 9;
        b.commit.units.back().id = id;
        o.commit(std::move(b.commit));
    }
    Deed deed(Deed::Sort sort, std::vector<RowId> rows = {}, const std::string& why = {}) {
        Deed d;
        d.sort = sort;
        d.flow = "f";
        d.rows = std::move(rows);
        d.who = "ann";
        d.why = why;
        d.now = 5000;
        return d;
    }
    std::unique_ptr<StoreView> view() {
        auto opened = open_view(folder.store());
        REQUIRE(opened);
        return std::move(*opened);
    }
};

}  // namespace

TEST_CASE("a replay is a due row now, with the memo, at attempt 1, and the dead letter is gone") {
    World w;
    w.bury("one");
    w.bury("two", {5, 7});
    int woken = 0;
    w.o.store->on_due(w.flow, w.o.home, [&] { ++woken; });
    w.o.clock.advance(std::chrono::seconds(7));
    CHECK(w.o.act(w.deed(Deed::Sort::replay, {2}, "mended")).rows == 1);
    w.o.home.run_until([&] { return woken > 0; });
    auto view = w.view();
    CHECK(view->dead(10)->size() == 1);
    const auto due = w.o.store->due(w.flow);
    REQUIRE(due.size() == 1);
    CHECK(due[0].at == std::chrono::seconds(7));
    const auto row = w.o.store->due_row(due[0].id);
    CHECK(row->kind == DueKind::replay);
    CHECK(row->attempt == 1);
    CHECK(row->mid == Id128{5, 7});
    CHECK(row->body == "two");
    CHECK(row->memo == "called");
    CHECK(row->source == "{\"a\":1}");
    CHECK(row->origin == 4);
    CHECK(row->type == 9);
    CHECK(!row->key);
    Headers headers;
    const Meta meta = meta_of(row->envelope, &headers);
    CHECK(meta.id == Id128{5, 7});
    CHECK(meta.attempt == 1);
    CHECK(meta.replays == 1);
    CHECK(meta.reply_to == "channel:answers");
    CHECK(headers.at(0).value == "v");
    const auto told = view->messages(1, {})->at(0);
    CHECK(told.flow == "f");
    CHECK(told.outcome == Outcome::resting);
    CHECK(told.mid == Id128{5, 7});
    CHECK(told.dead == std::vector<RowId>{2});
    CHECK(told.due == std::vector<RowId>{row->id});
    CHECK(told.who == "ann");
    CHECK(told.why == "mended");
    CHECK(told.at == 5000);
    w.o.stop();
}

TEST_CASE("a replay afresh has no memo and another id, each time another") {
    World w;
    w.bury("one");
    w.bury("two");
    Deed deed = w.deed(Deed::Sort::replay);
    deed.afresh = true;
    CHECK(w.o.act(deed).rows == 2);
    const auto due = w.o.store->due(w.flow);
    REQUIRE(due.size() == 2);
    CHECK(!(due[0].mid == Id128{5, 6}));
    const auto row = w.o.store->due_row(due[0].id);
    CHECK(row->memo.empty());
    CHECK(meta_of(row->envelope).id == row->mid);
    CHECK(w.view()->dead(10)->empty());
    w.o.stop();
}

TEST_CASE("what is not there, or has no reason, is refused and nothing changes") {
    World w;
    w.bury("one");
    Deed deed = w.deed(Deed::Sort::replay, {1, 8});
    CHECK(w.o.act(deed).refused == "there is no dead letter 8 of flow `f`");
    deed.flow = "nobody";
    deed.rows = {};
    CHECK(w.o.act(deed).refused == "the store knows no flow `nobody`");
    deed.flow.clear();
    CHECK(w.o.act(deed).refused == "whose dead letters?");
    CHECK(w.o.act(w.deed(Deed::Sort::discard, {1})).refused == "a discard needs a reason");
    Deed purge = w.deed(Deed::Sort::purge);
    purge.channel = "c";
    CHECK(w.o.act(purge).refused == "the store has no channel `c`");
    w.o.store->number(NameKind::channel, "c");
    CHECK(w.o.act(purge).refused == "a purge needs a reason");
    purge.why = "x";
    purge.rows = {3};
    CHECK(w.o.act(purge).refused == "channel `c` has no row 3");
    Deed forget = w.deed(Deed::Sort::forget, {}, "gone");
    forget.channel = "nothing";
    CHECK(w.o.act(forget).refused == "the store has nothing by the name `nothing`");
    forget.channel = "c";
    CHECK(w.o.act(forget).refused.find("is in use") != std::string::npos);
    CHECK(w.view()->messages(10, {})->size() == 1);
    CHECK(w.view()->dead(10)->size() == 1);
    CHECK(w.o.act(w.deed(Deed::Sort::replay, {1})).rows == 1);
    CHECK(w.o.act(w.deed(Deed::Sort::replay)).rows == 0);  // none are left
    w.o.stop();
}

TEST_CASE("a discarded dead letter is gone and says why") {
    World w;
    w.bury("one");
    w.bury("two");
    CHECK(w.o.act(w.deed(Deed::Sort::discard, {1}, "a test")).rows == 1);
    CHECK(w.view()->dead(10)->at(0).body == "two");
    const auto told = w.view()->messages(1, {})->at(0);
    CHECK(told.outcome == Outcome::discarded);
    CHECK(told.dead == std::vector<RowId>{1});
    CHECK(told.why == "a test");
    CHECK(w.o.store->due(w.flow).empty());
    w.o.stop();
}

TEST_CASE("thousands at once go in portions, while others are written; those that die meanwhile stay") {
    World w(true);
    for (int k = 0; k < 25; ++k) {
        Builder b(w.flow);
        for (int i = 0; i < 100; ++i) b.dead("x", "why").unit({}, Outcome::dead);
        for (Dead& dead : b.commit.dead) dead.envelope = {};
        w.o.commit(std::move(b.commit));
    }
    const No channel = w.o.store->number(NameKind::channel, "c");
    std::optional<Deeds> answer;
    std::size_t durable = 0;
    w.o.store->act(w.deed(Deed::Sort::replay), w.o.home, [&](Deeds deeds) { answer = std::move(deeds); });
    for (int i = 0; i < 20; ++i) {
        Builder b(w.flow);
        b.put(channel, "x").unit();
        w.o.store->commit(std::move(b.commit), w.o.home, [&](Committed) { ++durable; });
    }
    w.o.home.run_until([&] { return answer && durable == 20; });
    CHECK(answer->rows == 2500);
    CHECK(answer->refused.empty());
    CHECK(w.o.store->due(w.flow).size() == 2500);
    CHECK(meta_of(w.o.store->due_row(1)->envelope).id == Id128{5, 6});
    CHECK(w.view()->status()->dead == 0);
    CHECK(w.view()->messages(9000, {})->size() == 2500 + 20 + 2500);
    w.o.stop();
}

TEST_CASE("a purge takes what nobody has taken yet, marks it as done, and leaves what is kept for the history") {
    World w;
    const No channel = w.o.store->number(NameKind::channel, "c"), sub = w.o.store->number(NameKind::subscription, "c");
    w.o.store->subscribe(sub, channel, true);
    Builder b(w.flow);
    for (int i = 1; i <= 6; ++i) b.put(channel, std::to_string(i)).unit();
    w.o.commit(std::move(b.commit));
    Builder taken(w.flow);
    taken.unit(consumed(sub, 1)).unit(consumed(sub, 3));
    w.o.commit(std::move(taken.commit));
    Deed deed = w.deed(Deed::Sort::purge, {5}, "too old");
    deed.channel = "c";
    CHECK(w.o.act(deed).rows == 1);
    CHECK(w.o.bodies(channel) == std::vector<std::string>{"1", "2", "3", "4", "6"});
    auto view = w.view();
    CHECK(view->channels()->at(0).depth == 3);
    auto told = view->messages(1, {})->at(0);
    CHECK(told.outcome == Outcome::purged);
    CHECK(told.mid == Id128{1, 5});
    CHECK(told.flow.empty());
    CHECK(told.from == "c");
    CHECK(told.in.at == 5);
    CHECK(told.who == "ann");
    deed.rows.clear();
    CHECK(w.o.act(deed).rows == 3);
    CHECK(w.o.bodies(channel) == std::vector<std::string>{"1", "3"});
    CHECK(w.o.store->parts(Position::Sort::consumer, sub).at(0).low == 7);
    CHECK(view->channels()->at(0).depth == 0);
    HistoryFilter filter;
    filter.outcome = Outcome::purged;
    CHECK(view->messages(10, filter)->size() == 4);
    Builder more(w.flow);
    more.put(channel, "7").unit();
    w.o.commit(std::move(more.commit));
    CHECK(w.o.bodies(channel, 6) == std::vector<std::string>{"7"});
    w.o.stop();
}

TEST_CASE("rows that a purge took don't make younger ones go before their time") {
    World w;
    w.o.stop();
    w.o.options.retention = 100'000'000'000;
    w.o.must_open();
    const No channel = w.o.store->number(NameKind::channel, "c"), sub = w.o.store->number(NameKind::subscription, "c");
    w.o.store->subscribe(sub, channel, true);
    const auto put = [&](int rows) {
        Builder b(w.flow, w.o.clock.wall());
        for (int i = 0; i < rows; ++i) b.put(channel, "x").unit();
        w.o.commit(std::move(b.commit));
    };
    put(1);
    w.o.clock.advance(std::chrono::seconds(60));
    put(99);
    Deed deed = w.deed(Deed::Sort::purge, {50}, "x");
    deed.channel = "c";
    w.o.act(deed);
    Builder done(w.flow);
    done.unit({Position::Sort::consumer, sub, 0, 1, 101});
    w.o.commit(std::move(done.commit));
    for (int i = 0; i < 3; ++i) {
        w.o.clock.advance(std::chrono::seconds(20));
        put(1);
    }
    CHECK(w.o.store->read(channel, 0, 1, 100)->at(0).id == 2);
    CHECK(w.o.bodies(channel).size() == 98 + 3);
    w.o.stop();
}

TEST_CASE("what nobody uses can be forgotten: a source's place, a channel with its rows, what a flow has at rest") {
    World w;
    const No channel = w.o.store->number(NameKind::channel, "c"), sub = w.o.store->number(NameKind::subscription, "c"), source = w.o.store->number(NameKind::source, "f/file");
    w.o.store->subscribe(sub, channel, true);
    Builder b(w.flow);
    b.put(channel, "a").put(channel, "b").due(EngineTime(1), "rests").seen({{1, 1}, 1}, std::chrono::hours(1)).unit(sourced(source, 3, 0, 10));
    b.unit(consumed(sub, 1));
    w.o.commit(std::move(b.commit));
    w.o.stop();
    w.o.must_open();
    Deed deed = w.deed(Deed::Sort::forget, {}, "renamed");
    for (const char* name : {"f/file", "c", "f"}) {
        deed.channel = name;
        CHECK(w.o.act(deed).refused.empty());
        HistoryFilter purged;
        CHECK(w.view()->messages(1, purged)->at(0).why == "`" + std::string(name) + "` forgotten: renamed");
    }
    CHECK(w.o.store->number(NameKind::source, "f/file") == source);
    CHECK(w.o.store->parts(Position::Sort::source, source).empty());
    CHECK(w.o.store->number(NameKind::channel, "c") == channel);
    CHECK(w.o.bodies(channel).empty());
    CHECK(w.o.store->tail(channel) == 2);  // numbers are never given again
    CHECK(w.o.store->due(w.flow).empty());
    CHECK(w.o.store->seen(w.flow).empty());
    HistoryFilter filter;
    filter.outcome = Outcome::purged;
    CHECK(w.view()->messages(10, filter)->size() == 5);  // the row that waited, the row at rest, and three names
    w.o.store->subscribe(sub, channel, false);
    CHECK(w.o.store->parts(Position::Sort::consumer, sub).at(0).low == 3);
    w.o.stop();
    w.o.must_open();
    CHECK(w.o.store->parts(Position::Sort::source, source).empty());
    CHECK(w.o.store->parts(Position::Sort::consumer, sub).size() == 1);
    w.o.stop();
}
