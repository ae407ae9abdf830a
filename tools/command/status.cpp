#include <algorithm>

#include "engine/store/view.hpp"
#include "engine/system/world.hpp"
#include "tools/command/command.hpp"
#include "tools/command/control.hpp"
#include "tools/command/kept.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

const char* state_text(EngineState state) {
    switch (state) {
        case EngineState::running: return "running";
        case EngineState::stopped: return "stopped";
        case EngineState::unknown: return "unknown";
    }
    return "unknown";
}

std::string names_json(const std::vector<std::string>& names) {
    std::string out = "[";
    for (const std::string& name : names) {
        if (out.size() > 1) out += ',';
        write_string(out, name);
    }
    return out + "]";
}

// What the store keeps for names that its newest flows don't have: places of sources and subscriptions, channels, messages of flows at rest.
// Nothing of it is ever dropped by itself. Empty too where this weir can't read the flows.
std::vector<std::string> orphans(StoreView& view) {
    std::vector<std::string> found;
    const Result<std::unique_ptr<Loaded>> loaded = kept_flows(view);
    const Result<std::vector<NameRow>> names = view.names();
    const Result<std::vector<DueEntry>> due = view.due(SIZE_MAX);
    if (!loaded || !names || !due) return found;
    const plan::Plan& plan = (*loaded)->plan;
    std::set<std::string> channels, subscriptions, sources, flows, resting;
    for (const plan::Channel& channel : plan.channels) channels.insert(channel.name);
    for (const DueEntry& entry : *due) resting.insert(entry.flow);
    for (const plan::Flow& flow : plan.flows) {
        flows.insert(flow.name);
        for (const plan::Source& source : flow.sources) {
            if (source.channel != plan::none) {
                const plan::Channel& channel = plan.channels[source.channel];
                subscriptions.insert(channel.kind == plan::ChannelKind::topic ? channel.name + "/" + (source.subscription.empty() ? flow.name : source.subscription) : channel.name);
            } else if (source.endpoint != plan::none) {
                const plan::Endpoint& endpoint = plan.endpoints[source.endpoint];
                sources.insert(flow.name + "/" + plan.connectors[endpoint.connector].name + "." + endpoint.operation);
            }
        }
    }
    const auto is_source = [&](const std::string& name) {
        for (const std::string& known : sources)
            if (name == known || name.starts_with(known + "/")) return true;
        return false;
    };
    for (const NameRow& row : *names) {
        switch (row.kind) {
            case NameKind::channel:
                if (!channels.contains(row.name)) found.push_back(row.name);
                break;
            case NameKind::subscription:
                if (!subscriptions.contains(row.name) && std::find(found.begin(), found.end(), row.name) == found.end()) found.push_back(row.name);
                break;
            case NameKind::source:
                if (!is_source(row.name)) found.push_back(row.name);
                break;
            case NameKind::flow:
                if (!flows.contains(row.name) && resting.contains(row.name)) found.push_back(row.name);
                break;
        }
    }
    return found;
}

int status(const Arguments& arguments) {
    const std::string store = arguments.store();
    Result<std::unique_ptr<StoreView>> view = open_view(store);
    if (!view) return fail_outside(view.error().text);
    const Result<StoreStatus> now = (*view)->status();
    if (!now) return fail_outside(now.error().text);
    std::string figures;  // of the engine itself, while it runs
    if (now->engine == EngineState::running)
        if (Result<std::string> answer = ask_engine(store, R"({"verb":"status","args":{}})"); answer && refusal(*answer).empty()) figures = std::move(*answer);
    const std::vector<std::string> left = orphans(**view);
    std::string page;
    if (arguments.json()) {
        page = "{\"store\":";
        write_string(page, store);
        page += std::string(",\"engine\":\"") + state_text(now->engine) + "\",\"schema\":" + std::to_string(now->schema) + ",\"starts\":" + std::to_string(now->epoch) + ",\"commits\":" + std::to_string(now->commits) + ",\"messages\":" + std::to_string(now->units) +
                ",\"last_commit\":" + (now->last_commit == 0 ? "null" : "\"" + time_text(now->last_commit) + "\"") + ",\"ended_in_order\":" + (now->clean ? "true" : "false") + ",\"dead_letters\":" + std::to_string(now->dead) + ",\"quarantine\":" + std::to_string(now->quarantine) +
                ",\"bytes\":" + std::to_string(now->bytes) + ",\"log_bytes\":" + std::to_string(now->log_bytes) + ",\"waiting\":" + std::to_string(now->due) + ",\"keys\":" + std::to_string(now->keys) + ",\"orphans\":" + names_json(left) + (figures.empty() ? "" : ",\"run\":" + figures) + "}\n";
    } else {
        const std::int64_t ago = std::max<std::int64_t>(0, SystemClock().wall() - now->last_commit);
        page = "store        " + visible(store, 500) + "\n";
        page += std::string("engine       ") + state_text(now->engine) + (now->engine == EngineState::stopped && !now->clean ? ", and it did not end in order: the next start looks after that" : "") + "\n";
        page += "messages     " + std::to_string(now->units) + " in " + counted(now->commits, "commit") + (now->last_commit == 0 ? "" : ", the last one " + age_text(ago) + " ago") + "\n";
        page += "dead letters " + std::to_string(now->dead) + (now->dead > 0 ? " (weir dead-letters list)" : "") + "\n";
        page += "waiting      " + std::to_string(now->due) + (now->due > 0 ? " (weir waiting)" : "") + "\n";
        page += "quarantine   " + std::to_string(now->quarantine) + "\n";
        page += "size         " + std::to_string((now->bytes + now->log_bytes + 512 * 1024) >> 20) + " MiB\n";
        for (const std::string& name : left) page += "orphan       " + visible(name, 300) + "  (no flow has it any more: weir channels forget)\n";
    }
    return print_out(page) ? fine : outside;
}

}  // namespace

Command status_command() {
    Command command;
    command.name = "status";
    command.summary = "Says how a store and its engine are.";
    command.options = {store_option, format_option};
    command.examples = "  weir status\n  weir status --store /var/lib/orders --format json\n";
    command.run = status;
    return command;
}

}  // namespace weir::command
