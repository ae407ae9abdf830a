// What holds for every flow, whatever it looks like.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "dsl/format/format.hpp"
#include "dsl/grammar/parse.hpp"
#include "dsl/syntax/print.hpp"

namespace {
namespace fs = std::filesystem;

std::string load(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
}

std::vector<fs::path> flows_below(const fs::path& root) {
    std::vector<fs::path> found;
    if (!fs::exists(root)) return found;
    for (const auto& entry : fs::recursive_directory_iterator(root))
        if (entry.path().extension() == ".flow") found.push_back(entry.path());
    std::sort(found.begin(), found.end());
    return found;
}

std::vector<fs::path> every_flow() {
    std::vector<fs::path> all;
    for (const char* folder : {"flows", "stdlib", "tests", "tools", "docs"})
        for (fs::path& path : flows_below(fs::path(WEIR_ROOT) / folder)) all.push_back(std::move(path));
    return all;
}

std::optional<std::string> formatted(const std::string& text) {
    weir::Sources sources;
    weir::Findings findings;
    const auto file = sources.add("x.flow", text);
    return weir::format_flow(sources, file, findings);
}

// The tree as text; nothing where there are errors. Not by `same_flows`, which is part of what is tested.
// A documentation is compared without its blanks: they are layout, and `ink` looks at the rest.
std::optional<std::string> tree(const std::string& text) {
    weir::Sources sources;
    weir::Findings findings;
    const auto file = sources.add("x.flow", text);
    std::string out = weir::print(weir::parse(sources, file, findings));
    if (findings.has_errors()) return std::nullopt;
    for (std::size_t at = 0; (at = out.find("document", at)) != std::string::npos;) {
        at = std::min(out.find_first_of("\" \n", at), out.size());
        if (out.compare(at, 2, " \"") != 0) continue;
        for (at += 2; out[at] != '"';) {
            const bool pair = out[at] == '\\';
            if (out[at] == ' ' || (pair && (out[at + 1] == 't' || out[at + 1] == 'r'))) out.erase(at, pair ? 2 : 1);
            else at += pair ? 2 : 1;
        }
    }
    return out;
}

// All but blanks and line ends: what a formatter may not touch, comments and texts included.
std::string ink(const std::string& text) {
    std::string out;
    for (char c : text)
        if (c != ' ' && c != '\t' && c != '\n' && c != '\r') out += c;
    return out.starts_with("\xEF\xBB\xBF") ? out.substr(3) : out;
}

// Comments by a reading of their own: `#` outside of texts. Good for texts without `"` nested in `${ }`.
std::vector<std::string> comments(const std::string& text) {
    std::vector<std::string> out;
    enum { code, plain, block } state = code;
    bool raw = false;
    for (std::size_t n = 0; n < text.size(); ++n) {
        if (state == block) {
            if (text.compare(n, 3, "\"\"\"") == 0) {
                state = code;
                n += 2;
            }
        } else if (state == plain) {
            if (text[n] == '\\' && !raw) ++n;
            else if (text[n] == '"' || text[n] == '\n') state = code;
        } else if (text.compare(n, 3, "\"\"\"") == 0) {
            state = block;
            n += 2;
        } else if (text[n] == '"') {
            raw = n > 0 && text[n - 1] == 'r' && (n == 1 || !std::isalnum(static_cast<unsigned char>(text[n - 2])));
            state = plain;
        } else if (text[n] == '#') {
            const std::size_t end = std::min(text.find('\n', n), text.size());
            std::string comment = text.substr(n, end - n);
            comment.erase(comment.find_last_not_of(" \t\r") + 1);
            out.push_back(comment);
            n = end - 1;
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

// Nothing where all holds.
std::string broken_promise(const std::string& text, const std::string& out) {
    if (ink(text) != ink(out)) return "something but blanks was changed";
    if (tree(text) != tree(out)) return "another tree";
    if (formatted(out) != out) return "a second time changes more";
    if (!weir::same_flows(text, out)) return "same_flows says no";
    return {};
}

}  // namespace

TEST_CASE("every flow of the repository: same tree, same ink, same comments, and a second time changes nothing") {
    std::size_t good = 0, refused = 0;
    for (const fs::path& path : every_flow()) {
        CAPTURE(path.string());
        const std::string text = load(path);
        const auto out = formatted(text);
        CHECK(out.has_value() == tree(text).has_value());
        if (!out) {
            ++refused;
            continue;
        }
        ++good;
        CHECK(broken_promise(text, *out) == "");
        if (text.find("${") == std::string::npos) CHECK(comments(text) == comments(*out));
        CHECK(out->find(" \n") == (text.find("\"\"\"") == std::string::npos ? std::string::npos : out->find(" \n")));
        CHECK(out->find("\n\n\n") == std::string::npos);
    }
    MESSAGE(good << " flows formatted, " << refused << " refused for their syntax errors");
    CHECK(good > 300);
    CHECK(refused > 5);
}

// Not the other goldens: some are ugly on purpose, and in golden/check carets stand under the columns of the findings.
TEST_CASE("the flows that people read are in the style: else `weir fmt` them") {
    std::size_t count = 0;
    for (const char* folder : {"flows", "stdlib", "tests/golden/fmt", "tools/bench"})
        for (const fs::path& path : flows_below(fs::path(WEIR_ROOT) / folder)) {
            CAPTURE(path.string());
            const std::string text = load(path);
            CHECK(formatted(text).value_or("refused") == text);
            ++count;
        }
    CHECK(count > 60);
}

TEST_CASE("indented in other ways, blanks at line ends, blank lines doubled: the flow comes back to the letter") {
    std::mt19937_64 random(20260131);
    std::size_t same = 0;
    for (const fs::path& path : flows_below(fs::path(WEIR_ROOT) / "tests" / "golden" / "fmt")) {
        const std::string text = load(path);
        CAPTURE(path.string());
        for (const char* blank : {"", " ", "  ", "   ", "\t"}) {
            std::string ugly;
            bool quoted = false, line_begin = true, trailing = false;
            for (std::size_t n = 0; n < text.size(); ++n) {
                const char c = text[n];
                if (c == '"' && (n == 0 || text[n - 1] != '\\')) quoted = !quoted;
                if (c == '#' && !quoted) {
                    trailing = trailing || !line_begin;
                    const std::size_t end = text.find('\n', n);
                    ugly += text.substr(n, end - n);
                    n = end - 1;
                } else if (c == ' ' && line_begin) {
                    ugly += blank;
                } else {
                    line_begin = c == '\n';
                    if (c == '\n' && random() % 8 == 0) ugly += random() % 2 == 0 ? "  " : "\t";
                    if (c == '\n' && n > 0 && text[n - 1] == '\n' && random() % 2 == 0) ugly += "\n \n";
                    ugly += c;
                }
            }
            CAPTURE(ugly);
            const auto out = formatted(ugly);
            REQUIRE(out.has_value());
            CHECK(broken_promise(ugly, *out) == "");
            if (trailing) continue;  // a comment behind a line keeps its column, which is another one here
            CHECK(*out == text);
            ++same;
        }
    }
    CHECK(same > 290);
}

TEST_CASE("texts changed by chance: no crash, and what is formatted keeps all promises") {
    std::mt19937_64 random(7);
    const char* const pieces[] = {"{", "}", "(", ")", "[", "]", "\"", "\"\"\"", "#", "\n", "\n\n", " ", ",", "->", ":", "?", "..", "...", "-", "=", "|", "when ", "else ", "or after 1s", "then ", "in ", "${", "r\"", "\\", "\t", "\r\n", "# c\n", "1", "x"};
    const std::vector<fs::path> all = every_flow();
    std::size_t formatted_count = 0;
    const unsigned rounds = std::getenv("WEIR_LONG") != nullptr ? 500u : 6u;
    for (const fs::path& path : all) {
        const std::string text = load(path);
        if (text.empty() || text.size() > 20000) continue;
        for (unsigned round = 0; round < rounds; ++round) {
            std::string changed = text;
            for (std::uint64_t edits = 1 + random() % 3; edits > 0; --edits) {
                const std::size_t at = random() % changed.size();
                switch (random() % 4) {
                    case 0: changed.erase(at, 1 + random() % 3); break;
                    case 1: changed.insert(at, pieces[random() % std::size(pieces)]); break;
                    case 2: changed.insert(at, changed.substr(random() % changed.size(), random() % 40)); break;
                    default: changed.resize(at + 1); break;
                }
                if (changed.empty()) changed = " ";
            }
            const auto out = formatted(changed);
            if (!out) continue;
            ++formatted_count;
            const std::string promise = broken_promise(changed, *out);
            if (!promise.empty()) {
                CAPTURE(path.string());
                CAPTURE(changed);
                CAPTURE(*out);
                FAIL_CHECK(promise);
            }
        }
    }
    MESSAGE(formatted_count << " changed texts were flows still");
    CHECK(formatted_count > 300);
}
