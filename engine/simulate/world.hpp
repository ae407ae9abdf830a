#pragma once
// The simulated clock, randomness and environment (M3). Thread: one.
#include <map>

#include "engine/ports/world.hpp"

namespace weir {

// Both clocks move only by `advance`; CPU work takes no time.
class VirtualClock final : public Clock {
public:
    explicit VirtualClock(std::int64_t wall = 1'767'225'600'000'000'000 /* 2026-01-01 */) : wall_(wall) {}
    EngineTime engine() const override { return engine_; }
    std::int64_t wall() const override { return wall_; }
    void advance(EngineTime by) {
        engine_ += by;
        wall_ += by.count();
    }
    void set_wall(std::int64_t wall) { wall_ = wall; }  // somebody set the machine's clock

private:
    EngineTime engine_{0};
    std::int64_t wall_;
};

// The same numbers for the same seed (splitmix64).
class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() override {
        std::uint64_t z = (state_ += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        return z ^ (z >> 31);
    }

private:
    std::uint64_t state_;
};

class MapEnvironment final : public Environment {
public:
    explicit MapEnvironment(std::map<std::string, std::string, std::less<>> values = {}) : values_(std::move(values)) {}
    std::optional<std::string> get(std::string_view name) const override {
        const auto found = values_.find(name);
        return found == values_.end() ? std::nullopt : std::optional(found->second);
    }

private:
    std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace weir
