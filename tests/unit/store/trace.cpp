// A message's whole way, found in the packed history: up to where it came from, down to all that became of it.
#include "world.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Way {
    Folder folder;
    Opened o{folder.store()};
    No f, g, a, b, sub_a, sub_b, source;
    Way() {
        o.must_open();
        Store& s = *o.store;
        f = s.number(NameKind::flow, "f");
        g = s.number(NameKind::flow, "g");
        a = s.number(NameKind::channel, "a");
        b = s.number(NameKind::channel, "b");
        sub_a = s.number(NameKind::subscription, "a");
        sub_b = s.number(NameKind::subscription, "b");
        source = s.number(NameKind::source, "lines");
        s.subscribe(sub_a, a, true);
        s.subscribe(sub_b, b, true);
        s.keep_plan("plan-1", "texts");
    }
    void commit(Builder builder) { o.commit(std::move(builder.commit)); }
    // What stands in the builder's newest put or due row becomes this message.
    static void name(Builder& builder, Id128 put) { builder.commit.puts.back().id = put; }
    std::unique_ptr<StoreView> view() { return std::move(*open_view(folder.store())); }
};
std::vector<Id128> mids(const Trace& trace) {
    std::vector<Id128> out;
    for (const TraceUnit& unit : trace.units) out.push_back(unit.unit.mid);
    return out;
}

}  // namespace

TEST_CASE("a trace goes up to the source and down to every child, over retries, and not to its siblings") {
    Way w;
    const Id128 root{1, 0}, child{1, 1}, sibling{1, 2}, grandchild{1, 3}, stranger{8, 8};
    {
        Builder b(w.f, 100);  // root makes two rows in a
        b.put(w.a, "child");
        Way::name(b, child);
        b.put(w.a, "sibling");
        Way::name(b, sibling);
        b.unit(sourced(w.source, 1, 0, 10));
        b.commit.units.back().id = root;
        b.unit(sourced(w.source, 1, 10, 20));
        b.commit.units.back().id = stranger;
        w.commit(std::move(b));
    }
    {
        Builder b(w.g, 200);  // child rests
        b.due(EngineTime(5), "child").unit(consumed(w.sub_a, 1), Outcome::resting);
        b.commit.units.back().id = child;
        b.commit.due.back().mid = child;
        b.unit(consumed(w.sub_a, 2));
        b.commit.units.back().id = sibling;
        w.commit(std::move(b));
    }
    {
        Builder b(w.g, 300);  // and goes through at the second attempt
        b.put(w.b, "grandchild");
        Way::name(b, grandchild);
        b.line(w.folder.file("out"), "x\n").recorded(7, "answer").unit(rested(w.g, 1), Outcome::done, 2);
        b.commit.units.back().id = child;
        w.commit(std::move(b));
    }
    {
        Builder b(w.f, 400);
        b.dead("grandchild", "no").unit(consumed(w.sub_b, 1), Outcome::dead);
        b.commit.units.back().id = grandchild;
        b.commit.dead.back().id = grandchild;
        b.commit.dead.back().envelope = {};
        w.commit(std::move(b));
    }
    auto view = w.view();
    const auto trace = view->trace(child);
    REQUIRE(trace);
    CHECK(trace->whole);
    CHECK(mids(*trace) == std::vector<Id128>{root, child, child, grandchild});
    const auto& units = trace->units;
    CHECK(units[0].unit.flow == "f");
    CHECK(units[0].unit.from == "lines");
    CHECK(units[0].unit.plan == "plan-1");
    CHECK(units[0].made == std::vector<Id128>{child, sibling});
    CHECK(units[1].unit.flow == "g");
    CHECK(units[1].unit.from == "a");
    CHECK(units[1].unit.outcome == Outcome::resting);
    CHECK(units[1].unit.due == std::vector<RowId>{1});
    CHECK(units[2].unit.attempt == 2);
    CHECK(units[2].unit.out == std::vector<std::pair<std::string, RowId>>{{"b", 1}, {w.folder.file("out"), 0}});
    CHECK(units[2].made == std::vector<Id128>{grandchild, {}});
    REQUIRE(units[2].recorded.size() == 1);
    CHECK(units[2].recorded[0].body == "answer");
    CHECK(units[3].unit.dead == std::vector<RowId>{1});
    CHECK(trace->standing.empty());
    REQUIRE(trace->dead.size() == 1);
    CHECK(trace->dead[0].body == "grandchild");
    CHECK(mids(*view->trace(root)).size() == 5);  // the sibling too
    CHECK(mids(*view->trace(grandchild)) == std::vector<Id128>{root, child, child, grandchild});
    CHECK(mids(*view->trace(stranger)) == std::vector<Id128>{stranger});
    CHECK(view->units_of(child)->size() == 2);
    CHECK(view->units_of(child)->at(0).at == 200);
    CHECK((*view->row("a", 2))->mid == sibling);
    CHECK(!*view->row("a", 9));

    // Replayed afresh it goes on under another id, and the trace with it.
    Deed deed;
    deed.flow = "f";
    deed.afresh = true;
    deed.who = "ann";
    CHECK(w.o.act(deed).rows == 1);
    const auto due = w.o.store->due(w.f);
    REQUIRE(due.size() == 1);
    Builder b(w.f, 500);
    b.unit(rested(w.f, due[0].id));
    b.commit.units.back().id = due[0].mid;
    w.commit(std::move(b));
    const auto longer = view->trace(child);
    REQUIRE(longer->units.size() == 6);
    CHECK(longer->units[4].unit.who == "ann");
    CHECK(longer->units[5].unit.mid == due[0].mid);
    CHECK(mids(*view->trace(due[0].mid)) == mids(*longer));
    TraceBounds few;
    few.units = 1;
    CHECK(!view->trace(root, few)->whole);
    w.o.stop();
}

TEST_CASE("a trace says where a message stands now, also one that nobody has taken yet") {
    Way w;
    const Id128 one{1, 1}, two{1, 2}, unknown{9, 9};
    Builder b(w.f, 100);
    b.commit.history = false;
    b.put(w.a, "one");
    Way::name(b, one);
    b.unit();
    w.commit(std::move(b));
    auto view = w.view();
    auto trace = view->trace(one);
    CHECK(trace->units.empty());
    REQUIRE(trace->standing.size() == 1);
    CHECK(trace->standing[0].channel == "a");
    CHECK(trace->standing[0].subscription == "a");
    CHECK(trace->standing[0].row == 1);
    Builder c(w.g, 200);
    c.put(w.b, "two");
    Way::name(c, two);
    c.due(EngineTime(60), "rest").unit(consumed(w.sub_a, 1));
    c.commit.units.back().id = one;
    c.commit.due.back().mid = one;
    w.commit(std::move(c));
    trace = view->trace(one);
    CHECK(trace->units.size() == 1);
    REQUIRE(trace->standing.size() == 1);
    CHECK(trace->standing[0].mid == two);
    CHECK(trace->standing[0].channel == "b");
    REQUIRE(trace->due.size() == 1);
    CHECK(trace->due[0].flow == "g");
    trace = view->trace(unknown);
    CHECK(trace->units.empty());
    CHECK(trace->standing.empty());
    CHECK(trace->due.empty());
    CHECK(trace->whole);
    w.o.stop();
}
