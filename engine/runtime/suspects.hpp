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
    void load(std::vector<Suspect> found);
    bool any() const { return left_.load(std::memory_order_acquire) != 0; }
    std::optional<Suspect> find(No flow, const Id128& name) const;
    // It has ended, and the store has forgotten it.
    void gone(RowId id);
    // Held by who runs a message while there are suspects, and alone by who runs one of them. Never across a wait.
    std::shared_lock<std::shared_mutex> among_others();
    std::unique_lock<std::shared_mutex> alone();

private:
    std::mutex door_;
    std::shared_mutex steps_;
    mutable std::mutex lock_;
    std::vector<Suspect> all_;  // as many as there were workers, at most a few times that
    std::atomic<std::size_t> left_{0};
};

}  // namespace weir
