#pragma once
#include <deque>
#include <mutex>
#include <optional>

#include "engine/ports/timers.hpp"
#include "engine/simulate/world.hpp"

namespace weir {

// The executor in virtual time: first in, first out, or with a seed in an order of that seed's, to find what depends on it.
// Thread: one; only `post` may come from another (a real store's writer).
class SimulatedExecutor final : public Executor {
public:
    explicit SimulatedExecutor(VirtualClock& clock, std::optional<std::uint64_t> seed = std::nullopt);
    void post(Task task) override;
    std::uint64_t after(EngineTime delay, Task task) override;
    void cancel(std::uint64_t timer) override;

    bool run_one();                  // a ready task, else a timer that is due; false: idle
    std::size_t run_until_idle();    // how many ran; time stands still
    std::size_t advance(EngineTime by);  // from timer to timer, idle between them; ends `by` later
    void forget_timers() { timers_.clear(); }  // those of an engine that has died
    std::optional<EngineTime> next_timer() const { return timers_.next(); }

private:
    std::optional<Task> take();
    VirtualClock& clock_;
    std::optional<SeededRandom> shuffle_;
    std::mutex mutex_;
    std::deque<Task> ready_;
    Timers timers_;
};

}  // namespace weir
