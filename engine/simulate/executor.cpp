#include "engine/simulate/executor.hpp"

#include <algorithm>

namespace weir {

SimulatedExecutor::SimulatedExecutor(VirtualClock& clock, std::optional<std::uint64_t> seed) : clock_(clock) {
    if (seed) shuffle_.emplace(*seed);
}

void SimulatedExecutor::post(Task task) {
    const std::lock_guard lock(mutex_);
    ready_.push_back(std::move(task));
}

std::uint64_t SimulatedExecutor::after(EngineTime delay, Task task) { return timers_.set(clock_.engine() + std::max(delay, EngineTime::zero()), std::move(task)); }
void SimulatedExecutor::cancel(std::uint64_t timer) { timers_.cancel(timer); }

std::optional<Task> SimulatedExecutor::take() {
    const std::lock_guard lock(mutex_);
    if (ready_.empty()) return std::nullopt;
    if (shuffle_) std::swap(ready_.front(), ready_[static_cast<std::size_t>(shuffle_->next() % ready_.size())]);
    Task task = std::move(ready_.front());
    ready_.pop_front();
    return task;
}

bool SimulatedExecutor::run_one() {
    std::optional<Task> task = take();
    if (!task) task = timers_.take(clock_.engine());
    if (!task) return false;
    (*task)();
    return true;
}

std::size_t SimulatedExecutor::run_until_idle() {
    std::size_t count = 0;
    while (run_one()) ++count;
    return count;
}

std::size_t SimulatedExecutor::advance(EngineTime by) {
    const EngineTime end = clock_.engine() + by;
    std::size_t count = run_until_idle();
    for (std::optional<EngineTime> next = timers_.next(); next && *next <= end; next = timers_.next()) {
        clock_.advance(*next - clock_.engine());
        count += run_until_idle();
    }
    clock_.advance(end - clock_.engine());
    return count;
}

}  // namespace weir
