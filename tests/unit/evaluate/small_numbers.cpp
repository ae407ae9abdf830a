// The quick ways of numbers against the slow ones, which know all numbers.
#include "engine/evaluate/small_numbers.hpp"

#include <doctest/doctest.h>

#include <random>

#include "engine/evaluate/numbers.hpp"
#include "text.hpp"

using namespace weir;
using plan::Op;

namespace {

struct Numbers {
    std::mt19937_64 random{7};
    Arena arena;
    std::vector<std::string> texts;

    std::uint64_t below(std::uint64_t count) { return random() % count; }
    // All lengths, and many neighbours of the limits.
    std::int64_t digits() {
        constexpr std::int64_t limits[] = {INT64_MAX, INT64_MIN, 0, 1, 1'000'000'000'000'000'000, 3'037'000'500, INT64_MAX / 10, INT64_MIN / 100};
        if (below(3) != 0) return static_cast<std::int64_t>(random()) >> below(64);
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(limits[below(std::size(limits))]) + below(5) - 2);
    }
    Value next() {
        switch (below(4)) {
            case 0: return Value::integer(digits());
            case 1: return Value::decimal({digits(), static_cast<std::int32_t>(below(39))}, arena);
            case 2: return Value::decimal({Decimal::Digits{digits()} * static_cast<std::int64_t>(below(1000)), static_cast<std::int32_t>(below(5))}, arena);
            default: {
                std::string text = below(2) == 0 ? "-" : "";
                for (std::uint64_t n = below(12) + 1; n > 0; --n) text += static_cast<char>('0' + below(10));
                if (below(2) == 0) text += '.';
                if (text.back() == '.')
                    for (std::uint64_t n = below(10) + 1; n > 0; --n) text += static_cast<char>('0' + below(10));
                if (below(20) == 0) text += "e1";
                return Value::number_text({arena.copy(text), text.size()});
            }
        }
    }
};

bool same(const Value& a, const Value& b) { return a.head == b.head && a.i == b.i; }

// Nothing of the quick ways in it.
bool slowly(Op op, const Value& a, const Value& b, Arena& arena, Value& out) {
    Number left, right, result;
    const char* why = nullptr;
    if (!read_number_slowly(a, arena, left, why) || !read_number_slowly(b, arena, right, why) || !calculate(op, left, right, result, why)) return false;
    out = write_number(result, arena);
    return true;
}

template <Op op> void compare_ways(Numbers& numbers, int& quick) {
    for (int round = 0; round < 60000; ++round) {
        if (round % 1000 == 0) numbers.arena.reset();
        const Value a = numbers.next(), b = numbers.next();
        Value left, right, result, expected;
        const bool slow = slowly(op, a, b, numbers.arena, expected);
        if (read_small(a, left) && read_small(b, right) && calculate_small<op>(left, right, result)) {
            ++quick;
            REQUIRE(slow);
            REQUIRE(same(result, expected));
        } else if (slow && expected.kind() != Kind::real && a.kind() != Kind::number_text && b.kind() != Kind::number_text) {
            // Only what leaves 64 bits on its way is left to the slow ways.
            const auto wide = [](const Value& value) { return value.kind() == Kind::decimal && value.flag(); };
            const auto far = [](const Value& value) { return value.i > 1'000'000'000 || value.i < -1'000'000'000 || value.head >> 16 > 9; };
            REQUIRE((wide(a) || wide(b) || far(a) || far(b)));
        }
    }
}

}  // namespace

TEST_CASE("small numbers: the quick ways give what the slow ones give") {
    Numbers numbers;
    int sums = 0, differences = 0, products = 0;
    compare_ways<Op::add>(numbers, sums);
    compare_ways<Op::subtract>(numbers, differences);
    compare_ways<Op::multiply>(numbers, products);
    CHECK(sums > 10000);
    CHECK(differences > 10000);
    CHECK(products > 10000);
}

TEST_CASE("small numbers are read from their text as all numbers are") {
    Numbers numbers;
    int read = 0;
    for (int round = 0; round < 100000; ++round) {
        if (round % 1000 == 0) numbers.arena.reset();
        const Value text = numbers.next();
        if (text.kind() != Kind::number_text) continue;
        Value small, computed;
        const char* why = nullptr;
        const bool known = compute_number(text, numbers.arena, computed, why);
        if (read_small(text, small)) {
            ++read;
            REQUIRE(known);
            REQUIRE(same(small, computed));
        } else {
            REQUIRE((text.length() > 18 || text.text().find('e') != std::string_view::npos));
        }
    }
    CHECK(read > 10000);
    const auto reads = [](const Value& value) {
        Value out;
        return read_small(value, out);
    };
    for (const char* text : {"0", "-0", "-0.00", "999999999999999999", "-99999999999999999", "0.0000000000000001", "-1.5"}) CHECK(reads(Value::number_text(text)));
    for (const char* text : {"", "1e5", "1E5", "1.5e0", "1000000000000000000", "-999999999999999999", "12345678901234567.8"}) CHECK_FALSE(reads(Value::number_text(text)));
    CHECK_FALSE(reads(Value()));
    CHECK_FALSE(reads(Value::null()));
    CHECK_FALSE(reads(Value::string("1")));
    CHECK_FALSE(reads(Value::boolean(true)));
    CHECK_FALSE(reads(Value::real(1)));
    CHECK_FALSE(reads(Value::nanoseconds(Kind::duration, 1)));
    Arena arena;
    CHECK_FALSE(reads(Value::decimal({1, 2}, arena, Kind::percent)));
    CHECK_FALSE(reads(Value::decimal(*read_decimal("9223372036854775808"), arena)));
    CHECK(reads(Value::decimal(*read_decimal("9223372036854775807"), arena)));
}

TEST_CASE("sums go on where small numbers end, and say what is wrong as they always did") {
    const auto sum = [](const char* items) { return test::evaluate_text("body.map(x -> x).sum()", items); };
    CHECK(sum("[]") == "0");
    CHECK(sum("[5]") == "5");
    CHECK(sum("[2.50]") == "2.50");
    CHECK(sum("[1,2.5,-0.25]") == "3.25");
    CHECK(sum("[0.1,0.20,0.300]") == "0.600");
    CHECK(sum("[9223372036854775807,0]") == "9223372036854775807");
    CHECK(sum("[9223372036854775807,1]") == "! `sum`: the result is beyond the 64 bits of an int: decimal(x) computes with 38 digits @ ");
    CHECK(sum("[9223372036854775807,1.0,1]") == "9223372036854775809.0");
    CHECK(sum("[1,9223372036854775807.5,1]") == "9223372036854775809.5");
    CHECK(sum("[1,0.00000000000000000000000000000000000001]") == "! `sum`: the result needs more than 38 digits @ ");
    CHECK(sum("[0.5,0.00000000000000000000000000000000000001]") == "0.50000000000000000000000000000000000001");
    CHECK(sum("[99999999999999999999999999999999999999,1]") == "! `sum`: the result needs more than 38 digits @ ");
    CHECK(sum("[1.5e0,2e0]") == "3.5e0");
    CHECK(sum("[1.5e0]") == "1.5e0");
    CHECK(sum("[1,1.5e0]") == "! `sum`: decimals and doubles don't mix: double(x) or decimal(x) says which is meant @ ");
    CHECK(sum("[1.5e0,1]") == "! `sum`: decimals and doubles don't mix: double(x) or decimal(x) says which is meant @ ");
    CHECK(sum("[1,\"x\",2]") == "! `sum`: item 1 is a string and no number @ ");
    CHECK(sum("[null]") == "! `sum`: item 0 is null and no number @ ");
    CHECK(sum("[1,1e999]") == "! `sum`: item 1: the number is beyond the range of a double @ ");
    const auto average = [](const char* items) { return test::evaluate_text("body.map(x -> x).average()", items); };
    CHECK(average("[]") == "null");
    CHECK(average("[1,2.5]") == "1.75");
    CHECK(average("[1e0,2e0]") == "1.5e0");
    CHECK(average("[9223372036854775807,9223372036854775807.0]") == "9223372036854775807.0");
}

TEST_CASE("the other case, for texts of every length") {
    for (std::size_t length = 0; length < 70; ++length) {
        std::string text, upper, lower;
        for (std::size_t n = 0; n < length; ++n) {
            const auto c = static_cast<char>(' ' + (n * 7 + length) % 95);
            if (c == '"' || c == '\\') continue;
            text += c;
            upper += c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
            lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        }
        REQUIRE(test::evaluate_text("body.upper()", '"' + text + '"') == '"' + upper + '"');
        REQUIRE(test::evaluate_text("body.lower()", '"' + text + '"') == '"' + lower + '"');
    }
    CHECK(test::evaluate_text("body.upper()", "\"größe zzz {|}~ @[`\"") == "\"GRößE ZZZ {|}~ @[`\"");
}
