// The printed plan of each flow stands beside it as .plan, and what the checker knows of it as .checked. WEIR_UPDATE=1 rewrites.
#include <doctest/doctest.h>

#include "dsl/plan/print.hpp"
#include "tests/golden/files.hpp"

TEST_CASE("every golden of the plan prints what stands beside it") {
    const std::filesystem::path folder = std::filesystem::path(WEIR_ROOT) / "tests" / "golden" / "plan";
    int count = 0;
    for (const auto& path : golden::flows_below(folder)) {
        CAPTURE(path.string());
        golden::Checked checked;
        golden::check(path, *golden::read(path), checked);
        for (const weir::Finding& f : checked.findings.all())
            if (f.severity == weir::Severity::error) FAIL_CHECK(f.message);
        checked.plan.hash.clear();  // of the texts: another test looks at it
        const std::string now = weir::print(checked.plan) + "\n" + weir::print_dot(checked.plan);
        std::filesystem::path checked_beside = path;
        checked_beside.replace_extension(".checked");
        const std::string known = weir::print_checked(checked.plan, checked.notes, checked.sources);
        if (golden::update()) golden::write(checked_beside, known);
        else CHECK(known == golden::read(checked_beside).value_or(""));
        std::filesystem::path beside = path;
        beside.replace_extension(".plan");
        if (golden::update()) golden::write(beside, now);
        else CHECK(now == golden::read(beside).value_or(""));
        ++count;
    }
    CHECK(count >= 3);
}
