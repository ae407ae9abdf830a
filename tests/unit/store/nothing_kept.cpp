// What leaves nothing behind costs no transaction, and is answered all the same; together with others it changes nothing about theirs.
#include "world.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("units without a history, a position or an output end no transaction") {
    Folder folder;
    Opened o(folder.store());
    o.must_open();
    const No flow = o.store->number(NameKind::flow, "f");
    const No channel = o.store->number(NameKind::channel, "c");
    const No subscription = o.store->number(NameKind::subscription, "c/f");
    o.store->subscribe(subscription, channel, true);
    const auto commits = [&] {
        auto view = open_view(folder.store());
        REQUIRE_MESSAGE(view, (view ? std::string() : view.error().text));
        return (*view)->status()->commits;
    };
    const auto without_history = [&] {
        Builder b(flow);
        b.commit.history = false;
        return b;
    };
    const std::uint64_t before = commits();
    Builder nothing = without_history();
    nothing.unit().unit({}, Outcome::filtered);
    CHECK(o.commit(std::move(nothing.commit)).fates == std::vector<Fate>{Fate::durable, Fate::durable});
    CHECK(commits() == before);

    // Each thing that may be left behind, in the second unit, so that where the first ended counts.
    const Key key{{1, 2}, 3};
    std::vector<Builder> some;
    some.push_back(std::move(without_history().unit().put(channel, "row").unit()));
    some.push_back(std::move(without_history().unit().line(folder.file("out.txt"), "line\n").unit()));
    some.push_back(std::move(without_history().unit().dead("body", "why").unit({}, Outcome::dead)));
    some.push_back(std::move(without_history().unit().due(EngineTime(5), "later").unit({}, Outcome::resting)));
    some.push_back(std::move(without_history().unit().seen(key, EngineTime(1'000'000'000'000)).unit()));
    some.push_back(std::move(without_history().unit().unit(consumed(subscription, 1))));
    some.emplace_back(flow).unit();
    std::uint64_t expected = before;
    for (Builder& b : some) {
        const std::size_t units = b.commit.units.size();
        CHECK(o.commit(std::move(b.commit)).fates == std::vector<Fate>(units, Fate::durable));
        CHECK(commits() == ++expected);
    }
    CHECK(o.bodies(channel) == std::vector<std::string>{"row"});
    CHECK(text_of(folder.file("out.txt")) == "line\n");
    CHECK(o.store->parts(Position::Sort::consumer, subscription).at(0).low == 2);
}
