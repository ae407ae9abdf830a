// Every text that is a sentence of the language parses without a finding.
#include <doctest/doctest.h>

#include "dsl/syntax/print.hpp"
#include "reading.hpp"

using namespace weir::tests;

TEST_CASE("every flow of the repository parses without a finding") {
    const auto files = all_flows();
    CHECK(flows_below("tests/golden/parse/cases").size() >= 329);
    for (const auto& path : files) {
        INFO(path.string());
        const auto reading = read(path.filename().string(), load(path));
        CHECK(told(*reading) == "");
        CHECK(weir::print(reading->file).find("  broken\n") == std::string::npos);
    }
    MESSAGE(files.size() << " files");
}

TEST_CASE("line ends do not matter") {
    for (const auto& path : flows_below("tests/golden/parse")) {
        const std::string text = load(path);
        if (text.find('\r') != std::string::npos || text.rfind("\xEF\xBB\xBF", 0) == 0) continue;  // has them already
        std::string crlf;
        for (char c : text) {
            if (c == '\n') crlf += '\r';
            crlf += c;
        }
        const auto reading = read("crlf", "\xEF\xBB\xBF" + crlf);
        INFO(path.string());
        CHECK(told(*reading) == "");
    }
}

TEST_CASE("the trees of the goldens") {
    for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(WEIR_ROOT) / "tests/golden/parse")) {
        if (entry.path().extension() != ".flow") continue;
        const auto reading = read(entry.path().filename().string(), load(entry.path()));
        auto golden = entry.path();
        golden.replace_extension(".txt");
        INFO(golden.string());
        const std::string findings = told(*reading);
        CHECK((entry.path().filename().string().rfind("fail_", 0) == 0) == !findings.empty());
        CHECK(same_as_golden(golden, weir::print(reading->file) + findings));
    }
}
