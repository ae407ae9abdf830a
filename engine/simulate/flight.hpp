#pragma once
#include <array>

#include "engine/ports/flight.hpp"

namespace weir {

// The record in the test's own memory: an engine that dies in the middle of a step leaves it as it was at that instant.
// Owner: the test; outlives the engine. Thread: one.
class SimulatedFlight final : public FlightRecord {
public:
    std::span<FlightSlot> slots() override { return slots_; }
    void lose_power() {
        for (FlightSlot& slot : slots_) slot.leave();
    }

private:
    std::array<FlightSlot, 8> slots_;
};

}  // namespace weir
