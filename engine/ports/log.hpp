#pragma once
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

enum class LogLevel : std::uint8_t { debug, info, warn, error };

// Where a running engine tells what happens. Any thread. `details` is a JSON object or empty. Promise: returns at once.
struct Log {
    virtual ~Log() = default;
    virtual void write(LogLevel level, std::string_view flow, std::string_view text, std::string_view details) = 0;
};

}  // namespace weir
