// Every JSON text is an expression, but for `${` in a string.
#include <doctest/doctest.h>

#include <cstdlib>
#include <random>

#include "reading.hpp"

using namespace weir::tests;

namespace {

std::string number(std::mt19937_64& random) {
    static const char* const all[] = {"0", "-0", "1", "-1", "12345678901234567890123", "0.5", "-0.25", "1e3", "1E+2", "2.5e-7", "-1E9", "0e0", "100"};
    return all[random() % std::size(all)];
}
std::string text(std::mt19937_64& random) {
    static const char* const all[] = {"a", " ", "\\n", "\\\"", "\\\\", "\\/", "\\u0000", "\\u00e9", "\\ud83d\\ude00", "é", "漢", "\x7f", "#", "//", "$", "{", "}", "[", "'", "if", "->", "$x"};
    std::string out = "\"";
    for (auto n = random() % 5; n > 0; --n) out += all[random() % std::size(all)];
    if (const auto hole = out.find("${"); hole != std::string::npos) out.erase(hole, 1);
    return out + "\"";
}
std::string blank(std::mt19937_64& random) {
    static const char* const all[] = {"", "", " ", "\n", "\t", "\r\n", "  "};
    return all[random() % std::size(all)];
}
std::string value(std::mt19937_64& random, int depth) {
    switch (random() % (depth > 5 ? 5 : 7)) {
        case 0: return "null";
        case 1: return "true";
        case 2: return "false";
        case 3: return number(random);
        case 4: return text(random);
        case 5: {
            std::string out = "[" + blank(random);
            for (auto n = random() % 4, i = n; i > 0; --i) out += (i == n ? "" : ",") + blank(random) + value(random, depth + 1) + blank(random);
            return out + "]";
        }
        default: {
            std::string out = "{" + blank(random);
            for (auto n = random() % 4, i = n; i > 0; --i) out += (i == n ? "" : ",") + blank(random) + text(random) + blank(random) + ":" + blank(random) + value(random, depth + 1) + blank(random);
            return out + "}";
        }
    }
}

}  // namespace

TEST_CASE("generated JSON texts are expressions") {
    std::mt19937_64 random(8259);
    for (int i = 0; i < 2000; ++i) {
        const std::string json = value(random, 0);
        const auto reading = read("j.flow", "param x =\n" + json + "\n");
        INFO(json);
        CHECK(told(*reading) == "");
        REQUIRE(reading->file.declarations.size() == 1);
        CHECK(std::get_if<weir::syntax::Param>(&reading->file.declarations[0].node)->value != nullptr);
    }
}

TEST_CASE("the texts of a JSON test suite that are JSON are expressions, and no other text crashes the parser") {
    const char* folder = std::getenv("WEIR_TEST_DATA");
    const auto root = folder ? std::filesystem::path(folder) : std::filesystem::path(WEIR_ROOT).parent_path() / "shared" / "data";
    if (!std::filesystem::exists(root)) {
        MESSAGE("SKIPPED: no test data at " << root.string() << " (set WEIR_TEST_DATA)");
        return;
    }
    std::size_t valid = 0, other = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "json-test-suite")) {
        if (entry.path().extension() != ".json") continue;
        const auto name = entry.path().filename().string();
        const auto reading = read(name, "param x =\n" + load(entry.path()) + "\n");
        if (name.rfind("y_", 0) == 0) {
            ++valid;
            INFO(name);
            CHECK(told(*reading) == "");
        } else {
            ++other;
            CHECK(reading->findings.all().size() < 30);
        }
    }
    CHECK(valid > 50);
    MESSAGE(valid << " valid texts, " << other << " others");
}
