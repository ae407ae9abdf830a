// Broken files: the check ends, never crashes, and a plan without an error is whole.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "dsl/plan/print.hpp"
#include "tests/unit/check/checked.hpp"

namespace {

std::vector<std::string> goldens() {
    std::vector<std::filesystem::path> paths;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(WEIR_ROOT) / "tests" / "golden"))
        if (entry.path().extension() == ".flow" && entry.path().string().find("/parse/") == std::string::npos) paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    std::vector<std::string> texts;
    for (const auto& path : paths) {
        std::ifstream in(path);
        std::ostringstream out;
        out << in.rdbuf();
        texts.push_back(out.str());
    }
    return texts;
}

void survives(const std::string& text) {
    checked::Result r;
    checked::check(r, text);
    if (!r.findings.has_errors()) CHECK(!weir::print(r.plan).empty());
    for (const weir::Finding& f : r.findings.all()) CHECK(f.at.begin <= f.at.end);
}

}  // namespace

TEST_CASE("a golden cut off anywhere is checked to its end") {
    for (const std::string& text : goldens())
        for (std::size_t cut = 3; cut < text.size(); cut += 61) survives(text.substr(0, cut));
}

TEST_CASE("a golden without one of its lines is checked to its end") {
    for (const std::string& text : goldens())
        for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 1)) {
            const std::size_t end = text.find('\n', at + 1);
            if (end != std::string::npos && text[at + 1] != '#') survives(text.substr(0, at) + text.substr(end));
        }
}

TEST_CASE("a golden with one sign taken out is checked to its end") {
    for (const std::string& text : goldens())
        for (std::size_t at = 0; at < text.size(); at += 37)
            if (const std::size_t sign = text.find_first_of("(){}[]:,.\"", at); sign != std::string::npos) survives(text.substr(0, sign) + text.substr(sign + 1));
}
