// An expression is checked as part of the smallest flow that can hold it, and computed without an engine.
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "connectors/catalog.hpp"
#include "dsl/diagnostics/render.hpp"
#include "tools/command/command.hpp"
#include "tools/command/evaluation.hpp"
#include "tools/command/load.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

const std::string before = "flow eval\n  from console.lines()\n{\n  let result = (", behind = ")\n  -> console.line() result\n}\n";
constexpr std::size_t largest_line = std::size_t{16} << 20;

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

int each_line(Evaluation& evaluation) {
    std::string pending;
    char block[65536];
    std::uint64_t number = 0;
    bool good = true;
    for (bool more = true; more;) {
        const ssize_t got = ::read(0, block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail_outside(std::string("standard input can't be read: ") + std::strerror(errno));
        more = got > 0;
        pending.append(block, static_cast<std::size_t>(got));
        if (!more && !pending.empty()) pending += '\n';
        std::size_t from = 0;
        for (std::size_t end; (end = pending.find('\n', from)) != std::string::npos; from = end + 1) {
            const std::string_view line = std::string_view(pending).substr(from, end - from);
            if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
            good = evaluation.run(line, ++number) && good;
            if (!evaluation.writable()) return outside;
        }
        pending.erase(0, from);
        if (pending.size() > largest_line) return fail_outside("a line of standard input is longer than 16 MiB");
    }
    return good ? fine : outside;
}

int eval(const Arguments& arguments) {
    const std::string& expression = arguments.operands[0];
    Loaded loaded;
    load_texts(loaded, {"expression"}, {{"expression", before + expression + behind}}, builtin_specs());
    if (!loaded.good()) {
        Sources alone;
        alone.add("expression", expression);
        print_error(render_text(moved_back(loaded.findings, loaded.sources, expression), alone, wants_colour(2)));
        return findings;
    }
    const plan::Plan& plan = loaded.plan;
    // Text that closes the bracket itself would make another flow of it.
    if (plan.flows.size() != 1 || plan.flows[0].lets != 1) return fail_outside("`weir eval` takes one expression");
    Evaluation evaluation(plan, plan.nodes[plan.flows[0].first].exprs[0]);
    if (is_terminal(0)) return evaluation.run("null", 0) ? fine : outside;
    return each_line(evaluation);
}

}  // namespace

Command eval_command() {
    Command command;
    command.name = "eval";
    command.operands = "EXPRESSION";
    command.summary = "Computes an expression for each JSON message on standard input; on a terminal once, for null.";
    command.examples = "  weir eval '1.10 + 2.20'\n  weir eval '{ id: body.id, total: body.items.map(x -> x.price * x.quantity).sum() }' < orders.jsonl\n";
    command.least = 1;
    command.most = 1;
    command.run = eval;
    return command;
}

}  // namespace weir::command
