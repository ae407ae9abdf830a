#include <cmath>

#include "engine/evaluate/builtins.hpp"
#include "engine/evaluate/numbers.hpp"

namespace weir {

namespace {

bool read(const Call& call, std::size_t n, Number& out) {
    const char* why = nullptr;
    if (n < call.count && read_number(call.values[n], call.arena(), out, why)) return true;
    return why != nullptr ? call.fail(why, n) : call.wrong(n, "a number");
}
bool give(const Call& call, const Number& number, Value& out) {
    out = write_number(number, call.arena());
    return true;
}
bool give_int(const Call& call, const Decimal& whole, Value& out) {
    const auto value = to_int(whole);
    if (!value) return call.fail("the result is beyond the 64 bits of an int");
    out = Value::integer(*value);
    return true;
}
bool give_int(const Call& call, double whole, Value& out) {
    constexpr double end = 9223372036854775808.0;
    if (!(whole >= -end && whole < end)) return call.fail("the result is beyond the 64 bits of an int");
    out = Value::integer(static_cast<std::int64_t>(whole));
    return true;
}

bool abs(const Call& call, Value& out) {
    Number number, zero, result;
    if (!read(call, 0, number)) return false;
    if (number.type == Number::Type::real) {
        out = Value::real(std::fabs(number.d));
        return true;
    }
    if (number.wide ? number.big >= 0 : number.i >= 0) return give(call, number, out);
    const char* why = nullptr;
    if (!calculate(plan::Op::subtract, zero, number, result, why)) return call.fail(why);
    return give(call, result, out);
}

// A double rounded as its shortest text would be: 2.675e0 to two places is 2.68e0 by half up.
bool round_real(const Call& call, double value, std::int32_t places, Rounding mode, double& out) {
    if (std::fabs(value) >= 9007199254740992.0) {  // has no fraction
        out = value;
        return true;
    }
    char text[64];
    const int length = std::snprintf(text, sizeof text, "%.17g", value);
    for (int digits = 1; digits <= 17; ++digits) {
        const int shorter = std::snprintf(text, sizeof text, "%.*g", digits, value);
        if (std::strtod(text, nullptr) == value || digits == 17 || shorter == length) break;
    }
    // As a plain text: an exponent far below zero rounds to nothing or to one unit.
    char plain[400];
    const char* const exponent = std::strchr(text, 'e');
    const int fraction = exponent != nullptr ? std::min(60, 17 - std::atoi(exponent + 1)) : 17;
    std::snprintf(plain, sizeof plain, "%.*f", std::min(fraction, 20), exponent != nullptr ? value : std::strtod(text, nullptr));
    const auto decimal = exponent != nullptr ? read_decimal(plain) : read_decimal(text);
    if (!decimal) return call.fail("this double can't be rounded to so many digits");
    out = to_double(round_to(*decimal, places, mode));
    return true;
}
bool round(const Call& call, Value& out) {
    Number number;
    std::int64_t digits = 0;
    std::string_view mode_name = "half_even";
    if (!read(call, 0, number) || (call.given(1) && !call.integer(1, digits)) || (call.given(2) && !call.text(2, mode_name))) return false;
    if (digits < 0 || digits > 38) return call.fail("rounds to 0 to 38 digits", 1);
    Rounding mode = Rounding::half_even;
    if (mode_name == "half_up")
        mode = Rounding::half_up;
    else if (mode_name == "down")
        mode = Rounding::down;
    else if (mode_name == "up")
        mode = Rounding::up;
    else if (mode_name != "half_even")
        return call.fail("knows the modes half_even, half_up, down and up", 2);
    const bool to_whole = !call.given(1);
    const auto places = static_cast<std::int32_t>(digits);
    if (number.type == Number::Type::integer) return give(call, number, out);
    if (number.type == Number::Type::real) {
        double rounded = 0;
        if (!round_real(call, number.d, places, mode, rounded)) return false;
        if (to_whole) return give_int(call, rounded, out);
        out = Value::real(rounded);
        return true;
    }
    const Decimal value = number.decimal();
    const Decimal rounded = value.scale > places ? round_to(value, places, mode) : value;
    if (to_whole) return give_int(call, rounded, out);
    out = Value::decimal(rounded, call.arena());
    return true;
}
template <Rounding mode> bool whole(const Call& call, Value& out) {
    Number number;
    if (!read(call, 0, number)) return false;
    if (number.type == Number::Type::integer) return give(call, number, out);
    if (number.type == Number::Type::real) return give_int(call, mode == Rounding::floor ? std::floor(number.d) : std::ceil(number.d), out);
    return give_int(call, round_to(number.decimal(), 0, mode), out);
}

constexpr Implementation list[] = {
    {"abs", abs},
    {"round", round},
    {"floor", whole<Rounding::floor>},
    {"ceil", whole<Rounding::ceiling>},
};

}  // namespace

std::span<const Implementation> number_implementations() { return list; }

}  // namespace weir
