#pragma once
// R9: what each worker is in the middle of, in memory that outlives the process.
#include <atomic>
#include <cstdint>
#include <span>
#include <type_traits>

#include "engine/message/id.hpp"

namespace weir {

// One worker's place; a cache line, so that workers don't meet in one. Written by its worker alone, with plain stores: no call, no allocation.
// A process may die between any two of them: each is in order behind the one before, and `running` is set last and cleared first.
struct alignas(64) FlightSlot {
    std::atomic<std::uint64_t> name_a{0}, name_b{0};  // of the message
    std::atomic<std::uint64_t> step{0};               // identity hash of the step; 0: before the first
    std::atomic<std::uint32_t> flow{0};               // its number in the store
    std::atomic<std::uint32_t> running{0};

    void enter(const Id128& name, std::uint32_t of_flow) {
        leave();
        name_a.store(name.a, std::memory_order_release);
        name_b.store(name.b, std::memory_order_release);
        step.store(0, std::memory_order_release);
        flow.store(of_flow, std::memory_order_release);
        running.store(1, std::memory_order_release);
    }
    void at(std::uint64_t which) { step.store(which, std::memory_order_release); }
    void leave() { running.store(0, std::memory_order_release); }
};
static_assert(sizeof(FlightSlot) == 64 && std::atomic<std::uint64_t>::is_always_lock_free);

// Owner: the tool, or a test; outlives the engine. Thread: a slot is its worker's; the whole belongs to who starts the engine, before it runs.
struct FlightRecord {
    virtual ~FlightRecord() = default;
    virtual std::span<FlightSlot> slots() = 0;  // as the last process left them, until somebody writes
};

}  // namespace weir
