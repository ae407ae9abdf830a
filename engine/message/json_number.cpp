// A number of a JSON text, once somebody computes with it.
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "engine/message/json.hpp"

namespace weir {

bool compute_number(const Value& number_text, Arena& arena, Value& out, const char*& why) {
    const std::string_view text = number_text.text();
    const char* at = text.data();
    const char* const end = at + text.size();
    const bool negative = at != end && *at == '-';
    if (negative) ++at;
    const char* const first = at;
    const char* point = nullptr;
    std::uint64_t digits = 0;
    for (; at != end; ++at) {
        const auto digit = static_cast<unsigned char>(*at - '0');
        if (digit < 10) {
            digits = digits * 10 + digit;  // wraps beyond 18 digits; not used then
        } else if (*at == '.' && point == nullptr) {
            point = at;
        } else {
            break;
        }
    }
    if (at != end) {  // an exponent
        double real = 0;
        const auto [stop, error] = std::from_chars(text.data(), end, real);
        if (stop != end || error == std::errc::invalid_argument) {
            why = "this is not a number";
            return false;
        }
        if (error == std::errc::result_out_of_range) real = std::strtod(std::string(text).c_str(), nullptr);
        if (!std::isfinite(real)) {
            why = "the number is beyond the range of a double";
            return false;
        }
        out = Value::real(real);
        return true;
    }
    const std::ptrdiff_t places = point == nullptr ? 0 : end - point - 1, wholes = end - first - (point != nullptr) - places;
    if (wholes == 0 || (point != nullptr && places == 0)) {
        why = "this is not a number";
        return false;
    }
    if (wholes + places <= 18) [[likely]] {
        const auto number = negative ? -static_cast<std::int64_t>(digits) : static_cast<std::int64_t>(digits);
        if (point == nullptr) {
            out = Value::integer(number);
        } else {
            out = Value(static_cast<std::uint64_t>(Kind::decimal) | static_cast<std::uint64_t>(places) << 16, number);
        }
        return true;
    }
    const std::optional<Decimal> decimal = read_decimal(text);
    if (!decimal) {
        why = "the number has more than 38 digits";
        return false;
    }
    if (point == nullptr && decimal->digits >= INT64_MIN && decimal->digits <= INT64_MAX) {
        out = Value::integer(static_cast<std::int64_t>(decimal->digits));
    } else {
        out = Value::decimal(*decimal, arena);
    }
    return true;
}

}  // namespace weir
