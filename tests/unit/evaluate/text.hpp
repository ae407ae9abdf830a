#pragma once
// An expression from text: through the parser and the checker, as a flow that translates with it.
#include <optional>

#include "dsl/check/check.hpp"
#include "make.hpp"

namespace weir::test {

// None: it does not check; `findings` says why.
struct Checked {
    plan::Plan plan;
    plan::ExprId expr = plan::none;
    std::string findings;
};
inline Checked check_text(const std::string& expression, const std::string& declarations = {}) {
    const std::string text = declarations + "\nqueue a\nqueue b\nflow f from a {\n    translate (" + expression + ")\n    -> b\n}\n";
    Sources sources;
    Findings findings;
    Checked out;
    out.plan = check({"test.flow"}, [&](const std::string&) { return std::optional(text); }, ConnectorCatalog{}, CheckOptions{}, sources, findings);
    for (const Finding& finding : findings.all())
        if (finding.severity == Severity::error) out.findings += finding.message + "\n";
    if (!out.findings.empty()) return out;
    for (const plan::Node& node : out.plan.nodes)
        if (node.word == "translate") out.expr = node.exprs.front();
    return out;
}
inline std::string evaluate_text(const std::string& expression, std::string_view body = "{}", const std::string& declarations = {}) {
    const Checked checked = check_text(expression, declarations);
    if (checked.expr == plan::none) return "finding: " + checked.findings;
    return evaluate(checked.plan, checked.expr, body);
}

}  // namespace weir::test
