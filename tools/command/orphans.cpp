#include "tools/command/orphans.hpp"

#include <algorithm>
#include <set>

namespace weir::command {

// What the store keeps for names that its newest flows don't have: places of sources and subscriptions, channels, messages of flows at rest.
// Nothing of it is ever dropped by itself.
std::vector<std::string> orphans(StoreView& view, const plan::Plan& plan) {
    std::vector<std::string> found;
    const Result<std::vector<NameRow>> names = view.names();
    const Result<std::vector<DueEntry>> due = view.due(SIZE_MAX);
    if (!names || !due) return found;
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

}  // namespace weir::command
