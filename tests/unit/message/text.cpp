#include "engine/message/text.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <random>

using namespace weir;

namespace {

constexpr std::int64_t second = 1'000'000'000;

template <class... Value>
std::string by(void (*write)(std::string&, Value...), Value... value) {
    std::string out;
    write(out, value...);
    return out;
}

}  // namespace

TEST_CASE("timestamps agree with the C library") {
    std::mt19937_64 random(1);
    for (int i = 0; i < 20000; ++i) {
        const auto at = static_cast<std::int64_t>(random());
        std::int64_t seconds = at / second, rest = at % second;
        if (rest < 0) {
            rest += second;
            --seconds;
        }
        const std::time_t time = seconds;
        std::tm parts{};
        gmtime_r(&time, &parts);
        char buffer[64];
        const std::size_t length = std::strftime(buffer, sizeof buffer, "%Y-%m-%dT%H:%M:%S", &parts);
        char fraction[32];
        std::snprintf(fraction, sizeof fraction, ".%09dZ", static_cast<int>(rest));
        const std::string expected = std::string(buffer, length) + fraction;
        REQUIRE(read_timestamp(expected) == at);
        const std::string out = by(write_timestamp, at);
        if (rest % 1000 != 0) REQUIRE(out == expected);
        REQUIRE(read_timestamp(out) == at);
        REQUIRE(read_timestamp(by(write_timestamp, seconds / 2 * second)) == seconds / 2 * second);
    }
}

TEST_CASE("forms of timestamps") {
    const std::int64_t noon = 1769853600 * second;  // 2026-01-31T10:00:00Z
    CHECK(by(write_timestamp, noon) == "2026-01-31T10:00:00Z");
    CHECK(by(write_timestamp, noon + 500'000'000) == "2026-01-31T10:00:00.500Z");
    CHECK(by(write_timestamp, noon + 1'000) == "2026-01-31T10:00:00.000001Z");
    CHECK(by(write_timestamp, noon + 1) == "2026-01-31T10:00:00.000000001Z");
    CHECK(by(write_timestamp, std::int64_t{-1}) == "1969-12-31T23:59:59.999999999Z");
    CHECK(by(write_timestamp, INT64_MIN) == "1677-09-21T00:12:43.145224192Z");
    CHECK(by(write_timestamp, INT64_MAX) == "2262-04-11T23:47:16.854775807Z");
    CHECK(read_timestamp("1677-09-21T00:12:43.145224192Z") == INT64_MIN);
    CHECK(read_timestamp("2262-04-11T23:47:16.854775807Z") == INT64_MAX);
    for (const char* text : {"2026-01-31T10:00:00Z", "2026-01-31T10:00Z", "2026-01-31t10:00:00z", "2026-01-31 10:00:00Z", "2026-01-31T11:00:00+01:00", "2026-01-31T04:30-05:30", "2026-01-31T10:00:00.000Z"})
        CHECK(read_timestamp(text) == noon);
    CHECK(read_timestamp("2024-02-29T00:00:00Z") == 1709164800 * second);
    CHECK(read_timestamp("1970-01-01T00:00:00.1234567899Z") == 123456789);
    for (const char* text : {"", "2026", "2026-01-31", "2026-01-31T10:00:00", "2026-01-31T10Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-01-32T00:00:00Z",
                             "2026-01-00T00:00:00Z", "2026-01-31T24:00:00Z", "2026-01-31T10:60:00Z", "2026-01-31T10:00:60Z", "2026-01-31T10:00:00.Z", "2026-01-31T10:00:00+1:00", "2026-01-31T10:00:00+0100", "2026-01-31T10:00:00+24:00",
                             "2026-01-31T10:00:00Z ", " 2026-01-31T10:00:00Z", "2263-01-01T00:00:00Z", "1677-09-21T00:12:43.145224191Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-1-31T10:00:00Z", "-026-01-31T10:00:00Z"})
        CHECK_FALSE(read_timestamp(text));
}

TEST_CASE("durations as people say them") {
    struct Case {
        std::int64_t nanoseconds;
        const char* text;
    };
    for (const Case& each : {Case{0, "0s"}, {90 * second, "90s"}, {60 * second, "1m"}, {5400 * second, "1h30m"}, {7200 * second, "2h"}, {86400 * second, "1d"}, {1'500'000'000, "1500ms"}, {2'500'000'000, "2s500ms"}, {125 * second, "2m5s"},
                             {-90 * second, "-90s"}, {1, "1ns"}, {1'500, "1500ns"}, {250'000, "250us"}, {INT64_MAX, "106751d23h47m16s854ms775us807ns"}, {INT64_MIN, "-106751d23h47m16s854ms775us808ns"}}) {
        CHECK(by(write_duration, each.nanoseconds) == each.text);
        CHECK(read_duration(each.text) == each.nanoseconds);
    }
    CHECK(read_duration("1w2d") == 9 * 86400 * second);
    CHECK(read_duration("2h30m") == 9000 * second);
    for (const char* text : {"", "-", "5", "s", "5 s", "5x", "1.5s", "5s ", "+5s", "--5s", "5s-3s", "5S", "106752d", "9223372036854775808ns", "99999999999999999999s", "5secs"}) {
        CAPTURE(text);
        CHECK_FALSE(read_duration(text));
    }
    std::mt19937_64 random(2);
    for (int i = 0; i < 20000; ++i) {
        const std::int64_t value = static_cast<std::int64_t>(random()) >> (random() % 60);
        REQUIRE(read_duration(by(write_duration, value)) == value);
        REQUIRE(read_size(by(write_size, value)) == value);
    }
}

TEST_CASE("sizes and rates") {
    struct Case {
        std::int64_t bytes;
        const char* text;
    };
    for (const Case& each : {Case{0, "0B"}, {10'000'000, "10MB"}, {1537, "1537B"}, {1024, "1KiB"}, {16 << 20, "16MiB"}, {1'000'000'000, "1GB"}, {-2000, "-2KB"}}) {
        CHECK(by(write_size, each.bytes) == each.text);
        CHECK(read_size(each.text) == each.bytes);
    }
    for (const char* text : {"", "10", "MB", "10mb", "10 MB", "1.5MB", "10MBs", "9223372036854775808B", "9999999999GiB"}) CHECK_FALSE(read_size(text));
    CHECK(by(write_rate, std::uint32_t{50}, second) == "50/s");
    CHECK(by(write_rate, std::uint32_t{100}, 300 * second) == "100/5m");
    CHECK(by(write_rate, std::uint32_t{1}, std::int64_t{250'000'000}) == "1/250ms");
}

TEST_CASE("base64 and hex") {
    struct Case {
        const char *bytes, *text;
    };
    for (const Case& each : {Case{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}, {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}}) {  // RFC 4648, 10
        CHECK(by(write_base64, std::string_view(each.bytes)) == each.text);
        CHECK(read_base64(each.text).value() == each.bytes);
    }
    for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "====", "Zh==", "Zm9=", "Zm9v\n", "Z-9v", "Zg==Zg==", "=Zg="}) {
        CAPTURE(text);
        CHECK_FALSE(read_base64(text));
    }
    std::mt19937_64 random(3);
    for (int i = 0; i < 2000; ++i) {
        std::string bytes(random() % 100, '\0');
        for (char& each : bytes) each = static_cast<char>(random());
        REQUIRE(read_base64(by(write_base64, std::string_view(bytes))).value() == bytes);
    }
    CHECK(by(write_hex, std::string_view("\x00\x7f\xff", 3)) == "007fff");
}

TEST_CASE("doubles come back bit by bit and never look like decimals") {
    std::mt19937_64 random(4);
    for (int i = 0; i < 20000; ++i) {
        double value;
        const std::uint64_t bits = random();
        std::memcpy(&value, &bits, sizeof value);
        if (!std::isfinite(value)) continue;
        const std::string text = by(write_real, value);
        const double back = std::strtod(text.c_str(), nullptr);
        REQUIRE(std::memcmp(&back, &value, sizeof back) == 0);
        REQUIRE(text.find('e') != text.npos);
    }
    CHECK(by(write_real, 1.0) == "1e0");
    CHECK(by(write_real, -0.0) == "-0e0");
    CHECK(by(write_real, 1e10) == "1e10");
    CHECK(by(write_real, 1.25e-7) == "1.25e-7");
    CHECK(by(write_real, 1e100) == "1e100");
    CHECK(by(write_real, std::numeric_limits<double>::infinity()) == "inf");
}

TEST_CASE("UTF-8 is judged by its definition") {
    // All code points, then everything that is near to one and isn't.
    for (std::uint32_t c = 1; c < 0x110000; c += c < 0x3000 ? 1 : 97) {
        std::string text;
        if (c < 0x80) {
            text = {static_cast<char>(c)};
        } else if (c < 0x800) {
            text = {static_cast<char>(0xC0 | c >> 6), static_cast<char>(0x80 | (c & 63))};
        } else if (c < 0x10000) {
            text = {static_cast<char>(0xE0 | c >> 12), static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
        } else {
            text = {static_cast<char>(0xF0 | c >> 18), static_cast<char>(0x80 | (c >> 12 & 63)), static_cast<char>(0x80 | (c >> 6 & 63)), static_cast<char>(0x80 | (c & 63))};
        }
        const bool surrogate = c >= 0xD800 && c < 0xE000;
        if (is_utf8(text) == surrogate) REQUIRE(is_utf8(text) == !surrogate);
        if (is_utf8("0123456789" + text + "abcdefghij") == surrogate) REQUIRE(is_utf8(text) == !surrogate);
        if (text.size() > 1 && is_utf8(std::string_view(text).substr(0, text.size() - 1))) REQUIRE_FALSE(is_utf8(std::string_view(text).substr(0, text.size() - 1)));
    }
    CHECK(is_utf8(""));
    CHECK(is_utf8(std::string_view("a\0b", 3)));
    for (const char* text : {"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "abcdefgh\xc3", "\xc3\xc3", "\xe2\x82z"})
        CHECK_FALSE(is_utf8(text));
}
