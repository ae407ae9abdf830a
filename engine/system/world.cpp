#include "engine/system/world.hpp"

#include <sys/random.h>
#include <time.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace weir {
namespace {

std::int64_t read_clock(clockid_t which) {
    timespec now{};
    ::clock_gettime(which, &now);
    return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

EngineTime SystemClock::engine() const { return EngineTime(read_clock(CLOCK_BOOTTIME)); }
std::int64_t SystemClock::wall() const { return read_clock(CLOCK_REALTIME); }

std::uint64_t SystemRandom::next() {
    const std::lock_guard lock(mutex_);
    if (left_ == 0) {
        char* into = reinterpret_cast<char*>(block_.data());
        std::size_t filled = 0;
        while (filled < sizeof block_) {
            const ssize_t got = ::getrandom(into + filled, sizeof block_ - filled, 0);
            if (got > 0) filled += static_cast<std::size_t>(got);
            else if (errno != EINTR) {
                // Nothing can be promised without randomness, and a guessable id is worse than no engine.
                std::perror("getrandom");
                std::abort();
            }
        }
        left_ = block_.size();
    }
    return std::exchange(block_[--left_], 0);  // what was given doesn't stay in memory
}

std::optional<std::string> SystemEnvironment::get(std::string_view name) const {
    const char* value = std::getenv(std::string(name).c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
}

}  // namespace weir
