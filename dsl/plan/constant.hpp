#pragma once
#include <cstdint>
#include <string>
#include <variant>

#include "dsl/plan/number.hpp"

namespace weir {

struct Bytes {
    std::string data;
};
struct Timestamp {
    std::int64_t nanoseconds = 0;  // since 1970-01-01T00:00:00Z
};
struct Duration {
    std::int64_t nanoseconds = 0;
};
struct Size {
    std::int64_t bytes = 0;
};
struct Percent {
    Decimal value;  // 20% is 20
};
struct Rate {
    std::int64_t count = 0;
    std::int64_t per_nanoseconds = 0;
};
struct Null {};

// A literal of the language, exact.
using Constant = std::variant<Null, bool, std::int64_t, Decimal, double, std::string, Bytes, Timestamp, Duration, Size, Percent, Rate>;

}  // namespace weir
