#include "engine/message/text.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

namespace weir {
namespace {

constexpr std::int64_t second = 1'000'000'000;

void put_integer(std::string& out, std::uint64_t value) {
    char buffer[24];
    out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

char* put_padded(char* to, std::uint64_t value, int width) {
    for (int i = width; i-- > 0; value /= 10) to[i] = static_cast<char>('0' + value % 10);
    return to + width;
}

// The magnitude of any 64-bit number, the least one included.
std::uint64_t magnitude(std::int64_t value) {
    return value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
}

std::optional<std::int64_t> with_sign(bool negative, std::uint64_t value) {
    const auto limit = static_cast<std::uint64_t>(INT64_MAX) + (negative ? 1 : 0);
    if (value > limit) return std::nullopt;
    return negative ? static_cast<std::int64_t>(0 - value) : static_cast<std::int64_t>(value);
}

// Days since 1970-01-01 and back, in the proleptic Gregorian calendar with years that begin in March.
std::int64_t days_of(std::int64_t year, unsigned month, unsigned day) {
    year -= month <= 2;
    const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
    const auto of_era = static_cast<unsigned>(year - era * 400);
    const unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + static_cast<std::int64_t>(of_era * 365 + of_era / 4 - of_era / 100 + of_year) - 719468;
}

struct Date {
    std::int64_t year;
    unsigned month, day;
};
Date date_of(std::int64_t days) {
    days += 719468;
    const std::int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    const auto of_era = static_cast<unsigned>(days - era * 146097);
    const unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    const unsigned shifted = (5 * of_year + 2) / 153;
    const unsigned month = shifted < 10 ? shifted + 3 : shifted - 9;
    return {era * 400 + year + (month <= 2), month, of_year - (153 * shifted + 2) / 5 + 1};
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// Takes exactly `width` digits from the front.
bool take_digits(std::string_view& text, std::size_t width, unsigned& out) {
    if (text.size() < width) return false;
    out = 0;
    for (std::size_t i = 0; i < width; ++i) {
        if (!is_digit(text[i])) return false;
        out = out * 10 + static_cast<unsigned>(text[i] - '0');
    }
    text.remove_prefix(width);
    return true;
}

bool take(std::string_view& text, char c) {
    if (text.empty() || text[0] != c) return false;
    text.remove_prefix(1);
    return true;
}

// Takes an integer of at least one digit that fits.
bool take_integer(std::string_view& text, std::uint64_t& out) {
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    if (error != std::errc{}) return false;
    text.remove_prefix(static_cast<std::size_t>(stop - text.data()));
    return true;
}

struct Unit {
    std::string_view name;
    std::int64_t of;
};
constexpr Unit duration_units[] = {{"w", 604800 * second}, {"d", 86400 * second}, {"h", 3600 * second}, {"m", 60 * second},
                                   {"s", second},          {"ms", 1'000'000},     {"us", 1'000},        {"ns", 1}};
constexpr Unit size_units[] = {{"GiB", std::int64_t{1} << 30}, {"GB", 1'000'000'000}, {"MiB", std::int64_t{1} << 20}, {"MB", 1'000'000},
                               {"KiB", 1024},                  {"KB", 1'000},         {"B", 1}};

}  // namespace

bool is_utf8(std::string_view text) {
    const auto* s = reinterpret_cast<const unsigned char*>(text.data());
    const unsigned char* const end = s + text.size();
    const auto follows = [](unsigned char c) { return (c & 0xC0) == 0x80; };
    for (;;) {
        while (end - s >= 8) {
            std::uint64_t word;
            std::memcpy(&word, s, sizeof word);
            if ((word & 0x8080808080808080u) != 0) break;
            s += 8;
        }
        while (s != end && *s < 0x80) ++s;
        if (s == end) return true;
        const auto left = end - s;
        const unsigned char c = *s;
        if (c < 0xC2) return false;
        if (c < 0xE0) {
            if (left < 2 || !follows(s[1])) return false;
            s += 2;
        } else if (c < 0xF0) {
            if (left < 3 || !follows(s[1]) || !follows(s[2])) return false;
            if ((c == 0xE0 && s[1] < 0xA0) || (c == 0xED && s[1] >= 0xA0)) return false;  // overlong; surrogates
            s += 3;
        } else {
            if (c > 0xF4 || left < 4 || !follows(s[1]) || !follows(s[2]) || !follows(s[3])) return false;
            if ((c == 0xF0 && s[1] < 0x90) || (c == 0xF4 && s[1] >= 0x90)) return false;  // overlong; beyond U+10FFFF
            s += 4;
        }
    }
}

void write_timestamp(std::string& out, std::int64_t nanoseconds) {
    std::int64_t seconds = nanoseconds / second, fraction = nanoseconds % second;
    if (fraction < 0) {
        fraction += second;
        --seconds;
    }
    std::int64_t days = seconds / 86400, of_day = seconds % 86400;
    if (of_day < 0) {
        of_day += 86400;
        --days;
    }
    const Date date = date_of(days);
    const auto time = static_cast<std::uint64_t>(of_day);
    char buffer[40];
    char* to = put_padded(buffer, static_cast<std::uint64_t>(date.year), 4);  // 64 bits of nanoseconds span 1677 to 2262
    *to++ = '-';
    to = put_padded(to, date.month, 2);
    *to++ = '-';
    to = put_padded(to, date.day, 2);
    *to++ = 'T';
    to = put_padded(to, time / 3600, 2);
    *to++ = ':';
    to = put_padded(to, time / 60 % 60, 2);
    *to++ = ':';
    to = put_padded(to, time % 60, 2);
    if (fraction != 0) {  // milliseconds, microseconds or nanoseconds, whichever says it all
        *to++ = '.';
        const auto rest = static_cast<std::uint64_t>(fraction);
        if (rest % 1'000'000 == 0) {
            to = put_padded(to, rest / 1'000'000, 3);
        } else if (rest % 1'000 == 0) {
            to = put_padded(to, rest / 1'000, 6);
        } else {
            to = put_padded(to, rest, 9);
        }
    }
    *to++ = 'Z';
    out.append(buffer, to);
}

std::optional<std::int64_t> read_timestamp(std::string_view text) {
    unsigned year, month, day, hour, minute, whole_second = 0;
    if (!take_digits(text, 4, year) || !take(text, '-') || !take_digits(text, 2, month) || !take(text, '-') || !take_digits(text, 2, day)) return std::nullopt;
    if (month < 1 || month > 12) return std::nullopt;
    static constexpr std::array<unsigned, 12> lengths{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (day < 1 || day > lengths[month - 1] + (leap && month == 2 ? 1 : 0)) return std::nullopt;
    if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
    if (!take_digits(text, 2, hour) || !take(text, ':') || !take_digits(text, 2, minute)) return std::nullopt;
    std::int64_t fraction = 0;
    if (take(text, ':')) {
        if (!take_digits(text, 2, whole_second)) return std::nullopt;
        if (take(text, '.')) {
            if (text.empty() || !is_digit(text[0])) return std::nullopt;
            std::int64_t unit = second / 10;
            for (; !text.empty() && is_digit(text[0]); text.remove_prefix(1), unit /= 10) fraction += unit * (text[0] - '0');  // beyond nanoseconds: cut
        }
    }
    if (hour > 23 || minute > 59 || whole_second > 59) return std::nullopt;
    std::int64_t offset = 0;
    if (!take(text, 'Z') && !take(text, 'z')) {
        const bool west = !text.empty() && text[0] == '-';
        if (!take(text, '-') && !take(text, '+')) return std::nullopt;
        unsigned hours, minutes;
        if (!take_digits(text, 2, hours) || !take(text, ':') || !take_digits(text, 2, minutes) || hours > 23 || minutes > 59) return std::nullopt;
        offset = static_cast<std::int64_t>(hours * 3600 + minutes * 60);
        if (west) offset = -offset;
    }
    if (!text.empty()) return std::nullopt;
    std::int64_t seconds = days_of(year, month, day) * 86400 + static_cast<std::int64_t>(hour * 3600 + minute * 60 + whole_second) - offset;
    if (seconds < 0 && fraction != 0) {  // so that the product alone does not leave the range
        ++seconds;
        fraction -= second;
    }
    std::int64_t out;
    if (__builtin_mul_overflow(seconds, second, &out) || __builtin_add_overflow(out, fraction, &out)) return std::nullopt;
    return out;
}

void write_duration(std::string& out, std::int64_t nanoseconds) {
    if (nanoseconds == 0) {
        out += "0s";
        return;
    }
    if (nanoseconds < 0) out += '-';
    std::uint64_t rest = magnitude(nanoseconds);
    bool begun = false;
    for (const Unit& unit : duration_units) {
        if (unit.name == "w") continue;  // 14d says more than 2w
        const auto of = static_cast<std::uint64_t>(unit.of);
        if (rest < of) continue;
        // 90s and 1500ms stay as people say them, 1h30m too.
        if (!begun && unit.of < 3600 * second && rest < 2 * of && rest % of != 0) continue;
        begun = true;
        put_integer(out, rest / of);
        out += unit.name;
        rest %= of;
    }
}

std::optional<std::int64_t> read_duration(std::string_view text) {
    const bool negative = take(text, '-');
    std::uint64_t total = 0;
    do {
        std::uint64_t count;
        if (!take_integer(text, count)) return std::nullopt;
        std::size_t length = 0;
        while (length < text.size() && text[length] >= 'a' && text[length] <= 'z') ++length;
        const std::string_view name = text.substr(0, length);
        text.remove_prefix(length);
        std::uint64_t of = 0;
        for (const Unit& unit : duration_units)
            if (unit.name == name) of = static_cast<std::uint64_t>(unit.of);
        if (of == 0 || __builtin_mul_overflow(count, of, &count) || __builtin_add_overflow(total, count, &total)) return std::nullopt;
    } while (!text.empty());
    return with_sign(negative, total);
}

void write_size(std::string& out, std::int64_t bytes) {
    if (bytes < 0) out += '-';
    const std::uint64_t count = magnitude(bytes);
    Unit best{"B", 1};
    for (const Unit& unit : size_units)  // the largest unit that leaves no rest
        if (count != 0 && count % static_cast<std::uint64_t>(unit.of) == 0 && unit.of > best.of) best = unit;
    put_integer(out, count / static_cast<std::uint64_t>(best.of));
    out += best.name;
}

std::optional<std::int64_t> read_size(std::string_view text) {
    const bool negative = take(text, '-');
    std::uint64_t count;
    if (!take_integer(text, count)) return std::nullopt;
    for (const Unit& unit : size_units) {
        if (unit.name != text) continue;
        if (__builtin_mul_overflow(count, static_cast<std::uint64_t>(unit.of), &count)) return std::nullopt;
        return with_sign(negative, count);
    }
    return std::nullopt;
}

void write_rate(std::string& out, std::uint32_t count, std::int64_t per_nanoseconds) {
    put_integer(out, count);
    out += '/';
    for (const Unit& unit : duration_units) {
        if (per_nanoseconds % unit.of != 0) continue;
        if (per_nanoseconds != unit.of) put_integer(out, magnitude(per_nanoseconds / unit.of));
        out += unit.name;
        return;
    }
}

void write_base64(std::string& out, std::string_view bytes) {
    static constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const std::size_t start = out.size();
    out.resize(start + (bytes.size() + 2) / 3 * 4);
    char* to = out.data() + start;
    const auto* s = reinterpret_cast<const unsigned char*>(bytes.data());
    std::size_t left = bytes.size();
    for (; left >= 3; left -= 3, s += 3) {
        const unsigned word = static_cast<unsigned>(s[0] << 16 | s[1] << 8 | s[2]);
        *to++ = alphabet[word >> 18];
        *to++ = alphabet[word >> 12 & 63];
        *to++ = alphabet[word >> 6 & 63];
        *to++ = alphabet[word & 63];
    }
    if (left != 0) {
        const unsigned word = static_cast<unsigned>(s[0] << 16 | (left == 2 ? s[1] << 8 : 0));
        *to++ = alphabet[word >> 18];
        *to++ = alphabet[word >> 12 & 63];
        *to++ = left == 2 ? alphabet[word >> 6 & 63] : '=';
        *to++ = '=';
    }
}

std::optional<std::string> read_base64(std::string_view text) {
    static constexpr auto values = [] {
        std::array<signed char, 256> out{};
        for (auto& each : out) each = -1;
        constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (std::size_t i = 0; i < alphabet.size(); ++i) out[static_cast<unsigned char>(alphabet[i])] = static_cast<signed char>(i);
        return out;
    }();
    if (text.size() % 4 != 0) return std::nullopt;
    std::size_t padding = 0;
    while (padding < 2 && !text.empty() && text.back() == '=') {
        text.remove_suffix(1);
        ++padding;
    }
    std::string out;
    out.reserve(text.size() / 4 * 3 + 2);
    unsigned word = 0, bits = 0;
    for (const char c : text) {
        const int value = values[static_cast<unsigned char>(c)];
        if (value < 0) return std::nullopt;
        word = word << 6 | static_cast<unsigned>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out += static_cast<char>(word >> bits);
            word &= (1u << bits) - 1;
        }
    }
    if (word != 0) return std::nullopt;  // bits that no byte has: two texts would mean the same bytes
    return out;
}

void write_hex(std::string& out, std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    const std::size_t start = out.size();
    out.resize(start + bytes.size() * 2);
    char* to = out.data() + start;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        *to++ = digits[byte >> 4];
        *to++ = digits[byte & 15];
    }
}

void write_real(std::string& out, double value) {
    char buffer[40];
    const std::string_view text{buffer, static_cast<std::size_t>(std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific).ptr - buffer)};
    const std::size_t exponent = text.find('e');
    if (exponent == text.npos) {  // inf, nan
        out += text;
        return;
    }
    out += text.substr(0, exponent + 1);
    std::string_view digits = text.substr(exponent + 1);
    if (digits[0] == '-') out += '-';
    digits.remove_prefix(1);
    while (digits.size() > 1 && digits[0] == '0') digits.remove_prefix(1);
    out += digits;
}

}  // namespace weir
