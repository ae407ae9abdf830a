// Broken texts: no crash, no flood of findings, one mistake one finding.
#include <doctest/doctest.h>

#include <cstdint>
#include <random>

#include "dsl/diagnostics/render.hpp"
#include "dsl/grammar/rules.hpp"
#include "dsl/syntax/print.hpp"
#include "reading.hpp"

using namespace weir::tests;

namespace {

struct Token {
    std::size_t begin, end;
};
// Words, numbers, texts and signs; blanks and comments are no tokens.
std::vector<Token> tokens_of(const std::string& text) {
    std::vector<Token> out;
    auto word = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; };
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t begin = at;
        if (text[at] == '#') {
            while (at < text.size() && text[at] != '\n') ++at;
        } else if (text.compare(at, 3, "\"\"\"") == 0) {
            const auto close = text.find("\"\"\"", at + 3);
            at = close == std::string::npos ? text.size() : close + 3;
        } else if (word(text[at])) {
            while (at < text.size() && word(text[at])) ++at;
            out.push_back({begin, at});
        } else if (text.compare(at, 2, "->") == 0) {
            at += 2;
            out.push_back({begin, at});
        } else {
            if (text[at] > ' ') out.push_back({begin, at + 1});
            ++at;
        }
    }
    return out;
}

std::string pick(std::mt19937_64& random, const std::vector<std::string>& all) { return all[random() % all.size()]; }

}  // namespace

TEST_CASE("mutated texts never crash the parser, and its findings are bounded") {
    static const std::vector<std::string> pieces = {"{", "}", "(", ")", "[", "]", ",", ":", "\"", "\"\"\"", "${", "->", "..", "...", "=", "==", "?", "??", "?.", "|", "-", "#", "\\", "\n", "\r",
                                                    "\t", "r\"", "if ", " else ", " when ", "match ", " on ", " or after ", "flow x ", "queue ", "999999999999", "1h", "@2026", "\xFF", "\xE2\x80\xAE", "é",
                                                    std::string(1, '\0'), "not ", " is ", " in ", "call ", "\\u{", "\\ud800", " allow ", "state s ", "expect "};
    std::mt19937_64 random(20261127);
    std::vector<std::string> texts;
    for (const auto& path : all_flows()) texts.push_back(load(path));
    std::size_t most = 0, runs = 0;
    for (const auto& text : texts) {
        const int times = text.size() > 2000 ? 60 : 24;
        for (int i = 0; i < times; ++i) {
            std::string broken = text;
            const auto tokens = tokens_of(broken);
            if (tokens.empty()) continue;
            const int mutations = 1 + static_cast<int>(random() % 3);
            for (int m = 0; m < mutations && !broken.empty(); ++m) {
                const std::size_t at = random() % broken.size();
                const Token token = tokens[random() % tokens.size()];
                switch (random() % 7) {
                    case 0: broken.erase(at, 1 + random() % 4); break;
                    case 1: broken.insert(at, pick(random, pieces)); break;
                    case 2: broken[at] = static_cast<char>(random() % 256); break;
                    case 3: broken.resize(at); break;
                    case 4:
                        if (token.end <= broken.size()) broken.erase(token.begin, token.end - token.begin);
                        break;
                    case 5:
                        if (token.end <= broken.size()) broken.replace(token.begin, token.end - token.begin, pick(random, pieces));
                        break;
                    default: {
                        const std::size_t length = 1 + random() % 40;
                        broken.insert(random() % (broken.size() + 1), broken.substr(at, length));
                    }
                }
            }
            ++runs;
            const auto reading = read("m.flow", broken);
            const auto found = reading->findings.all().size();
            most = std::max(most, found);
            if (found > 24) {
                INFO(broken);
                CHECK(found <= 24);
            }
            for (const auto& finding : reading->findings.all()) {
                if (!(finding.at.begin <= finding.at.end && finding.at.end <= broken.size() + 1)) FAIL("a span outside of the text");
            }
            if (i % 8 == 0) {
                weir::print(reading->file);
                weir::render_text(reading->findings, reading->sources);
                weir::render_json(reading->findings, reading->sources);
            }
        }
    }
    CHECK(runs > 5000);
    MESSAGE(runs << " mutated texts, at most " << most << " findings in one");
}

TEST_CASE("removing one bracket, comma, colon, quote or arrow gives at most one finding in 98 of 100 cases") {
    std::size_t removed = 0, more = 0, silent = 0;
    std::string examples;
    for (const auto& path : all_flows()) {
        const std::string text = load(path);
        for (const auto& token : tokens_of(text)) {
            const std::string sign = text.substr(token.begin, token.end - token.begin);
            if (std::string("()[]{},:\"").find(sign) == std::string::npos && sign != "->") continue;
            std::string broken = text;
            broken.erase(token.begin, token.end - token.begin);
            const auto reading = read("r.flow", broken);
            ++removed;
            const auto found = reading->findings.all().size();
            silent += found == 0;
            if (found > 1) {
                ++more;
                if (examples.size() < 9000) {
                    const auto line = reading->sources.place(static_cast<std::uint32_t>(std::min(token.begin, broken.size()))).line;
                    examples += fmt::format("{}:{} without `{}`\n{}", path.filename().string(), line, sign, told(*reading));
                }
            }
        }
    }
    const double rate = 100.0 * static_cast<double>(removed - more) / static_cast<double>(removed);
    MESSAGE(removed << " removals, " << more << " with more than one finding, " << silent << " with none: " << rate << " of 100");
    if (std::getenv("WEIR_EXAMPLES")) MESSAGE(examples);
    CHECK(rate >= 98.0);
}

TEST_CASE("what nests too deep is one finding") {
    const auto times = [](int n, std::string_view text) {
        std::string out;
        for (int i = 0; i < n; ++i) out += text;
        return out;
    };
    for (const std::string& text : {
             "param x = " + times(10000, "(") + "1" + times(10000, ")") + "\n", "param x = " + times(10000, "[") + "\n", "param x = " + times(10000, "{ a: ") + "\n",
             "param x = " + times(10000, "f(") + "\n", "param x = " + times(10000, "\"${") + "\n", "param x = " + times(10000, "if ") + "\n", "param x: " + times(10000, "[") + "\n",
             "param x: " + times(10000, "(") + "\n", "param x: " + times(10000, "{ a: ") + "\n", "param x = " + times(10000, "a[") + "\n", "param x = " + times(10000, "f(x -> ") + "\n",
             "param x = " + times(10000, "match { when ") + "\n", "param x = " + times(10000, "match x { 1 -> ") + "\n", "flow f from q { " + times(10000, "route x { 1 { ") + "\n",
             "flow f from q { " + times(10000, "detour { ") + "\n", "param x = " + times(10000, "1 + (") + "\n",
         }) {
        const auto reading = read("deep.flow", text);
        INFO(text.substr(0, 60));
        INFO(told(*reading).substr(0, 500));
        CHECK(reading->findings.all().size() == 1);
        if (!reading->findings.all().empty()) CHECK(name_of(reading->findings.all()[0].code) == "W0004");
    }
}

TEST_CASE("chains are loops, and a chain that would make too deep a tree is one finding") {
    for (std::string_view link : {" + a", ".b", "[0]", " catch a", " ?? a", " and a", " - -a"}) {
        std::string chain = "param x = a", longer = chain;
        for (int i = 0; i < 600; ++i) chain += link;
        for (int i = 0; i < 200000; ++i) longer += link;
        INFO(link);
        CHECK(told(*read("c.flow", chain + "\n")) == "");
        const auto reading = read("c.flow", longer + "\n");
        CHECK(reading->findings.all().size() == 1);
        if (!reading->findings.all().empty()) CHECK(name_of(reading->findings.all()[0].code) == "W0004");
    }
    std::string nots = "param x = ";
    for (int i = 0; i < 100000; ++i) nots += "not ";
    CHECK(told(*read("c.flow", nots + "a\n")).find("W0004") == 0);
    std::string sum = "param x = ";  // long chains within brackets within long chains
    for (int i = 0; i < 200; ++i) sum += "(";
    sum += "1";
    for (int i = 0; i < 200; ++i) {
        for (int k = 0; k < 100; ++k) sum += " + 1";
        sum += ")";
    }
    CHECK(told(*read("c.flow", sum + "\n")).find("W0004") == 0);
}

TEST_CASE("one mistake, one finding; two mistakes, two; and what stands between is read") {
    const auto reading = read("t.flow", "flow a from q {\n  set x = (1\n  -> b\n  filter a &&\n  -> c\n}\nflow d from q {\n  -> e\n}\n");
    CHECK(reading->findings.all().size() == 2);
    REQUIRE(reading->file.declarations.size() == 2);
    CHECK(std::get_if<weir::syntax::Flow>(&reading->file.declarations[1].node) != nullptr);
}

TEST_CASE("a missing brace is reported once, where the next declaration stands") {
    const auto reading = read("t.flow", "flow a from q {\n  route x {\n    1 -> b\n  -> c\n}\n\nflow b from q {\n  -> e\n}\n");
    CHECK(told(*reading) == "W0044 7:1 a `}` is missing before this | 1: its `{` on line 1 is not closed\n");
}

TEST_CASE("the rules have no loop that consumes nothing") { CHECK(weir::grammar::analyze() == 0); }
