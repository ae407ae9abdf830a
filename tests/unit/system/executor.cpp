#include <doctest/doctest.h>

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "engine/simulate/executor.hpp"
#include "engine/system/worker.hpp"
#include "engine/system/world.hpp"

using namespace weir;
using namespace std::chrono_literals;

TEST_CASE("simulated executor: in the order posted, also what tasks post") {
    VirtualClock clock;
    SimulatedExecutor executor(clock);
    std::vector<int> ran;
    executor.post([&] {
        ran.push_back(1);
        executor.post([&] { ran.push_back(3); });
    });
    executor.post([&] { ran.push_back(2); });
    CHECK(executor.run_until_idle() == 3);
    CHECK(ran == std::vector{1, 2, 3});
    CHECK_FALSE(executor.run_one());
}

TEST_CASE("simulated executor: a seed shuffles, the same seed in the same way") {
    const auto order = [](std::optional<std::uint64_t> seed) {
        VirtualClock clock;
        SimulatedExecutor executor(clock, seed);
        std::vector<int> ran;
        for (int i = 0; i < 20; ++i) executor.post([&ran, i] { ran.push_back(i); });
        executor.run_until_idle();
        return ran;
    };
    CHECK(order(7) == order(7));
    CHECK(order(7) != order(8));
    CHECK(order(7) != order(std::nullopt));
    const std::vector<int> shuffled = order(7);
    CHECK(std::set<int>(shuffled.begin(), shuffled.end()).size() == 20);
}

TEST_CASE("virtual time: timers fire by (due, number), each at its own time") {
    VirtualClock clock;
    SimulatedExecutor executor(clock);
    std::vector<std::pair<int, EngineTime>> ran;
    const auto note = [&](int i) { return [&, i] { ran.emplace_back(i, clock.engine()); }; };
    executor.after(20ms, note(3));
    executor.after(10ms, note(1));
    executor.after(10ms, note(2));
    const std::uint64_t never = executor.after(15ms, note(9));
    executor.after(10ms, [&] { executor.cancel(never); });
    executor.after(10ms, [&] { executor.after(5ms, note(4)); });
    executor.after(50ms, note(5));
    const std::int64_t wall = clock.wall();
    executor.run_until_idle();
    CHECK(ran.empty());
    executor.advance(20ms);
    CHECK(ran == std::vector<std::pair<int, EngineTime>>{{1, 10ms}, {2, 10ms}, {4, 15ms}, {3, 20ms}});
    CHECK(clock.engine() == 20ms);
    CHECK(clock.wall() - wall == 20'000'000);
    CHECK(executor.next_timer() == std::optional<EngineTime>(50ms));
    executor.cancel(never);  // long gone: nothing
    executor.cancel(12345);
}

TEST_CASE("virtual time: a zero timer that sets itself doesn't stop time") {
    VirtualClock clock;
    SimulatedExecutor executor(clock);
    int count = 0;
    struct Again {
        SimulatedExecutor& executor;
        int& count;
        void operator()() const {
            if (++count < 5) executor.after(0ns, Again{executor, count});
        }
    };
    executor.after(0ns, Again{executor, count});
    executor.advance(1ns);
    CHECK(count == 5);
}

TEST_CASE("worker: every task once, per poster in order, all on its thread") {
    SystemClock clock;
    Worker worker(clock);
    constexpr int posters = 4, each = 20'000;
    std::vector<std::vector<int>> seen(posters);
    std::atomic<int> left{posters * each};
    std::thread::id on;
    bool other_thread = false;
    std::thread thread([&] {
        on = std::this_thread::get_id();
        worker.run();
    });
    std::vector<std::thread> others;
    for (int p = 0; p < posters; ++p) {
        others.emplace_back([&, p] {
            for (int i = 0; i < each; ++i) {
                worker.post([&, p, i] {
                    seen[static_cast<std::size_t>(p)].push_back(i);
                    if (std::this_thread::get_id() != on) other_thread = true;
                    if (--left == 0) worker.stop();
                });
            }
        });
    }
    for (std::thread& t : others) t.join();
    thread.join();
    CHECK_FALSE(other_thread);
    for (const std::vector<int>& one : seen) {
        REQUIRE(one.size() == each);
        for (int i = 0; i < each; ++i)
            if (one[static_cast<std::size_t>(i)] != i) FAIL("out of order");
    }
}

TEST_CASE("worker: timers by due time and number, never early; cancelled ones never") {
    SystemClock clock;
    Worker worker(clock);
    std::vector<int> ran;
    const EngineTime begin = clock.engine();
    bool early = false;
    const auto note = [&](int i, EngineTime delay) {
        return worker.after(delay, [&, i, delay] {
            ran.push_back(i);
            if (clock.engine() - begin < delay) early = true;
        });
    };
    note(4, 30ms);
    note(1, 10ms);
    const std::uint64_t never = note(9, 15ms);
    worker.after(10ms, [&] { worker.cancel(never); });
    note(3, 20ms);
    worker.after(0ns, [&] { worker.post([&] { ran.push_back(0); }); });
    worker.after(40ms, [&] { worker.stop(); });
    std::thread thread([&] { worker.run(); });
    thread.join();
    CHECK(ran == std::vector{0, 1, 3, 4});
    CHECK_FALSE(early);
}

TEST_CASE("worker: an earlier timer set later comes first") {
    SystemClock clock;
    Worker worker(clock);
    std::vector<int> ran;
    worker.after(60ms, [&] {
        ran.push_back(2);
        worker.stop();
    });
    worker.post([&] { worker.after(1ms, [&] { ran.push_back(1); }); });
    std::thread thread([&] { worker.run(); });
    thread.join();
    CHECK(ran == std::vector{1, 2});
}

TEST_CASE("worker: what stands in the queue at stop is destroyed, not run") {
    SystemClock clock;
    auto token = std::make_shared<int>(1);
    {
        Worker worker(clock);
        bool ran = false;
        worker.post([&] { worker.stop(); });
        worker.post([&, token] { ran = true; });
        worker.after(1h, [token] {});
        worker.run();
        CHECK_FALSE(ran);
    }
    CHECK(token.use_count() == 1);
}
