#include "connectors/catalog.hpp"
#include "dsl/diagnostics/render.hpp"
#include "engine/system/files.hpp"
#include "tools/command/command.hpp"
#include "tools/command/load.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

int check_files(const Arguments& arguments) {
    PosixFiles files;
    Loaded loaded;
    const Result<Done> read = load(loaded, arguments.operands, files, builtin_specs(), arguments.has("strict"));
    if (!read) return fail_outside(read.error().text);
    if (arguments.json()) {
        if (!print_out(render_json(loaded.findings, loaded.sources))) return outside;
    } else if (loaded.findings.all().empty()) {
        const plan::Plan& plan = loaded.plan;
        if (!print_out("fine: " + counted(plan.flows.size(), "flow") + ", " + counted(plan.channels.size(), "channel") + "\n")) return outside;
    } else {
        show_findings(loaded);
    }
    return loaded.good() ? fine : findings;
}

}  // namespace

Command check_command() {
    Command command;
    command.name = "check";
    command.operands = "FILE..";
    command.summary = "Finds what is wrong in flow files before anything runs.";
    command.options = {{"strict", "", "wants every exit of a flow named, nothing left to a default", false, {}}, format_option};
    command.examples = "  weir check orders.flow\n  weir check --strict --format json orders.flow billing.flow\n";
    command.least = 1;
    command.most = 1000;
    command.run = check_files;
    return command;
}

}  // namespace weir::command
