#pragma once
#include <cstddef>
#include <memory>
#include <string>

#include "engine/ports/flight.hpp"
#include "engine/ports/result.hpp"

namespace weir {

// The record in a file that is mapped shared: the kernel keeps what a killed process has written. Nothing is synced, so after a power loss it
// may be empty or old, which is as good: no message has brought the machine down.
class MappedFlight final : public FlightRecord {
public:
    // `workers` places at least; those that the file had before stay, so that none is overlooked. A file of another shape begins empty.
    static Result<std::unique_ptr<MappedFlight>> open(const std::string& path, std::size_t workers);
    ~MappedFlight() override;
    MappedFlight(const MappedFlight&) = delete;
    MappedFlight& operator=(const MappedFlight&) = delete;
    std::span<FlightSlot> slots() override;

private:
    MappedFlight(void* at, std::size_t bytes) : at_(at), bytes_(bytes) {}
    void* at_;
    std::size_t bytes_;
};

}  // namespace weir
