#include "dsl/plan/number.hpp"

#include <doctest/doctest.h>

#include <boost/multiprecision/cpp_int.hpp>
#include <cstdlib>
#include <random>

using namespace weir;
using Big = boost::multiprecision::cpp_int;

namespace {

Decimal of(const char* text) {
    return read_decimal(text).value();
}
std::string shown(const std::optional<Decimal>& value) {
    return value ? to_text(*value) : "none";
}

const Big beyond = boost::multiprecision::pow(Big(10), 38);

Big ten_to(int exponent) {
    return boost::multiprecision::pow(Big(10), static_cast<unsigned>(exponent));
}
Big big(const Decimal& value) {
    // By way of the text's digits, so that a wrong conversion of 128 bits can't hide itself.
    Big out = 0;
    const std::string text = to_text(value);
    for (const char c : text)
        if (c >= '0' && c <= '9') out = out * 10 + (c - '0');
    return text[0] == '-' ? Big(-out) : out;
}
Big size(const Big& value) {
    return value < 0 ? Big(-value) : value;
}

// digits * 10^-scale as the engine must show it: zeros behind the point are given up only where 38 digits don't suffice.
std::string expected(Big digits, int scale) {
    while (size(digits) >= beyond || scale > 38) {
        if (scale == 0 || digits % 10 != 0) return "none";
        digits /= 10;
        --scale;
    }
    std::string text = size(digits).str();
    if (static_cast<int>(text.size()) <= scale) text.insert(0, static_cast<std::size_t>(scale) + 1 - text.size(), '0');
    if (scale > 0) text.insert(text.size() - static_cast<std::size_t>(scale), ".");
    return digits < 0 ? "-" + text : text;
}

class Numbers {
public:
    explicit Numbers(unsigned seed) : random_(seed) {}
    unsigned below(unsigned count) { return static_cast<unsigned>(random_() % count); }
    // All lengths, many zeros at the end, many neighbours of powers of two and ten.
    Decimal next() {
        Decimal out;
        const unsigned length = below(39);
        for (unsigned i = 0; i < length; ++i) out.digits = out.digits * 10 + below(10);
        const unsigned zeros = below(3) == 0 ? below(20) : 0;
        for (unsigned i = 0; i < zeros; ++i) out.digits = out.digits / 10;
        for (unsigned i = 0; i < zeros; ++i) out.digits = out.digits * 10;
        switch (below(8)) {
            case 0: out.digits = Decimal::Digits{1} << below(126); break;
            case 1: {
                out.digits = 1;
                for (unsigned i = below(38); i > 0; --i) out.digits *= 10;
                out.digits += static_cast<int>(below(3)) - 1;
                break;
            }
            case 2: out.digits = below(1000); break;
            case 3: {
                out.digits = 1;
                for (unsigned i = below(54); i > 0; --i) out.digits *= 5;
                break;
            }
            default: break;
        }
        if (below(2) == 0) out.digits = -out.digits;
        out.scale = static_cast<std::int32_t>(below(3) == 0 ? below(39) : below(5));
        return out;
    }

private:
    std::mt19937_64 random_;
};

}  // namespace

TEST_CASE("a decimal keeps its text") {
    for (const char* text : {"0", "0.0", "2.50", "-2.50", "0.00000000000000000000000000000000000001", "99999999999999999999999999999999999999", "-9.9999999999999999999999999999999999999",
                             "18446744073709551616", "10000000000000000000.0", "1.00"})
        CHECK(to_text(of(text)) == text);
    CHECK(to_text(of("007.5")) == "7.5");
    CHECK(to_text(of("-0.0")) == "0.0");
    for (const char* text : {"", "-", ".5", "5.", "1.", "+1", "1e5", " 1", "1 ", "1.2.3", "--1", "0x1", "100000000000000000000000000000000000000", "0.000000000000000000000000000000000000001", "1,5"})
        CHECK_FALSE(read_decimal(text));
}

TEST_CASE("a decimal of any length and scale is written as its digits are") {
    Numbers numbers(3);
    for (int round = 0; round < 20000; ++round) {
        Decimal value = numbers.next();
        // digit by digit, without the writer
        Big digits = 0;
        const Decimal::Digits size_of = value.digits < 0 ? -value.digits : value.digits;
        for (int shift = 112; shift >= 0; shift -= 16) digits = digits * 65536 + static_cast<unsigned>(size_of >> shift & 65535);
        if (value.digits < 0) digits = -digits;
        REQUIRE(to_text(value) == expected(digits, value.scale));
    }
    // Where the count of digits and the words change.
    for (int exponent = 0; exponent < 38; ++exponent)
        for (int apart = -1; apart <= 1; ++apart)
            for (int scale = 0; scale <= 38; ++scale) {
                const Big digits = ten_to(exponent) + apart;
                Decimal value;
                for (const char c : digits.str()) value.digits = value.digits * 10 + (c - '0');
                value.scale = scale;
                REQUIRE(to_text(value) == expected(digits, scale));
                value.digits = -value.digits;
                REQUIRE(to_text(value) == expected(-digits, scale));
            }
    CHECK(to_text({INT64_MIN, 0}) == "-9223372036854775808");
    CHECK(to_text({INT64_MIN, 19}) == "-0.9223372036854775808");
    CHECK(to_text({INT64_MAX, 38}) == "0.00000000000000000009223372036854775807");
    CHECK(to_text({Decimal::Digits{UINT64_MAX}, 1}) == "1844674407370955161.5");
    CHECK(to_text({Decimal::Digits{UINT64_MAX} + 1, 1}) == "1844674407370955161.6");
}

TEST_CASE("examples of arithmetic") {
    CHECK(shown(multiply(of("199.99"), of("3"))) == "599.97");
    CHECK(shown(multiply(of("2.50"), of("2.0"))) == "5.000");
    CHECK(shown(add(of("0.1"), of("0.2"))) == "0.3");
    CHECK(shown(subtract(of("1.00"), of("0.9"))) == "0.10");
    CHECK(shown(divide(of("6.00"), of("4"))) == "1.50");
    CHECK(shown(divide(of("1"), of("3"))) == "0.3333333333333333");
    CHECK(shown(divide(of("2"), of("3"))) == "0.6666666666666667");
    CHECK(shown(divide(of("1"), of("8"))) == "0.125");
    CHECK(shown(divide(of("1"), of("0.0"))) == "none");
    CHECK(shown(add(of("99999999999999999999999999999999999999"), of("1"))) == "none");
    CHECK(shown(floor_divide(of("-7"), of("2"))) == "-4");
    CHECK(shown(modulo(of("-7"), of("2"))) == "1");
    CHECK(shown(modulo(of("7"), of("-2"))) == "-1");
    CHECK(shown(modulo(of("5.5"), of("2"))) == "1.5");
    CHECK(shown(modulo(of("1"), of("0"))) == "none");
    CHECK(compare(of("2.5"), of("2.50")) == 0);
    CHECK(to_text(round_to(of("2.345"), 2, Rounding::half_even)) == "2.34");
    CHECK(to_text(round_to(of("2.345"), 2, Rounding::half_up)) == "2.35");
    CHECK(to_text(round_to(of("-2.345"), 2, Rounding::half_up)) == "-2.35");
    CHECK(to_text(round_to(of("-2.341"), 2, Rounding::floor)) == "-2.35");
    CHECK(to_text(round_to(of("-2.349"), 2, Rounding::ceiling)) == "-2.34");
    CHECK(to_text(round_to(of("2.5"), 2, Rounding::half_up)) == "2.50");
    CHECK(to_text(round_to(of("1250"), -2, Rounding::half_even)) == "1200");
    CHECK(to_int(of("2.00")) == 2);
    CHECK_FALSE(to_int(of("2.5")));
    CHECK(to_int(of("-9223372036854775808")) == INT64_MIN);
    CHECK_FALSE(to_int(of("9223372036854775808")));
    CHECK(to_text(decimal_of(INT64_MIN)) == "-9223372036854775808");
}

TEST_CASE("arithmetic agrees with unbounded integers") {
    Numbers numbers(20260131);
    for (int i = 0; i < 12000; ++i) {
        const Decimal a = numbers.next(), b = numbers.next();
        CAPTURE(to_text(a));
        CAPTURE(to_text(b));
        const Big x = big(a), y = big(b);
        const int scale = std::max(a.scale, b.scale);
        const Big left = x * ten_to(scale - a.scale), right = y * ten_to(scale - b.scale);
        REQUIRE(shown(read_decimal(to_text(a))) == to_text(a));
        REQUIRE(compare(a, b) == (left < right ? -1 : left > right ? 1 : 0));

        // A sum may also be written with fewer places, but only down to what its operands need.
        REQUIRE(shown(add(a, b)) == expected(left + right, scale));
        REQUIRE(shown(subtract(a, b)) == expected(left - right, scale));
        REQUIRE(shown(multiply(a, b)) == expected(x * y, a.scale + b.scale));

        if (y == 0) {
            REQUIRE_FALSE(divide(a, b));
            REQUIRE_FALSE(floor_divide(a, b));
            REQUIRE_FALSE(modulo(a, b));
            continue;
        }
        std::string quotient = "none";
        bool ends = false;
        for (int places = std::max(0, a.scale - b.scale); places <= 38 && !ends; ++places) {
            const Big top = size(x) * ten_to(places + b.scale);
            const Big bottom = size(y) * ten_to(a.scale);
            if (top / bottom >= beyond) break;
            ends = top % bottom == 0;
            if (ends) quotient = expected((x < 0) != (y < 0) ? Big(-(top / bottom)) : Big(top / bottom), places);
        }
        if (!ends) {
            const int places = std::max(scale, 16);
            const Big top = size(x) * ten_to(places + b.scale);
            const Big bottom = size(y) * ten_to(a.scale);
            Big whole = top / bottom;
            const Big twice = top % bottom * 2;
            if (whole < beyond) {
                if (twice > bottom || (twice == bottom && whole % 2 != 0)) ++whole;
                quotient = expected((x < 0) != (y < 0) ? Big(-whole) : whole, places);
            }
        }
        REQUIRE(shown(divide(a, b)) == quotient);

        Big floor = left / right;
        if (left % right != 0 && (left < 0) != (right < 0)) --floor;
        REQUIRE(shown(floor_divide(a, b)) == expected(floor, 0));
        REQUIRE(shown(modulo(a, b)) == expected(left - floor * right, scale));
    }
}

TEST_CASE("rounding agrees with unbounded integers") {
    Numbers numbers(7);
    for (int i = 0; i < 6000; ++i) {
        const Decimal a = numbers.next();
        const int places = static_cast<int>(numbers.below(44)) - 3;
        CAPTURE(to_text(a));
        CAPTURE(places);
        const Big x = big(a);
        for (const Rounding mode : {Rounding::half_even, Rounding::half_up, Rounding::down, Rounding::up, Rounding::floor, Rounding::ceiling}) {
            const Decimal rounded = round_to(a, places, mode);
            if (places >= a.scale) {
                REQUIRE(compare(rounded, a) == 0);
                REQUIRE((rounded.scale == std::min(places, 38) || size(big(rounded)) * 10 >= beyond));
                continue;
            }
            const Big unit = ten_to(a.scale - places);
            Big whole = size(x) / unit;
            const Big rest = size(x) % unit, twice = rest * 2;
            bool up = false;
            if (mode == Rounding::half_even) up = twice > unit || (twice == unit && whole % 2 != 0);
            if (mode == Rounding::half_up) up = twice >= unit;
            if (mode == Rounding::up) up = rest != 0;
            if (mode == Rounding::floor) up = rest != 0 && x < 0;
            if (mode == Rounding::ceiling) up = rest != 0 && x > 0;
            if (up) ++whole;
            if (x < 0) whole = -whole;
            if (places < 0) whole *= ten_to(-places);
            if (size(whole) >= beyond) continue;  // rounding up to tens in front of the point may need 39 digits; checked below
            REQUIRE(to_text(rounded) == expected(whole, std::max(places, 0)));
        }
    }
    CHECK(to_text(round_to(of("5"), -60, Rounding::half_even)) == "0");
    CHECK(to_text(round_to(of("99999999999999999999999999999999999999"), -38, Rounding::half_up)) == "100000000000000000000000000000000000000");
}

TEST_CASE("doubles are the nearest ones") {
    Numbers numbers(3);
    for (int i = 0; i < 20000; ++i) {
        const Decimal a = numbers.next();
        CAPTURE(to_text(a));
        REQUIRE(to_double(a) == std::strtod(to_text(a).c_str(), nullptr));
        const auto whole = to_int(a);
        const Big unit = ten_to(a.scale), x = big(a);
        REQUIRE(whole.has_value() == (x % unit == 0 && x / unit >= INT64_MIN && x / unit <= INT64_MAX));
        if (whole) REQUIRE(Big(*whole) == x / unit);
    }
}
