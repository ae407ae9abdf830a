#pragma once
// What `weir test` says of the tests that it ran.
#include <string>
#include <vector>

#include "dsl/source/sources.hpp"
#include "engine/test/runner.hpp"

namespace weir::command {

struct TestOutcome {
    std::string name;
    std::string file;
    std::uint32_t line = 0;
    TestResult result;
    std::optional<std::uint64_t> seed;  // under which it failed, or the only one
    double seconds = 0;
    // Of a failure: where, and the text of its step.
    std::string failed_file, step;
    std::uint32_t failed_line = 0, failed_column = 0;
};

void place_failure(TestOutcome& outcome, const Sources& sources);
std::string report_text(const TestOutcome& outcome, bool colour);
std::string summary_text(const std::vector<TestOutcome>& all, std::size_t runs, double seconds);
std::string report_json(const std::vector<TestOutcome>& all, double seconds);
std::string report_junit(const std::vector<TestOutcome>& all, double seconds);

}  // namespace weir::command
