#pragma once
// Runs the tests of a flow text, as `weir test` does.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "connectors/catalog.hpp"
#include "dsl/check/check.hpp"
#include "dsl/diagnostics/render.hpp"
#include "engine/test/runner.hpp"

namespace weir {

struct Ran {
    std::string name;
    std::string step;      // text of the step that failed; empty: passed
    std::string expected, was, notes;
    EngineTime took{0};
    bool passed() const { return step.empty(); }
};

inline std::vector<Ran> run_tests(const std::string& text, std::optional<std::uint64_t> seed = std::nullopt) {
    Sources sources;
    Findings findings;
    const ConnectorCatalog specs = builtin_specs();
    const ReadFile read = [&](const std::string& path) -> std::optional<std::string> { return path == "test.flow" ? std::optional(text) : std::nullopt; };
    const plan::Plan plan = check({"test.flow"}, read, specs, {}, sources, findings);
    REQUIRE_MESSAGE(!findings.has_errors(), render_text(findings, sources));
    const TestSetup setup{plan, specs, [] { return builtin_kinds(); }, {}, {}};
    std::vector<Ran> out;
    for (const plan::Test& test : plan.tests) {
        const TestResult result = run_test(setup, test, seed);
        Ran& ran = out.emplace_back();
        ran.name = test.name;
        ran.took = result.took;
        if (!result.failure) continue;
        ran.step = std::string(sources.text(result.failure->at));
        ran.expected = result.failure->expected;
        ran.was = result.failure->was;
        for (const std::string& note : result.failure->notes) ran.notes += note + "\n";
    }
    return out;
}

// One test with this body behind the declarations.
inline Ran run_test_of(const std::string& declarations, const std::string& body, std::optional<std::uint64_t> seed = std::nullopt) {
    const std::vector<Ran> all = run_tests(declarations + "\ntest \"one\" {\n" + body + "\n}\n", seed);
    REQUIRE(all.size() == 1);
    return all.front();
}

}  // namespace weir
