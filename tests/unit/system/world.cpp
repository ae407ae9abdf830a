#include <doctest/doctest.h>

#include <stdlib.h>

#include <set>

#include "engine/simulate/world.hpp"
#include "engine/system/world.hpp"

using namespace weir;
using namespace std::chrono_literals;

TEST_CASE("system clock: engine time never goes back, wall time is of this century") {
    const SystemClock clock;
    EngineTime last = clock.engine();
    for (int i = 0; i < 1000; ++i) {
        const EngineTime now = clock.engine();
        CHECK(now >= last);
        last = now;
    }
    CHECK(clock.wall() > 1'600'000'000'000'000'000);
}

TEST_CASE("system random: no number twice, over several blocks") {
    SystemRandom random;
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 1000; ++i) seen.insert(random.next());
    CHECK(seen.size() == 1000);
    SystemRandom another;
    CHECK(seen.count(another.next()) == 0);
}

TEST_CASE("seeded random: its seed decides") {
    SeededRandom a(1), b(1), c(2);
    for (int i = 0; i < 10; ++i) {
        const std::uint64_t x = a.next();
        CHECK(x == b.next());
        CHECK(x != c.next());
    }
}

TEST_CASE("environment: set, empty, missing") {
    ::setenv("WEIR_TEST_EMPTY", "", 1);
    ::setenv("WEIR_TEST_SET", "a=b", 1);
    const SystemEnvironment real;
    const MapEnvironment map({{"WEIR_TEST_EMPTY", ""}, {"WEIR_TEST_SET", "a=b"}});
    for (const Environment* e : {static_cast<const Environment*>(&real), static_cast<const Environment*>(&map)}) {
        CHECK(e->get("WEIR_TEST_SET") == "a=b");
        CHECK(e->get("WEIR_TEST_EMPTY") == "");
        CHECK_FALSE(e->get("WEIR_TEST_MISSING").has_value());
    }
}

TEST_CASE("virtual clock: moves by advance; the wall can be set without the engine's time") {
    VirtualClock clock(1000);
    clock.advance(5s);
    CHECK(clock.engine() == 5s);
    CHECK(clock.wall() == 5'000'001'000);
    clock.set_wall(7);
    CHECK(clock.engine() == 5s);
    CHECK(clock.wall() == 7);
}
