#include "connectors/catalog.hpp"
#include "dsl/check/notes.hpp"
#include "dsl/grammar/parse.hpp"
#include "dsl/plan/print.hpp"
#include "dsl/syntax/print.hpp"
#include "engine/ports/read_whole.hpp"
#include "engine/system/files.hpp"
#include "tools/command/command.hpp"
#include "tools/command/load.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

int dump_tree(const std::string& path) {
    PosixFiles files;
    Result<std::string> text = read_whole(files, path, std::uint64_t{16} << 20);
    if (!text) return fail_outside(text.error().text);
    Loaded loaded;
    const std::size_t file = loaded.sources.add(path, std::move(*text));
    const syntax::File tree = parse(loaded.sources, file, loaded.findings);
    loaded.findings.settle();
    show_findings(loaded);
    if (!print_out(print(tree))) return outside;
    return loaded.good() ? fine : findings;
}

// The texts that were read, checked once more with notes.
std::string noted(const Loaded& loaded, const std::vector<std::string>& roots) {
    const ReadFile read = [&](const std::string& path) -> std::optional<std::string> {
        const auto known = loaded.texts.find(path);
        return known == loaded.texts.end() ? std::nullopt : std::optional(known->second);
    };
    Notes notes;
    CheckOptions options;
    options.notes = &notes;
    Sources sources;
    Findings findings;
    const plan::Plan plan = check(roots, read, builtin_specs(), options, sources, findings);
    return print_checked(plan, notes, sources);
}

int dump_file(const Arguments& arguments) {
    const std::string stage = arguments.get("stage", "plan");
    if (stage == "ast") return dump_tree(arguments.operands[0]);
    PosixFiles files;
    Loaded loaded;
    const Result<Done> read = load(loaded, arguments.operands, files, builtin_specs(), false);
    if (!read) return fail_outside(read.error().text);
    show_findings(loaded);
    if (!loaded.good()) return findings;
    return print_out(stage == "checked" ? noted(loaded, arguments.operands) : print(loaded.plan)) ? fine : outside;
}

int graph_files(const Arguments& arguments) {
    PosixFiles files;
    Loaded loaded;
    const Result<Done> read = load(loaded, arguments.operands, files, builtin_specs(), false);
    if (!read) return fail_outside(read.error().text);
    show_findings(loaded);
    if (!loaded.good()) return findings;
    return print_out(print_dot(loaded.plan)) ? fine : outside;
}

}  // namespace

Command dump_command() {
    Command command;
    command.name = "dump";
    command.operands = "FILE";
    command.summary = "Prints a flow file as weir understands it: its syntax tree, what the checker knows of it, or its plan.";
    command.options = {{"stage", "ast|checked|plan", "the tree of the text; each step with the body before and behind it and where its failures go; or the plan that runs (by default)", false, {"ast", "checked", "plan"}}};
    command.examples = "  weir dump --stage=ast orders.flow\n  weir dump --stage=checked orders.flow\n  weir dump --stage=plan orders.flow\n";
    command.least = 1;
    command.most = 1;
    command.run = dump_file;
    return command;
}

Command graph_command() {
    Command command;
    command.name = "graph";
    command.operands = "FILE..";
    command.summary = "Draws channels, endpoints and flows for Graphviz.";
    command.options = {{"format", "dot", "what is drawn", false, {"dot"}}};
    command.examples = "  weir graph orders.flow | dot -Tsvg > orders.svg\n";
    command.least = 1;
    command.most = 1000;
    command.run = graph_files;
    return command;
}

}  // namespace weir::command
