// Our reader and writer against another one's: both must take and refuse the same texts and see the same values in them.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/message/json_samples.hpp"

using namespace weir;

namespace {

// The numbers of a text as they stand in it, outside of strings.
std::vector<std::string> numbers_of(std::string_view text) {
    std::vector<std::string> out;
    for (std::size_t i = 0; i < text.size();) {
        if (text[i] == '"') {
            for (++i; text[i] != '"'; ++i)
                if (text[i] == '\\') ++i;
            ++i;
        } else if (text[i] == '-' || (text[i] >= '0' && text[i] <= '9')) {
            const std::size_t from = i;
            while (i < text.size() && std::string_view("+-.eE0123456789").find(text[i]) != std::string_view::npos) ++i;
            out.emplace_back(text.substr(from, i - from));
        } else {
            ++i;
        }
    }
    return out;
}

enum class Verdict { fine, refused, beyond_double };

Verdict other(std::string_view text, nlohmann::json& out) {
    try {
        out = nlohmann::json::parse(text);
        return Verdict::fine;
    } catch (const nlohmann::json::out_of_range&) {
        return Verdict::beyond_double;  // it computes numbers while it reads; we keep their text
    } catch (const nlohmann::json::exception&) {
        return Verdict::refused;
    }
}

struct Counts {
    int taken = 0, refused = 0;
};

void compare(const std::string& text, JsonReader& reader, Arena& arena, Counts& counts, char behind) {
    CAPTURE(text);
    CAPTURE(behind);
    arena.reset();
    const sample::Padded padded(text, behind);
    Value tree;
    const bool taken = reader.read(padded.text(), arena, tree);
    nlohmann::json theirs;
    const Verdict verdict = other(text, theirs);
    if (verdict == Verdict::beyond_double) return;
    if (taken != (verdict == Verdict::fine)) {
        INFO(reader.error().what);
        REQUIRE(taken == (verdict == Verdict::fine));
    }
    if (!taken) {
        ++counts.refused;
        REQUIRE(reader.error().at <= text.size());
        REQUIRE(std::string_view(reader.error().what).size() > 5);
        return;
    }
    ++counts.taken;
    std::string written;
    write_json(written, tree);
    CAPTURE(written);
    REQUIRE(nlohmann::json::parse(written) == theirs);
    REQUIRE(numbers_of(written) == numbers_of(text));
    std::string pretty;
    write_json_pretty(pretty, tree);
    REQUIRE(nlohmann::json::parse(pretty) == theirs);
    // What was written reads back and is written the same: nothing drifts from hop to hop.
    const sample::Padded again(written, behind);
    REQUIRE(reader.read(again.text(), arena, tree));
    std::string twice;
    write_json(twice, tree);
    REQUIRE(twice == written);
}

}  // namespace

TEST_CASE("random texts are read as another reader reads them") {
    sample::Texts texts(4711);
    JsonReader reader;
    Arena arena;
    Counts counts;
    for (int i = 0; i < 3000; ++i) compare(texts.next(), reader, arena, counts, sample::temptations[static_cast<unsigned>(i) % sample::temptations.size()]);
    CHECK(counts.taken == 3000);
}

TEST_CASE("broken texts are refused as another reader refuses them") {
    sample::Texts texts(815);
    JsonReader reader;
    Arena arena;
    Counts counts;
    for (int i = 0; i < 12000; ++i) compare(texts.broken(texts.next()), reader, arena, counts, sample::temptations[static_cast<unsigned>(i) % sample::temptations.size()]);
    MESSAGE("taken " << counts.taken << ", refused " << counts.refused);
    CHECK(counts.taken > 1000);
    CHECK(counts.refused > 5000);
}

TEST_CASE("every string of two bytes is judged alike") {
    JsonReader reader;
    Arena arena;
    Counts counts;
    for (unsigned i = 1; i < 0x10000; i += 3) {
        const char a = static_cast<char>(i >> 8), b = static_cast<char>(i);
        if (a == '\0' || b == '\0') continue;
        const std::string text = {'"', a, b, '"'};
        arena.reset();
        const sample::Padded padded(text);
        Value tree;
        CAPTURE(i);
        const bool theirs = nlohmann::json::accept(text);
        const bool ours = reader.read(padded.text(), arena, tree);
        if (ours != theirs) REQUIRE(ours == theirs);
        ++(ours ? counts.taken : counts.refused);
    }
    CHECK(counts.taken > 2000);
    CHECK(counts.refused > 10000);
}

TEST_CASE("every code unit that is escaped is judged alike") {
    JsonReader reader;
    Arena arena;
    for (unsigned i = 0; i < 0x10000; i += 7) {
        char text[20];
        std::snprintf(text, sizeof text, "\"%s\\u%04x\"", i % 2 != 0 ? "\\ud83d" : "", i);
        arena.reset();
        const sample::Padded padded(text);
        Value tree;
        CAPTURE(text);
        const auto theirs = nlohmann::json::parse(text, nullptr, false);
        const bool ours = reader.read(padded.text(), arena, tree);
        if (ours == theirs.is_discarded()) REQUIRE(ours != theirs.is_discarded());
        if (ours && tree.text() != theirs.get_ref<const std::string&>()) REQUIRE(tree.text() == theirs.get_ref<const std::string&>());
    }
}

TEST_CASE("the pretty form is the usual one") {
    const std::string text = R"({"a":[1,{"b":[]},[[]],{}],"c":"d\"e\n","f":{"g":null,"h":[true,false]},"i":-2})";
    const sample::Padded padded(text);
    JsonReader reader;
    Arena arena;
    Value tree;
    REQUIRE(reader.read(padded.text(), arena, tree));
    std::string pretty;
    write_json_pretty(pretty, tree);
    CHECK(pretty == nlohmann::ordered_json::parse(text).dump(2));
}
