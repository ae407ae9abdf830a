// R9: who was in a step when the engine died, as the store keeps it.
#include "world.hpp"

using namespace weir;
using namespace weir::test;

namespace {

Suspect named(No flow, Id128 name, std::uint64_t step = 0) {
    Suspect out;
    out.flow = flow;
    out.name = name;
    out.step = step;
    return out;
}

}  // namespace

TEST_CASE("R9: each end counts one for those it names; they are there after a start; a unit forgets its own in its commit") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), other = o.store->number(NameKind::flow, "g"), source = o.store->number(NameKind::source, "s");
    CHECK(o.store->suspects({}).empty());
    o.store->suspects({named(flow, {1, 2}, 77), named(other, {1, 2})});
    o.stop();
    o.must_open();
    std::vector<Suspect> all = o.store->suspects({named(flow, {1, 2}, 78)});
    REQUIRE(all.size() == 2);
    CHECK(all[0].crashes == 2);
    CHECK(all[0].step == 78);
    CHECK(all[0].name == Id128{1, 2});
    CHECK(all[0].flow == flow);
    CHECK(all[1].crashes == 1);
    CHECK(all[1].flow == other);
    Builder b(flow);
    b.unit(sourced(source, 1, 0, 1));
    b.commit.units.back().suspect = all[0].id;
    CHECK(o.commit(std::move(b.commit)).fates.at(0) == Fate::durable);
    all = o.store->suspects({});
    REQUIRE(all.size() == 1);
    CHECK(all[0].flow == other);
    o.stop();
}

TEST_CASE("R9: a commit that is not there forgets nobody") {
    Folder folder;
    Opened o(folder.store());
    o.options.most_pages = 60;
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f"), channel = o.store->number(NameKind::channel, "c");
    const std::vector<Suspect> all = o.store->suspects({named(flow, {1, 2})});
    REQUIRE(all.size() == 1);
    Builder b(flow);
    b.put(channel, std::string(1u << 20, 'x')).unit();
    b.commit.units.back().suspect = all[0].id;
    CHECK(o.commit(std::move(b.commit)).fates.at(0) == Fate::waits);
    CHECK(o.store->suspects({}).size() == 1);
    CHECK((*open_view(folder.store()))->status()->suspects == 1);
    o.stop();
}

TEST_CASE("R9: who was named long ago and never came again is forgotten at a start") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f");
    o.store->suspects({named(flow, {1, 2})});
    o.clock.advance(std::chrono::hours(24 * 8));
    SUBCASE("a clean one") { CHECK(o.store->suspects({}).empty()); }
    SUBCASE("one that names others") {
        const std::vector<Suspect> all = o.store->suspects({named(flow, {3, 4})});
        REQUIRE(all.size() == 1);
        CHECK(all[0].name == Id128{3, 4});
    }
    o.stop();
}
