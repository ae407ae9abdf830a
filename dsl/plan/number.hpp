#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

// A decimal number: digits * 10^-scale. At most 38 digits, scale 0 to 38 (IEEE 754-2008 decimal128's precision, no exponent).
// 2.50 keeps its scale when written; 2.5 == 2.50 when compared.
struct Decimal {
    __extension__ typedef __int128 Digits;
    Digits digits = 0;
    std::int32_t scale = 0;
};

// None: not of the form -?[0-9]+(.[0-9]+)? or more than 38 digits.
std::optional<Decimal> read_decimal(std::string_view text);
std::string to_text(const Decimal& value);
// Writes at most 42 characters; returns the end.
char* write_decimal(char* out, const Decimal& value);
// <0, 0, >0 by value: 2.5 equals 2.50.
int compare(const Decimal& a, const Decimal& b);
// None: more than 38 digits are needed.
std::optional<Decimal> add(const Decimal& a, const Decimal& b);
std::optional<Decimal> subtract(const Decimal& a, const Decimal& b);
std::optional<Decimal> multiply(const Decimal& a, const Decimal& b);
// Exact where it ends within 38 digits, else rounded half even to max(scales, 16) places. None: division by zero or overflow.
std::optional<Decimal> divide(const Decimal& a, const Decimal& b);
// Round down (towards minus infinity), as `div` and `mod` do. None: division by zero.
std::optional<Decimal> floor_divide(const Decimal& a, const Decimal& b);
std::optional<Decimal> modulo(const Decimal& a, const Decimal& b);
enum class Rounding : std::uint8_t { half_even, half_up, down, up, floor, ceiling };
Decimal round_to(const Decimal& value, std::int32_t places, Rounding mode);
double to_double(const Decimal& value);
// None: a fraction or beyond 64 bits.
std::optional<std::int64_t> to_int(const Decimal& value);
Decimal decimal_of(std::int64_t value);

}  // namespace weir
