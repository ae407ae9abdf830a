#include "tools/command/alone.hpp"

#include <algorithm>

#include "connectors/catalog.hpp"
#include "dsl/diagnostics/render.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

const std::string before = "flow eval\n  from console.lines()\n{\n  let result = (", behind = ")\n  -> console.line() result\n}\n";

// What was found, as if the expression stood alone in a file. What points behind it points to its end.
Findings moved_back(const Findings& found, const Sources& from, const std::string& expression) {
    const std::uint32_t begin = from.file(0).begin + static_cast<std::uint32_t>(before.size());
    const auto length = static_cast<std::uint32_t>(expression.size());
    const auto move = [&](Span at) {
        const auto shift = [&](std::uint32_t position) { return position < begin ? 0 : std::min(position - begin, length); };
        return Span{shift(at.begin), shift(at.end)};
    };
    const auto inside = [&](Span at) { return at.begin >= begin && at.end <= begin + length; };
    Findings out;
    for (Finding finding : found.all()) {
        if (finding.severity != Severity::error) continue;
        if (finding.at.begin > begin + length + 1 && !out.all().empty()) continue;  // what follows from the first one, behind the expression
        finding.at = move(finding.at);
        std::erase_if(finding.labels, [&](const Label& label) { return !inside(label.at); });
        for (Label& label : finding.labels) label.at = move(label.at);
        std::erase_if(finding.fixes, [&](const Fix& fix) { return std::any_of(fix.edits.begin(), fix.edits.end(), [&](const Edit& edit) { return !inside(edit.at); }); });
        for (Fix& fix : finding.fixes)
            for (Edit& edit : fix.edits) edit.at = move(edit.at);
        out.all().push_back(std::move(finding));
    }
    return out;
}

}  // namespace

bool check_alone(const std::string& expression, Loaded& into, std::string& why) {
    load_texts(into, {"expression"}, {{"expression", before + expression + behind}}, builtin_specs());
    if (!into.good()) {
        Sources alone;
        alone.add("expression", expression);
        why = render_text(moved_back(into.findings, into.sources, expression), alone, wants_colour(2));
        return false;
    }
    // Text that closes the bracket itself would make another flow of it.
    if (into.plan.flows.size() == 1 && into.plan.flows[0].lets == 1) return true;
    why = "weir: one expression is wanted here\n";
    return false;
}

}  // namespace weir::command
