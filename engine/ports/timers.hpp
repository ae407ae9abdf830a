#pragma once
// The timers of one executor, by (due, number): those of one instant fire in the order they were set (M3). Both twins of Executor use it.
// Thread: the executor's.
#include <cstdint>
#include <map>
#include <optional>
#include <unordered_map>

#include "engine/ports/world.hpp"

namespace weir {

class Timers {
public:
    std::uint64_t set(EngineTime due, Task task) {
        const std::uint64_t number = ++last_;
        tasks_.emplace(std::pair(due, number), std::move(task));
        due_.emplace(number, due);
        return number;
    }
    void cancel(std::uint64_t number) {
        const auto found = due_.find(number);
        if (found == due_.end()) return;  // has fired
        const auto task = tasks_.find({found->second, number});
        due_.erase(found);
        const Task dies_last = std::move(task->second);  // its captures may cancel others
        tasks_.erase(task);
    }
    std::optional<EngineTime> next() const { return tasks_.empty() ? std::nullopt : std::optional(tasks_.begin()->first.first); }
    void clear() {
        const auto die_last = std::move(tasks_);
        tasks_.clear();
        due_.clear();
    }
    // The first one that is due, or nothing.
    std::optional<Task> take(EngineTime now) {
        if (tasks_.empty() || tasks_.begin()->first.first > now) return std::nullopt;
        Task task = std::move(tasks_.begin()->second);
        due_.erase(tasks_.begin()->first.second);
        tasks_.erase(tasks_.begin());
        return task;
    }

private:
    std::map<std::pair<EngineTime, std::uint64_t>, Task> tasks_;
    std::unordered_map<std::uint64_t, EngineTime> due_;
    std::uint64_t last_ = 0;
};

}  // namespace weir
