#pragma once
#include <atomic>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <vector>

#include "engine/ports/store.hpp"

namespace weir {

inline constexpr std::uint32_t most_crashes = 3;

// R9: the messages that were in a step when an engine ended badly. Each runs alone, so that the next end names the one that brings it about.
// Owner: Engine; shared by its flows. Thread: any, once loaded. While there are none it costs one look at a number.
class Suspects {
public:
    void load(std::vector<Suspect> found) {
        all_ = std::move(found);
        left_.store(all_.size(), std::memory_order_release);
    }
    bool any() const { return left_.load(std::memory_order_acquire) != 0; }
    std::optional<Suspect> find(No flow, const Id128& name) const {
        std::lock_guard hold(lock_);
        for (const Suspect& each : all_)
            if (each.flow == flow && each.name == name) return each;
        return std::nullopt;
    }
    // It has ended, and the store has forgotten it.
    void gone(RowId id) {
        std::lock_guard hold(lock_);
        std::erase_if(all_, [id](const Suspect& each) { return each.id == id; });
        left_.store(all_.size(), std::memory_order_release);
    }
    // Held by who runs a message while there are suspects, and alone by who runs one of them. Never across a wait.
    std::shared_lock<std::shared_mutex> among_others() {
        std::lock_guard hold(door_);
        return std::shared_lock(steps_);
    }
    std::unique_lock<std::shared_mutex> alone() {
        std::lock_guard hold(door_);  // nobody comes in past who waits
        return std::unique_lock(steps_);
    }

private:
    std::mutex door_;
    std::shared_mutex steps_;
    mutable std::mutex lock_;
    std::vector<Suspect> all_;  // as many as there were workers, at most a few times that
    std::atomic<std::size_t> left_{0};
};

}  // namespace weir
