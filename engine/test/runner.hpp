#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/test/world.hpp"

namespace weir {

// Why a test failed: at which of its steps, what was expected, what was there.
struct TestFailure {
    Span at;
    std::string expected, was;
    std::vector<std::string> notes;  // messages that were there, the first difference, what the engine warned of
};
struct TestResult {
    std::optional<TestFailure> failure;
    EngineTime took{0};              // virtual time
};

// Runs one test of the plan in a world of its own. The same seed gives the same run. Thread: the caller's; returns when it is over.
TestResult run_test(const TestSetup& setup, const plan::Test& test, std::optional<std::uint64_t> seed = std::nullopt);

}  // namespace weir
