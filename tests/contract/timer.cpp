// timer beyond the contract: when it ticks, and what becomes of ticks that nobody took.
#include <doctest/doctest.h>

#include "tests/contract/worlds.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

struct Tick {
    std::int64_t tick, due, missed;
    bool operator==(const Tick&) const = default;
};
std::vector<Tick> ticks(const Rig& rig, std::int64_t first) {
    std::vector<Tick> out;
    for (const Got& g : rig.inlet->got) {
        const Value& s = g.delivery.message.source;
        CHECK(g.text() == "null");
        out.push_back({s.find("tick")->i, (s.find("due")->i - first) / 1'000'000'000, s.find("missed")->i});
    }
    return out;
}
void start(Rig& rig, std::size_t window = 100) { rig.start("timer", "every", {argument("", 10s), argument("source", "t")}, 0s, window); }

}  // namespace

TEST_CASE("every: the first tick one period after the start, then each period, without drift") {
    PretendedFiles world;
    Rig rig(world.files());
    const std::int64_t first = rig.clock.wall();
    start(rig);
    rig.executor.advance(9s);
    CHECK(rig.inlet->got.empty());
    rig.executor.advance(1s);
    rig.executor.advance(25s);
    CHECK(ticks(rig, first) == std::vector<Tick>{{1, 10, 0}, {2, 20, 0}, {3, 30, 0}});
}

TEST_CASE("every: ticks while the flow is full become one") {
    PretendedFiles world;
    Rig rig(world.files());
    const std::int64_t first = rig.clock.wall();
    start(rig, 1);
    rig.executor.advance(45s);
    CHECK(ticks(rig, first) == std::vector<Tick>{{1, 10, 0}});
    rig.finish(0);
    rig.executor.run_until_idle();
    CHECK(ticks(rig, first) == std::vector<Tick>{{1, 10, 0}, {4, 40, 2}});
    rig.finish(1);
    rig.executor.advance(5s);
    CHECK(ticks(rig, first) == std::vector<Tick>{{1, 10, 0}, {4, 40, 2}, {5, 50, 0}});
}

TEST_CASE("every: after a stop the missed ticks become one, on the first start's grid") {
    PretendedFiles world;
    Rig rig(world.files());
    const std::int64_t first = rig.clock.wall();
    start(rig);
    rig.executor.advance(20s);
    rig.finish_all();
    rig.close();
    rig.clock.advance(33s);  // 53 s
    start(rig);
    rig.executor.run_until_idle();
    CHECK(ticks(rig, first) == std::vector<Tick>{{5, 50, 2}});
    rig.executor.advance(7s);
    CHECK(ticks(rig, first) == std::vector<Tick>{{5, 50, 2}, {6, 60, 0}});
    rig.finish_all();
    rig.close();
    rig.clock.advance(4s);  // 64 s: nothing was missed
    start(rig);
    rig.executor.run_until_idle();
    CHECK(rig.inlet->got.empty());
    rig.executor.advance(6s);
    CHECK(ticks(rig, first) == std::vector<Tick>{{7, 70, 0}});
}

TEST_CASE("every: the wall clock that is set while running changes nothing; set back at start it costs one period") {
    PretendedFiles world;
    Rig rig(world.files());
    const std::int64_t first = rig.clock.wall();
    start(rig);
    rig.executor.advance(10s);
    rig.clock.set_wall(first + 1'000'000'000'000'000);
    rig.executor.advance(10s);
    rig.clock.set_wall(first - 1'000'000'000'000'000);
    rig.executor.advance(10s);
    CHECK(ticks(rig, first) == std::vector<Tick>{{1, 10, 0}, {2, 20, 0}, {3, 30, 0}});
    rig.finish_all();
    rig.close();
    start(rig);
    rig.executor.advance(10s);
    REQUIRE(rig.inlet->got.size() == 1);
    CHECK(rig.inlet->got[0].delivery.message.source.find("tick")->i == 4);
}

TEST_CASE("once: one tick at each start, then the end") {
    PretendedFiles world;
    Rig rig(world.files());
    rig.start("timer", "once", {}, 0s, 0);
    rig.executor.run_until_idle();
    CHECK(rig.inlet->got.empty());
    rig.inlet->window = 1;
    rig.source->resume();
    rig.executor.run_until_idle();
    CHECK(rig.inlet->got.size() == 1);
    CHECK(rig.inlet->has_ended);
    CHECK(rig.inlet->got[0].delivery.position.sort == Position::Sort::none);
    rig.finish_all();
    rig.start("timer", "once", {});
    rig.executor.run_until_idle();
    CHECK(rig.inlet->got.size() == 1);
    CHECK_FALSE(rig.inlet->after_stop);
}

TEST_CASE("every: a period of nothing is refused") {
    PretendedFiles world;
    Rig rig(world.files());
    rig.start("timer", "every", {argument("", 0s)});
    REQUIRE(rig.inlet->error.has_value());
    CHECK(rig.inlet->error->text == "timer.every: the period must be over 0s");
}
