#pragma once
// The seams to what is not deterministic. Each has a real twin in engine/system and a simulated one in engine/simulate.
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/ports/task.hpp"

namespace boost::asio {
class io_context;
}

namespace weir {

using EngineTime = std::chrono::nanoseconds;  // M1: never goes back

struct Clock {
    virtual ~Clock() = default;
    virtual EngineTime engine() const = 0;       // monotonic, since an arbitrary start
    virtual std::int64_t wall() const = 0;       // nanoseconds since 1970 UTC
};
struct Random {
    virtual ~Random() = default;
    virtual std::uint64_t next() = 0;            // unguessable in the real twin
};
struct Environment {
    virtual ~Environment() = default;
    virtual std::optional<std::string> get(std::string_view name) const = 0;
};
// A queue of tasks run by one thread, in the order posted, and its timers. `post` may be called from any thread, the rest on its own only.
struct Executor {
    virtual ~Executor() = default;
    virtual void post(Task task) = 0;
    virtual std::uint64_t after(EngineTime delay, Task task) = 0;
    virtual void cancel(std::uint64_t timer) = 0;
    virtual boost::asio::io_context* network() { return nullptr; }  // of its thread; null in a world without sockets
};

}  // namespace weir
