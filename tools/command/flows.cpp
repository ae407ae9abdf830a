#include <algorithm>

#include "dsl/names/nearest.hpp"
#include "engine/store/view.hpp"
#include "tools/command/command.hpp"
#include "tools/command/control.hpp"
#include "tools/command/kept.hpp"
#include "tools/command/output.hpp"
#include "tools/command/take.hpp"

namespace weir::command {
namespace {

std::string source_text(const plan::Plan& plan, const plan::Source& source) {
    if (source.channel != plan::none) return plan.channels[source.channel].name;
    if (source.dead) return source.subscription + ".dead";
    if (source.endpoint == plan::none) return "?";
    const plan::Endpoint& endpoint = plan.endpoints[source.endpoint];
    return plan.connectors[endpoint.connector].name + "." + endpoint.operation;
}

int list(const Arguments& arguments) {
    Result<std::unique_ptr<StoreView>> view = open_view(arguments.store());
    if (!view) return fail_outside(view.error().text);
    const Result<std::unique_ptr<Loaded>> loaded = kept_flows(**view);
    if (!loaded) return fail_outside(loaded.error().text);
    const Result<std::vector<DueEntry>> due = (*view)->due(SIZE_MAX);
    const Result<std::vector<DeadRow>> dead = (*view)->dead(1'000'000);
    if (!due) return fail_outside(due.error().text);
    if (!dead) return fail_outside(dead.error().text);
    const plan::Plan& plan = (*loaded)->plan;
    std::size_t width = 4;
    for (const plan::Flow& flow : plan.flows) width = std::max(width, flow.name.size());
    const auto padded = [](std::string text, std::size_t to) {
        text.resize(std::max(text.size(), to), ' ');
        return text;
    };
    std::string page;
    if (!arguments.json()) page = plan.flows.empty() ? "no flows\n" : padded("flow", width + 2) + padded("waiting", 9) + padded("dead", 6) + "from\n";
    for (const plan::Flow& flow : plan.flows) {
        const auto rests = std::count_if(due->begin(), due->end(), [&](const DueEntry& entry) { return entry.flow == flow.name; });
        const auto letters = std::count_if(dead->begin(), dead->end(), [&](const DeadRow& row) { return row.flow == flow.name; });
        if (arguments.json()) {
            page += "{\"flow\":";
            write_string(page, flow.name);
            page += ",\"waiting\":" + std::to_string(rests) + ",\"dead\":" + std::to_string(letters) + ",\"from\":[";
            for (const plan::Source& source : flow.sources) {
                if (page.back() != '[') page += ',';
                write_string(page, source_text(plan, source));
            }
            page += "]}\n";
        } else {
            std::string from;
            for (const plan::Source& source : flow.sources) from += (from.empty() ? "" : ", ") + source_text(plan, source);
            page += padded(visible(flow.name, 300), width + 2) + padded(std::to_string(rests), 9) + padded(std::to_string(letters), 6) + visible(from, 500) + "\n";
        }
    }
    return print_out(page) ? fine : outside;
}

// Pausing is a running engine's affair: a stopped one runs nothing, and the next one starts with all flows.
int turn(const Arguments& arguments, const std::string& verb) {
    if (arguments.operands.size() != 2) return fail_outside("`weir flows " + verb + "` wants one flow");
    std::string request = "{\"verb\":\"" + verb + "\",\"args\":{\"flow\":";
    write_string(request, arguments.operands[1]);
    const Result<std::string> answer = ask_engine(arguments.store(), request + "}}");
    if (!answer) return fail_outside(nobody_listens(answer.error()) ? "no engine runs on `" + arguments.store() + "`: a flow can be paused or resumed only while it runs" : answer.error().text);
    if (const std::string why = refusal(*answer); !why.empty()) return fail_outside(why);
    return print_out(visible(arguments.operands[1], 300) + (verb == "pause" ? " is paused: what comes waits, until `weir flows resume` or the engine's next start\n" : " goes on\n")) ? fine : outside;
}

int flows(const Arguments& arguments) {
    if (arguments.operands.empty() || arguments.operands[0] == "list") return list(arguments);
    const std::string& verb = arguments.operands[0];
    if (verb == "pause" || verb == "resume") return turn(arguments, verb);
    const std::string near = nearest(verb, std::vector<std::string>{"list", "pause", "resume"});
    return fail_outside("`weir flows` has list, pause and resume, not `" + visible(verb, 100) + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?"));
}

}  // namespace

Command flows_command() {
    Command command;
    command.name = "flows";
    command.operands = "[list|pause FLOW|resume FLOW]";
    command.summary = "Lists the flows of a store with what waits in them and what died, or lets one of a running engine pause and go on.";
    command.options = {store_option, format_option};
    command.examples = "  weir flows\n  weir flows pause orders\n  weir flows resume orders\n  weir flows --format json\n";
    command.most = 2;
    command.run = flows;
    return command;
}

}  // namespace weir::command
