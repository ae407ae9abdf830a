#include "engine/runtime/suspects.hpp"

namespace weir {

void Suspects::load(std::vector<Suspect> found) {
    all_ = std::move(found);
    left_.store(all_.size(), std::memory_order_release);
}

std::optional<Suspect> Suspects::find(No flow, const Id128& name) const {
    std::lock_guard hold(lock_);
    for (const Suspect& each : all_)
        if (each.flow == flow && each.name == name) return each;
    return std::nullopt;
}

void Suspects::gone(RowId id) {
    std::lock_guard hold(lock_);
    std::erase_if(all_, [id](const Suspect& each) { return each.id == id; });
    left_.store(all_.size(), std::memory_order_release);
}

std::shared_lock<std::shared_mutex> Suspects::among_others() {
    std::lock_guard hold(door_);
    return std::shared_lock(steps_);
}

std::unique_lock<std::shared_mutex> Suspects::alone() {
    std::lock_guard hold(door_);  // nobody comes in past who waits
    return std::unique_lock(steps_);
}

}  // namespace weir
