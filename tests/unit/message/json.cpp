#include "engine/message/json.hpp"

#include <doctest/doctest.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cmath>

#include "tests/unit/message/json_samples.hpp"

using namespace weir;

namespace {

struct Read {
    sample::Padded padded;
    Arena arena;
    JsonReader reader;
    Value tree;
    bool good;
    explicit Read(std::string_view text, unsigned depth = JsonReader::default_depth) : padded(text) { good = reader.read(padded.text(), arena, tree, depth); }
};

std::string written(const Value& value) {
    std::string out;
    write_json(out, value);
    return out;
}

std::string nested(std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
}

struct Refusal {
    const char* text;
    std::size_t at;
    const char* what;
};

}  // namespace

TEST_CASE("a refusal says where and why") {
    const Refusal refusals[] = {
        {"", 0, "the text ends too early"},
        {"  ", 2, "the text ends too early"},
        {"[1,2", 4, "the text ends too early"},
        {"{\"a\":", 5, "the text ends too early"},
        {"\"abc", 4, "the text ends too early"},
        {"\"abc\\", 5, "the text ends too early"},
        {"{\"a\" 1}", 5, "a `:` belongs behind the key"},
        {"{a:1}", 1, "a key in quotes belongs here"},
        {"{\"a\":1,}", 7, "a key in quotes belongs here"},
        {"[1 2]", 3, "a `,` or `]` belongs here"},
        {"{\"a\":1]", 6, "a `,` or `}` belongs here"},
        {"[1,]", 3, "here stands no JSON value"},
        {"[nul]", 1, "here stands no JSON value"},
        {"1 2", 2, "something stands behind the value"},
        {"01", 1, "something stands behind the value"},
        {"[-]", 2, "a digit belongs here"},
        {"[1.]", 3, "a digit belongs behind the point"},
        {"[1e+]", 4, "a digit belongs into the exponent"},
        {"[\"a\nb\"]", 3, "a control character in a string has to be escaped"},
        {"[\"\\t a\nb\"]", 6, "a control character in a string has to be escaped"},
        {"[\"a\\x\"]", 3, "no such escape in JSON"},
        {"[\"\\u12g4\"]", 2, "four hexadecimal digits belong behind \\u"},
        {"[\"ab\\ud800\"]", 4, "half of a surrogate pair"},
        {"[\"ab\\ud800\\u0041\"]", 4, "half of a surrogate pair"},
        {"[\"ab\\udc00\"]", 4, "half of a surrogate pair"},
        {"[\"ab\xff\"]", 4, "the text is not UTF-8"},
        {"[\"\\n\xc3\xa4\xed\xa0\x80\"]", 6, "the text is not UTF-8"},
    };
    for (const Refusal& each : refusals) {
        CAPTURE(each.text);
        const Read read(each.text);
        CHECK_FALSE(read.good);
        CHECK(std::string(read.reader.error().what) == each.what);
        CHECK(read.reader.error().at == each.at);
    }
}

TEST_CASE("depth is limited, and the limit is exact") {
    CHECK(Read(nested(64)).good);
    const Read deeper(nested(65));
    CHECK_FALSE(deeper.good);
    CHECK(std::string(deeper.reader.error().what) == "nested too deeply");
    CHECK(deeper.reader.error().at == 64);
    CHECK(Read(nested(256), 256).good);
    CHECK_FALSE(Read("{\"a\":[]}", 1).good);
    CHECK(Read("[{},[],{},[]]", 2).good);
    CHECK_FALSE(Read(std::string(100000, '[')).good);
}

TEST_CASE("what isn't computed with stays as it came") {
    for (const char* text : {"1.50", "-0", "-0.0", "1E+2", "1e400", "123456789012345678901234567890123456789012345678901234567890.10", "0.10e-7", "100000000000000000000"}) {
        const Read read(text);
        REQUIRE(read.good);
        CHECK(read.tree.kind() == Kind::number_text);
        CHECK(written(read.tree) == text);
    }
    const Read twice(R"({"a":1,"b":2,"a":3})");
    REQUIRE(twice.good);
    CHECK(written(twice.tree) == R"({"a":1,"b":2,"a":3})");
    CHECK(twice.tree.find("a")->text() == "3");  // the last counts
    CHECK(twice.tree.find("c") == nullptr);
}

TEST_CASE("strings without escapes are views, others are not") {
    const Read read(R"(["plain","esc\u0061ped"])");
    REQUIRE(read.good);
    CHECK(read.tree.a[0].s == read.padded.text().data() + 2);
    CHECK(read.tree.a[1].text() == "escaped");
    CHECK(Read("\xEF\xBB\xBF{}").good);
    CHECK_FALSE(Read("{}\xEF\xBB\xBF").good);
}

TEST_CASE("a reader is used again after a failure") {
    sample::Texts texts(5);
    JsonReader reader;
    Arena arena;
    for (int i = 0; i < 500; ++i) {
        const std::string good = texts.next();
        Value tree;
        const sample::Padded bad(texts.broken(good) + "]"), again(good);
        arena.reset();
        reader.read(bad.text(), arena, tree);
        REQUIRE(reader.read(again.text(), arena, tree));
    }
    // Wide arrays and objects make the stacks grow in the middle of a read.
    std::string wide = "[";
    for (int i = 0; i < 3000; ++i) wide += "[" + std::to_string(i) + ",{\"k" + std::to_string(i) + "\":[0]}],";
    wide += "{";
    for (int i = 0; i < 3000; ++i) wide += (i != 0 ? ",\"" : "\"") + std::to_string(i) + "\":{\"x\":[" + std::to_string(i) + "]}";
    wide += "}]";
    const sample::Padded padded(wide);
    Value tree;
    REQUIRE(reader.read(padded.text(), arena, tree));
    CHECK(written(tree) == wide);
}

TEST_CASE("the language's values as JSON") {
    Arena arena;
    const auto decimal = [&](const char* text, Kind kind = Kind::decimal) { return Value::decimal(read_decimal(text).value(), arena, kind); };
    CHECK(written(Value()) == "null");
    CHECK(written(Value::null()) == "null");
    CHECK(written(Value::boolean(true)) == "true");
    CHECK(written(Value::integer(INT64_MIN)) == "-9223372036854775808");
    CHECK(written(decimal("2.50")) == "2.50");
    CHECK(written(decimal("-0.00000000000000000000000000000000000001")) == "-0.00000000000000000000000000000000000001");
    CHECK(written(decimal("99999999999999999999999999999999999999")) == "99999999999999999999999999999999999999");
    CHECK(written(decimal("20.5", Kind::percent)) == "\"20.5%\"");
    CHECK(written(Value::real(1.5)) == "1.5e0");
    CHECK(written(Value::real(-1e300)) == "-1e300");
    CHECK(written(Value::real(5e-324)) == "5e-324");
    CHECK(written(Value::real(0)) == "0e0");
    CHECK(written(Value::bytes(std::string_view("\x00\xff", 2))) == "\"AP8=\"");
    CHECK(written(Value::nanoseconds(Kind::timestamp, 0)) == "\"1970-01-01T00:00:00Z\"");
    CHECK(written(Value::nanoseconds(Kind::duration, 90'000'000'000)) == "\"90s\"");
    CHECK(written(Value::nanoseconds(Kind::size, 10'000'000)) == "\"10MB\"");
    CHECK(written(Value::rate(50, 1'000'000'000)) == "\"50/s\"");
    CHECK(written(Value::array(nullptr, 0)) == "[]");
    CHECK(written(Value::object(nullptr, 0)) == "{}");
}

TEST_CASE("strings of every length and with every byte are escaped alike") {
    JsonReader reader;
    Arena arena;
    const auto plainly = [](std::string_view text) {
        std::string out = "\"";
        for (const char c : text) {
            if (c == '"' || c == '\\') {
                out += '\\';
                out += c;
            } else if (c == '\n') {
                out += "\\n";
            } else if (c == '\t') {
                out += "\\t";
            } else if (c == '\r') {
                out += "\\r";
            } else if (c == '\b') {
                out += "\\b";
            } else if (c == '\f') {
                out += "\\f";
            } else if (static_cast<unsigned char>(c) < 0x20) {
                char buffer[8];
                std::snprintf(buffer, sizeof buffer, "\\u%04x", static_cast<unsigned>(c));
                out += buffer;
            } else {
                out += c;
            }
        }
        return out + "\"";
    };
    for (std::size_t length = 0; length < 200; length += length < 70 ? 1 : 13) {
        for (std::size_t at = 0; at <= length; at += 1 + length / 12) {
            for (const char special : {'x', '"', '\\', '\n', '\x01', '\x1f', '\x7f', '\b'}) {
                std::string content(length, 'a');
                for (std::size_t i = 0; i < length; ++i) content[i] = static_cast<char>('a' + i % 26);
                if (at < length) content[at] = special;
                const std::vector<char> exact(content.begin(), content.end());  // no byte to spare behind it
                const std::string out = written(Value::string({exact.data(), exact.size()}));
                if (out != plainly(content)) REQUIRE(out == plainly(content));
                arena.reset();
                const sample::Padded padded(out, '"');
                Value back;
                if (!reader.read(padded.text(), arena, back) || back.text() != content) REQUIRE(back.text() == content);
            }
        }
    }
    const std::string large = std::string(100000, 'y') + "\"" + std::string(5000, 'z') + "\n";
    CHECK(written(Value::string(large)) == plainly(large));
    const std::string clean(100000, 'y');
    CHECK(written(Value::string(clean)) == plainly(clean));
}

TEST_CASE("trees of any depth and width are written") {
    const std::size_t depth = 300000;
    std::vector<Value> levels(depth);
    for (std::size_t i = 1; i < depth; ++i) levels[i] = Value::array(&levels[i - 1], 1);
    CHECK(written(levels.back()) == std::string(depth - 1, '[') + "null" + std::string(depth - 1, ']'));
    std::vector<Member> chain(100);
    std::string expected = "1";
    for (std::size_t i = 0; i < chain.size(); ++i) {
        chain[i].key = Value::string("k");
        chain[i].value = i == 0 ? Value::integer(1) : Value::object(&chain[i - 1], 1);
        expected = "{\"k\":" + expected + "}";
    }
    CHECK(written(Value::object(&chain.back(), 1)) == expected);
    // Keys and values of every length side by side, across the edge of every buffer.
    for (std::size_t length = 0; length < 140; ++length) {
        const std::string key(length, 'k'), text(140 - length, 't'), number(length + 1, '7');
        std::vector<Member> members(120);
        std::string all = "{";
        for (std::size_t i = 0; i < members.size(); ++i) {
            members[i].key = Value::string(key);
            members[i].value = i % 2 == 0 ? Value::string(text) : Value::number_text(number);
            if (i != 0) all += ',';
            all += "\"" + key + "\":" + (i % 2 == 0 ? "\"" + text + "\"" : number);
        }
        REQUIRE(written(Value::object(members.data(), members.size())) == all + "}");
    }
}

TEST_CASE("a short text at the end of the memory is written without reading beyond it") {
    const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
    void* const two = mmap(nullptr, 2 * page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    REQUIRE(two != MAP_FAILED);
    char* const end = static_cast<char*>(two) + page;
    REQUIRE(mprotect(end, page, PROT_NONE) == 0);
    for (std::size_t length = 0; length <= 80; ++length) {
        std::string content;
        for (std::size_t i = 0; i < length; ++i) content += static_cast<char>('0' + i % 10);
        for (const std::size_t left : {0u, 1u, 2u, 8u, 15u, 16u}) {
            char* const at = end - length - left;
            std::memset(at, '"', length + left);  // what stands behind the text needs escapes, and is none of its business
            std::memcpy(at, content.data(), length);
            const Member member{Value::string({at, length}), Value::number_text({at, length})};
            const Value items[] = {Value::string({at, length}), Value::object(&member, 1)};
            REQUIRE(written(Value::array(items, 2)) == "[\"" + content + "\",{\"" + content + "\":" + content + "}]");
            if (length == 0) continue;
            at[length - 1] = '\n';
            REQUIRE(written(items[0]) == "\"" + content.substr(0, length - 1) + "\\n\"");
        }
    }
    munmap(two, 2 * page);
    CHECK(written(Value::string({})) == "\"\"");
}

TEST_CASE("texts that stand in quotes are written as they stand") {
    for (std::size_t length = 0; length < 100; ++length) {
        for (const std::string& kind : {std::string("k"), std::string("\u00e4"), std::string("\u20ac")}) {
            std::string text;
            while (text.size() < length) text += kind;
            std::string all = "[";
            for (int n = 0; n < 60; ++n) all += "{\"" + text + "\":\"" + text + "\",\"x\":[\"" + text + "\",1]},";
            all += '"' + text + "\"]";
            const Read read(all);
            REQUIRE(read.good);
            REQUIRE(read.tree.a[60].quoted());
            REQUIRE(read.tree.a[0].o[0].key.quoted());
            REQUIRE(written(read.tree) == all);
            // a part of it does not, whatever stands around
            const std::string_view part = read.tree.a[60].text().substr(0, text.size() / kind.size() / 2 * kind.size());
            REQUIRE(written(Value::string(part)) == '"' + std::string(part) + '"');
        }
    }
    for (const char* escaped : {R"("\u0041")", R"("a\n")", R"("\"")", R"("a text of more than sixteen bytes with a \\ in it")"}) {
        const Read read(escaped);
        REQUIRE(read.good);
        CHECK_FALSE(read.tree.quoted());
    }
    CHECK(written(Read(R"({"a\"b":"\u0041\n"})").tree) == R"({"a\"b":"A\n"})");
}

TEST_CASE("items of every kind at the edge of the buffer") {
    Arena arena;
    const Value scalars[] = {Value::integer(INT64_MIN),
                             Value::decimal(read_decimal("-0.00000000000000000000000000000000000001").value(), arena),
                             Value::null(),
                             Value::boolean(false),
                             Value::string("quote\" in it"),
                             Value::string("a text that is longer than sixteen bytes"),
                             Value::array(nullptr, 0),
                             Value::object(nullptr, 0),
                             Value::real(-1.5),
                             Value::nanoseconds(Kind::timestamp, 1)};
    const std::string texts[] = {"-9223372036854775808",
                                 "-0.00000000000000000000000000000000000001",
                                 "null",
                                 "false",
                                 "\"quote\\\" in it\"",
                                 "\"a text that is longer than sixteen bytes\"",
                                 "[]",
                                 "{}",
                                 "-1.5e0",
                                 "\"1970-01-01T00:00:00.000000001Z\""};
    for (std::size_t before = 3600; before < 4200; ++before) {
        const std::string filler(before, 'f');
        std::vector<Value> items{Value::string(filler)};
        std::string all = "[\"" + filler + "\"";
        for (std::size_t n = 0; n < 2 * std::size(scalars); ++n) {
            const std::size_t at = (before + n) % std::size(scalars);
            items.push_back(scalars[at]);
            all += ',' + texts[at];
        }
        REQUIRE(written(Value::array(items.data(), items.size())) == all + "]");
    }
}

TEST_CASE("the output is appended") {
    std::string out = "x=";
    write_json_string(out, "a\"b");
    out += ';';
    write_json(out, Value::integer(5));
    CHECK(out == "x=\"a\\\"b\";5");
}

TEST_CASE("a number becomes what its text says") {
    Arena arena;
    Value out;
    const char* why = nullptr;
    const auto compute = [&](std::string_view text) { return compute_number(Value::number_text(text), arena, out, why); };
    struct Case {
        const char* text;
        Kind kind;
        const char* shown;
    };
    for (const Case& each : {Case{"0", Kind::integer, "0"},
                             {"-0", Kind::integer, "0"},
                             {"-17", Kind::integer, "-17"},
                             {"999999999999999999", Kind::integer, "999999999999999999"},
                             {"9223372036854775807", Kind::integer, "9223372036854775807"},
                             {"-9223372036854775808", Kind::integer, "-9223372036854775808"},
                             {"9223372036854775808", Kind::decimal, "9223372036854775808"},
                             {"99999999999999999999999999999999999999", Kind::decimal, "99999999999999999999999999999999999999"},
                             {"1.50", Kind::decimal, "1.50"},
                             {"-0.05", Kind::decimal, "-0.05"},
                             {"1.0", Kind::decimal, "1.0"},
                             {"12345678901234567.8", Kind::decimal, "12345678901234567.8"},
                             {"1234567890123456789.05", Kind::decimal, "1234567890123456789.05"},
                             {"0.00000000000000000000000000000000000001", Kind::decimal, "0.00000000000000000000000000000000000001"},
                             {"1e0", Kind::real, "1e0"},
                             {"1.5E+3", Kind::real, "1.5e3"},
                             {"-2.5e-3", Kind::real, "-2.5e-3"},
                             {"1e-400", Kind::real, "0e0"},
                             {"4e-320", Kind::real, "4e-320"},
                             {"1.7976931348623157e308", Kind::real, "1.7976931348623157e308"}}) {
        CAPTURE(each.text);
        REQUIRE(compute(each.text));
        CHECK(out.kind() == each.kind);
        CHECK(written(out) == each.shown);
    }
    CHECK_FALSE(compute("123456789012345678901234567890123456789"));
    CHECK(std::string(why) == "the number has more than 38 digits");
    CHECK_FALSE(compute("0.000000000000000000000000000000000000001"));
    CHECK_FALSE(compute("1e309"));
    CHECK(std::string(why) == "the number is beyond the range of a double");
    for (const char* text : {"", "-", ".", ".5", "5.", "-.5", "1.2.3", "+5", "1e", "1e5x", "abc", "e5", "0x10", " 1", "1 "}) {
        CAPTURE(text);
        CHECK_FALSE(compute(text));  // settings and casts hand over texts that no reader has seen
        CHECK(std::string(why) == "this is not a number");
    }
    for (const char* text : {"inf", "-inf", "nan", "1e400"}) CHECK_FALSE(compute(text));
    CHECK(std::string(why) == "the number is beyond the range of a double");
}
