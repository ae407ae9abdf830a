#pragma once
// The real clock, randomness and environment.
#include <array>
#include <mutex>

#include "engine/ports/world.hpp"

namespace weir {

// Thread: any.
class SystemClock final : public Clock {
public:
    EngineTime engine() const override;    // CLOCK_BOOTTIME: goes on while the machine sleeps, doesn't follow the wall clock
    std::int64_t wall() const override;
};

// Thread: any. Numbers of the kernel's generator, fetched in blocks; each is given once.
class SystemRandom final : public Random {
public:
    std::uint64_t next() override;

private:
    std::mutex mutex_;
    std::array<std::uint64_t, 32> block_{};
    std::size_t left_ = 0;
};

// Thread: any, as long as nobody changes the environment.
class SystemEnvironment final : public Environment {
public:
    std::optional<std::string> get(std::string_view name) const override;
};

}  // namespace weir
