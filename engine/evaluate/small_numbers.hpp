#pragma once
// Computing with small numbers: ints, and decimals whose digits fit 64 bits. Such a value is two words, so nothing is unpacked and nothing leaves
// the registers. What is no small number, or gives none, is left to the ways of numbers.hpp, which know all numbers and say what is wrong.
#include <algorithm>
#include <array>

#include "dsl/plan/plan.hpp"
#include "engine/message/value.hpp"

namespace weir {

inline constexpr std::array<std::int64_t, 19> powers_of_ten = [] {
    std::array<std::int64_t, 19> list{1};
    for (std::size_t n = 1; n < list.size(); ++n) list[n] = list[n - 1] * 10;
    return list;
}();

// The small number that a value is, or that its text says. False: it is none.
inline bool read_small(const Value& value, Value& out) {
    constexpr std::uint64_t kind_and_flag = 0x1ff, integer = static_cast<std::uint64_t>(Kind::integer), decimal = static_cast<std::uint64_t>(Kind::decimal);
    if (value.kind() != Kind::number_text) {
        out = value;
        return (value.head & kind_and_flag) == decimal || (value.head & kind_and_flag) == integer;
    }
    constexpr std::uint32_t longest = 18;  // so many digits always fit
    if (value.length() - 1 >= longest) return false;
    const char* at = value.s;
    const char* const end = at + value.length();
    std::int64_t digits = 0;
    const auto take_digits = [&] {
        for (; at != end; ++at) {
            const unsigned digit = static_cast<unsigned char>(*at) - unsigned{'0'};
            if (digit > 9) return;
            digits = digits * 10 + digit;
        }
    };
    const bool negative = *at == '-';
    if (negative) ++at;
    take_digits();
    std::uint64_t head = integer;
    if (at != end) {
        if (*at != '.') return false;  // an exponent
        const char* const fraction = ++at;
        take_digits();
        if (at != end) return false;
        head = decimal | static_cast<std::uint64_t>(end - fraction) << 16;
    }
    out = Value(head, negative ? -digits : digits);
    return true;
}

// add, subtract, multiply of two small numbers. False: the result is none; `out` is as it was.
template <plan::Op op> inline bool calculate_small(const Value& a, const Value& b, Value& out) {
    static_assert(op == plan::Op::add || op == plan::Op::subtract || op == plan::Op::multiply);
    static_assert(Kind::integer < Kind::decimal);  // a decimal makes the result one
    constexpr std::uint64_t largest_scale = 38;
    const std::uint64_t kind = std::max(a.head & 0xff, b.head & 0xff);
    const std::uint64_t scale_a = a.head >> 16, scale_b = b.head >> 16;  // a small number has no length
    std::int64_t left = a.i, right = b.i, digits;
    if constexpr (op == plan::Op::multiply) {
        if (scale_a + scale_b > largest_scale || __builtin_mul_overflow(left, right, &digits)) return false;
        out = Value(kind | (scale_a + scale_b) << 16, digits);
    } else {
        // The coarser one gets zeros behind its point.
        if (scale_a < scale_b) {
            if (scale_b - scale_a >= powers_of_ten.size() || __builtin_mul_overflow(left, powers_of_ten[scale_b - scale_a], &left)) return false;
        } else if (scale_a > scale_b) {
            if (scale_a - scale_b >= powers_of_ten.size() || __builtin_mul_overflow(right, powers_of_ten[scale_a - scale_b], &right)) return false;
        }
        if (op == plan::Op::add ? __builtin_add_overflow(left, right, &digits) : __builtin_sub_overflow(left, right, &digits)) return false;
        out = Value(kind | std::max(scale_a, scale_b) << 16, digits);
    }
    return true;
}

}  // namespace weir
