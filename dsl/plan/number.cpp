#include "dsl/plan/number.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <utility>

namespace weir {
namespace {

using Digits = Decimal::Digits;
__extension__ typedef unsigned __int128 Magnitude;

constexpr std::int32_t max_digits = 38;

constexpr auto powers = [] {
    std::array<Magnitude, max_digits + 1> out{};
    Magnitude power = 1;
    for (auto& each : out) {
        each = power;
        power *= 10;
    }
    return out;
}();

constexpr Magnitude power_of_ten(std::int32_t exponent) {
    return powers[static_cast<std::size_t>(exponent)];
}

constexpr Magnitude beyond = powers[max_digits];  // the first magnitude that has 39 digits

Magnitude magnitude_of(Digits digits) {
    return digits < 0 ? Magnitude{0} - static_cast<Magnitude>(digits) : static_cast<Magnitude>(digits);
}

Digits with_sign(bool negative, Magnitude magnitude) {
    return negative ? -static_cast<Digits>(magnitude) : static_cast<Digits>(magnitude);
}

bool is_small(Digits digits) {
    return static_cast<std::int64_t>(digits) == digits;
}

// Gives up zeros behind the point until the digits fit. None: they never do.
std::optional<Decimal> fitted(bool negative, Magnitude magnitude, std::int32_t scale) {
    while (magnitude >= beyond || scale > max_digits) {
        if (scale == 0 || magnitude % 10 != 0) return std::nullopt;
        magnitude /= 10;
        --scale;
    }
    return Decimal{with_sign(negative, magnitude), scale};
}

// A long division that is carried on digit by digit. Divisors stay below 2^127, so that twice a remainder fits.
struct LongDivision {
    Magnitude quotient, remainder, divisor;

    LongDivision(Magnitude dividend, Magnitude by) : quotient(dividend / by), remainder(dividend % by), divisor(by) {}

    // Brings down a zero. False: the quotient would leave 38 digits (nothing has changed).
    bool next() {
        if (quotient >= power_of_ten(max_digits - 1)) return false;
        unsigned digit = 0;
        if (divisor < power_of_ten(max_digits - 1)) {
            const Magnitude tenfold = remainder * 10;
            if (tenfold >> 64 == 0 && divisor >> 64 == 0) {
                digit = static_cast<unsigned>(static_cast<std::uint64_t>(tenfold) / static_cast<std::uint64_t>(divisor));
                remainder = static_cast<std::uint64_t>(tenfold) % static_cast<std::uint64_t>(divisor);
            } else {
                digit = static_cast<unsigned>(tenfold / divisor);
                remainder = tenfold % divisor;
            }
        } else {
            // Ten times the remainder may leave 128 bits: 10r = 2(2(2r) + r), reduced after each step.
            const Magnitude once = remainder;
            const auto reduce = [&] {
                if (remainder >= divisor) {
                    remainder -= divisor;
                    ++digit;
                }
            };
            const auto twice = [&] {
                digit *= 2;
                remainder *= 2;
                reduce();
            };
            twice();
            twice();
            remainder += once;
            reduce();
            twice();
        }
        quotient = quotient * 10 + digit;
        return true;
    }
};

// The remainder alone may be wanted where the quotient would not fit.
Magnitude scaled_remainder(Magnitude dividend, std::int32_t places, Magnitude divisor) {
    LongDivision division(dividend, divisor);
    while (places-- > 0) {
        division.quotient = 0;
        division.next();
    }
    return division.remainder;
}

}  // namespace

std::optional<Decimal> read_decimal(std::string_view text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    const bool negative = at != end && *at == '-';
    if (negative) ++at;
    const auto is_digit = [&] { return at != end && *at >= '0' && *at <= '9'; };
    Magnitude digits = 0;
    const auto take = [&] {
        if (digits >= power_of_ten(max_digits - 1)) return false;
        digits = digits * 10 + static_cast<unsigned>(*at++ - '0');
        return true;
    };
    if (!is_digit()) return std::nullopt;
    while (is_digit())
        if (!take()) return std::nullopt;
    std::int32_t scale = 0;
    if (at != end) {
        if (*at++ != '.' || !is_digit()) return std::nullopt;
        while (is_digit())
            if (++scale > max_digits || !take()) return std::nullopt;
    }
    if (at != end) return std::nullopt;
    return Decimal{with_sign(negative, digits), scale};
}

namespace {

// The last two digits of `digits`, which are taken away from it.
void put_pair(char* at, std::uint64_t& digits) {
    static constexpr auto pairs = [] {
        std::array<char, 200> list{};
        for (std::size_t n = 0; n < 100; ++n) {
            list[2 * n] = static_cast<char>('0' + n / 10);
            list[2 * n + 1] = static_cast<char>('0' + n % 10);
        }
        return list;
    }();
    std::memcpy(at, pairs.data() + 2 * (digits % 100), 2);
    digits /= 100;
}
std::int32_t count_digits(std::uint64_t value) {
    const std::int32_t bits = 64 - __builtin_clzll(value | 1), about = bits * 1233 >> 12;  // 1233 / 4096: log10(2)
    return about + (value >= static_cast<std::uint64_t>(power_of_ten(about)));
}

// From the end to the beginning, two digits at a time.
char* write_magnitude(char* out, std::uint64_t digits, std::int32_t scale) {
    char* at = out + std::max(count_digits(digits), scale + 1);
    char* const end = scale > 0 ? at + 1 : at;
    if (scale > 0) {
        at = end;
        for (; scale > 1; scale -= 2) put_pair(at -= 2, digits);
        if (scale == 1) {
            *--at = static_cast<char>('0' + digits % 10);
            digits /= 10;
        }
        *--at = '.';
    }
    while (digits >= 10) put_pair(at -= 2, digits);
    if (at != out) *--at = static_cast<char>('0' + digits);
    return end;
}

[[gnu::noinline]] char* write_wide(char* out, Magnitude digits, std::int32_t scale) {
    constexpr std::int32_t chunk_digits = 19;
    constexpr Magnitude chunk = power_of_ten(chunk_digits);
    char buffer[40];
    char* const end = buffer + sizeof buffer;
    char* at = end;
    for (; digits >> 64 != 0; digits /= chunk) {
        auto part = static_cast<std::uint64_t>(digits % chunk);
        for (std::int32_t n = 0; n < chunk_digits / 2; ++n) put_pair(at -= 2, part);
        *--at = static_cast<char>('0' + part);
    }
    at -= count_digits(static_cast<std::uint64_t>(digits));
    write_magnitude(at, static_cast<std::uint64_t>(digits), 0);
    auto count = static_cast<std::int32_t>(end - at);
    for (; count <= scale; ++count) *--at = '0';
    for (; count > scale; --count) *out++ = *at++;
    if (scale > 0) {
        *out++ = '.';
        while (at != end) *out++ = *at++;
    }
    return out;
}

}  // namespace

char* write_decimal(char* out, const Decimal& value) {
    if (value.digits < 0) *out++ = '-';
    const Magnitude digits = magnitude_of(value.digits);
    return digits >> 64 == 0 ? write_magnitude(out, static_cast<std::uint64_t>(digits), value.scale) : write_wide(out, digits, value.scale);
}

std::string to_text(const Decimal& value) {
    char buffer[48];
    return {buffer, write_decimal(buffer, value)};
}

int compare(const Decimal& a, const Decimal& b) {
    const auto order = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
    if (a.scale == b.scale) return order(a.digits, b.digits);
    const std::int32_t apart = a.scale - b.scale;
    if (is_small(a.digits) && is_small(b.digits) && apart >= -18 && apart <= 18) {
        return apart > 0 ? order(a.digits, b.digits * static_cast<Digits>(power_of_ten(apart)))
                         : order(a.digits * static_cast<Digits>(power_of_ten(-apart)), b.digits);
    }
    const Digits unit_a = static_cast<Digits>(power_of_ten(a.scale)), unit_b = static_cast<Digits>(power_of_ten(b.scale));
    if (const int whole = order(a.digits / unit_a, b.digits / unit_b)) return whole;
    return order(a.digits % unit_a * static_cast<Digits>(power_of_ten(max_digits - a.scale)),
                 b.digits % unit_b * static_cast<Digits>(power_of_ten(max_digits - b.scale)));
}

namespace {

std::optional<Decimal> add_slowly(Decimal a, Decimal b) {
    if (a.scale > b.scale) std::swap(a, b);
    for (;;) {
        // The sum fits only if both magnitudes at the common scale are below 2 * 10^38, which 128 bits hold.
        const Magnitude up = power_of_ten(b.scale - a.scale);
        const Magnitude left = magnitude_of(a.digits), right = magnitude_of(b.digits);
        if (left <= 2 * beyond / up) {
            const Magnitude scaled = left * up;
            const bool same_sign = (a.digits < 0) == (b.digits < 0);
            const Magnitude sum = same_sign ? scaled + right : scaled > right ? scaled - right : right - scaled;
            const bool negative = same_sign || scaled > right ? a.digits < 0 : b.digits < 0;
            if (sum < beyond) return Decimal{with_sign(negative, sum), b.scale};
            if (a.scale == b.scale) return fitted(negative, sum, b.scale);
        }
        if (b.scale == a.scale || b.digits % 10 != 0) return std::nullopt;
        b.digits /= 10;  // a zero behind the point stands in the way
        --b.scale;
    }
}

}  // namespace

std::optional<Decimal> add(const Decimal& a, const Decimal& b) {
    if (is_small(a.digits) && is_small(b.digits)) [[likely]] {
        const std::int32_t apart = a.scale - b.scale;
        if (apart == 0) return Decimal{a.digits + b.digits, a.scale};
        if (apart > 0 && apart <= 18) return Decimal{a.digits + b.digits * static_cast<std::int64_t>(power_of_ten(apart)), a.scale};
        if (apart < 0 && apart >= -18) return Decimal{a.digits * static_cast<std::int64_t>(power_of_ten(-apart)) + b.digits, b.scale};
    }
    return add_slowly(a, b);
}

std::optional<Decimal> subtract(const Decimal& a, const Decimal& b) {
    return add(a, Decimal{-b.digits, b.scale});
}

std::optional<Decimal> multiply(const Decimal& a, const Decimal& b) {
    std::int32_t scale = a.scale + b.scale;
    // The product of any two 64-bit numbers is below 10^38.
    if (is_small(a.digits) && is_small(b.digits) && scale <= max_digits) [[likely]] return Decimal{a.digits * b.digits, scale};

    const bool negative = (a.digits < 0) != (b.digits < 0);
    const Magnitude x = magnitude_of(a.digits), y = magnitude_of(b.digits);
    const auto low = [](Magnitude part) { return static_cast<Magnitude>(static_cast<std::uint64_t>(part)); };
    const Magnitude ll = low(x) * low(y), lh = low(x) * (y >> 64), hl = (x >> 64) * low(y), hh = (x >> 64) * (y >> 64);
    const Magnitude middle = (ll >> 64) + low(lh) + low(hl);
    Magnitude above = hh + (lh >> 64) + (hl >> 64) + (middle >> 64);
    Magnitude below = middle << 64 | low(ll);
    while (above != 0) {  // 256 bits divided by ten, as long as that leaves no remainder
        if (scale == 0) return std::nullopt;
        Magnitude rest = above % 10;
        above /= 10;
        Magnitude part = rest << 64 | below >> 64;
        const Magnitude upper = part / 10;
        rest = part % 10;
        part = rest << 64 | low(below);
        if (part % 10 != 0) return std::nullopt;
        below = upper << 64 | part / 10;
        --scale;
    }
    return fitted(negative, below, scale);
}

std::optional<Decimal> divide(const Decimal& a, const Decimal& b) {
    if (b.digits == 0) return std::nullopt;
    const bool negative = (a.digits < 0) != (b.digits < 0);
    LongDivision division(magnitude_of(a.digits), magnitude_of(b.digits));
    std::int32_t scale = a.scale - b.scale;
    for (; scale < 0; ++scale)
        if (!division.next()) return std::nullopt;
    const std::int32_t places = std::max({a.scale, b.scale, std::int32_t{16}});
    std::optional<LongDivision> at_places;
    for (;;) {
        if (division.remainder == 0) return Decimal{with_sign(negative, division.quotient), scale};
        if (scale == places) at_places = division;
        if (scale == max_digits || !division.next()) break;
        ++scale;
    }
    if (!at_places) return std::nullopt;
    const Magnitude twice = at_places->remainder * 2;
    const bool up = twice > at_places->divisor || (twice == at_places->divisor && at_places->quotient % 2 != 0);
    return fitted(negative, at_places->quotient + (up ? 1 : 0), places);
}

std::optional<Decimal> floor_divide(const Decimal& a, const Decimal& b) {
    if (b.digits == 0) return std::nullopt;
    const bool negative = (a.digits < 0) != (b.digits < 0);
    const Magnitude dividend = magnitude_of(a.digits);
    Magnitude divisor = magnitude_of(b.digits), quotient = 0;
    bool rest = false;
    if (a.scale <= b.scale) {
        LongDivision division(dividend, divisor);
        for (std::int32_t i = a.scale; i < b.scale; ++i)
            if (!division.next()) return std::nullopt;
        quotient = division.quotient;
        rest = division.remainder != 0;
    } else if (const Magnitude up = power_of_ten(a.scale - b.scale); divisor > beyond / up) {
        rest = dividend != 0;  // the divisor is larger than any dividend
    } else {
        divisor *= up;
        quotient = dividend / divisor;
        rest = dividend % divisor != 0;
    }
    return fitted(negative, quotient + (negative && rest ? 1 : 0), 0);
}

std::optional<Decimal> modulo(const Decimal& a, const Decimal& b) {
    if (b.digits == 0) return std::nullopt;
    const Magnitude dividend = magnitude_of(a.digits), divisor = magnitude_of(b.digits);
    Magnitude rest = dividend;
    const std::int32_t scale = std::max(a.scale, b.scale);
    if (a.scale <= b.scale) {
        rest = scaled_remainder(dividend, b.scale - a.scale, divisor);
    } else if (const Magnitude up = power_of_ten(a.scale - b.scale); divisor <= beyond / up) {
        rest = dividend % (divisor * up);
    }
    if (rest == 0 || (a.digits < 0) == (b.digits < 0)) return Decimal{with_sign(b.digits < 0, rest), scale};
    return add(b, Decimal{with_sign(b.digits >= 0, rest), scale});
}

Decimal round_to(const Decimal& value, std::int32_t places, Rounding mode) {
    if (value.scale <= places) {  // exactly `places` places, as far as 38 digits go
        Decimal out = value;
        const Magnitude digits = magnitude_of(value.digits);
        while (out.scale < places && out.scale < max_digits && magnitude_of(out.digits) < power_of_ten(max_digits - 1)) {
            out.digits *= 10;
            ++out.scale;
        }
        return digits == 0 ? Decimal{0, std::min(places, max_digits)} : out;
    }
    const bool negative = value.digits < 0;
    const Magnitude digits = magnitude_of(value.digits);
    const std::int64_t dropped = std::int64_t{value.scale} - places;
    const bool all = dropped > max_digits;  // even the first digit is below half of the unit
    const Magnitude unit = all ? beyond : power_of_ten(static_cast<std::int32_t>(dropped));
    const Magnitude whole = all ? 0 : digits / unit, rest = all ? digits : digits % unit;
    const int half = all ? -1 : rest < unit / 2 ? -1 : rest > unit / 2 ? 1 : 0;
    bool away = false;
    switch (mode) {
        case Rounding::half_even: away = half > 0 || (half == 0 && whole % 2 != 0); break;
        case Rounding::half_up: away = half >= 0; break;
        case Rounding::down: break;
        case Rounding::up: away = rest != 0; break;
        case Rounding::floor: away = rest != 0 && negative; break;
        case Rounding::ceiling: away = rest != 0 && !negative; break;
    }
    Magnitude out = whole + (away ? 1 : 0);
    if (places >= 0) return {with_sign(negative, out), places};
    // A unit beyond 10^38 can't be written; the largest one stands for it.
    return {with_sign(negative, out * power_of_ten(std::min(-places, max_digits))), 0};
}

double to_double(const Decimal& value) {
    static constexpr double exact[] = {1,    1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                       1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
    constexpr Digits whole = Digits{1} << 53;
    if (value.digits <= whole && value.digits >= -whole && value.scale <= 22)  // one rounding of two exact operands
        return static_cast<double>(static_cast<std::int64_t>(value.digits)) / exact[value.scale];
    char buffer[48];
    double out = 0;
    std::from_chars(buffer, write_decimal(buffer, value), out);
    return out;
}

std::optional<std::int64_t> to_int(const Decimal& value) {
    const Digits unit = static_cast<Digits>(power_of_ten(value.scale));
    const Digits whole = value.digits / unit;
    if (whole * unit != value.digits || !is_small(whole)) return std::nullopt;
    return static_cast<std::int64_t>(whole);
}

Decimal decimal_of(std::int64_t value) {
    return {value, 0};
}

}  // namespace weir
