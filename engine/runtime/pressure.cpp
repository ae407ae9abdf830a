#include "engine/runtime/pressure.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "dsl/plan/walk.hpp"

namespace weir {
namespace {

constexpr std::uint64_t no_limit = std::numeric_limits<std::uint64_t>::max();
constexpr EngineTime told_again = std::chrono::minutes(1);  // a queue that goes to and fro around its limit is told of so often

// What the flow itself sends to; a copy that is dropped where its queue is full holds nobody back.
std::set<plan::ChannelId> sent_to(const plan::Plan& plan, const plan::Flow& flow) {
    std::set<plan::ChannelId> out;
    plan::walk(
        plan, flow,
        [&](const plan::Node& node) {
            const bool drops = node.word == "tap" && node.exprs.size() > 1;
            for (const plan::Target& target : node.targets)
                if (target.channel != plan::none && !drops) out.insert(target.channel);
            if (node.call && node.call->target.channel != plan::none) out.insert(node.call->target.channel);
        },
        [&](const plan::Action& action) {
            if (action.kind == plan::ActionKind::send && action.target.channel != plan::none) out.insert(action.target.channel);
        });
    return out;
}

bool puts_anything(const plan::Plan& plan, const plan::Flow& flow) {
    bool out = !sent_to(plan, flow).empty();
    plan::walk(
        plan, flow, [&](const plan::Node& node) { out = out || (node.word == "tap" && node.targets.at(0).channel != plan::none); }, [](const plan::Action&) {});
    return out;
}

}  // namespace

std::vector<std::vector<plan::ChannelId>> reach(const plan::Plan& plan) {
    std::vector<std::set<plan::ChannelId>> all;
    for (const plan::Flow& flow : plan.flows) all.push_back(sent_to(plan, flow));
    for (bool grew = true; grew;) {
        grew = false;
        for (std::size_t n = 0; n < all.size(); ++n)
            for (std::size_t reader = 0; reader < all.size(); ++reader) {
                const bool behind = std::any_of(plan.flows[reader].sources.begin(), plan.flows[reader].sources.end(), [&](const plan::Source& source) {
                    return (source.channel != plan::none && all[n].contains(source.channel)) || (source.dead && source.subscription == plan.flows[n].name);
                });
                if (!behind || reader == n) continue;
                const std::size_t before = all[n].size();
                all[n].insert(all[reader].begin(), all[reader].end());
                grew = grew || all[n].size() != before;
            }
    }
    std::vector<std::vector<plan::ChannelId>> out;
    for (const auto& each : all) out.emplace_back(each.begin(), each.end());
    return out;
}

Pressure::Pressure(const plan::Plan& plan, Store& store, Log& log, std::function<void(std::size_t)> wake) : store_(store), log_(log), wake_(std::move(wake)) {
    std::vector<std::size_t> index(plan.channels.size(), plan.channels.size());
    for (std::size_t n = 0; n < plan.channels.size(); ++n) {
        if (plan.channels[n].limit == 0) continue;
        index[n] = limited_.size();
        limited_.push_back({plan.channels[n].name, store.number(NameKind::channel, plan.channels[n].name), plan.channels[n].limit, false, {}});
        store.watch(limited_.back().no);
    }
    const std::vector<std::vector<plan::ChannelId>> reached = reach(plan);
    for (std::size_t n = 0; n < plan.flows.size(); ++n) {
        auto gate = std::make_unique<Gate>();
        gate->name = plan.flows[n].name;
        for (const plan::ChannelId channel : reached[n])
            if (plan.channels[channel].limit != 0) gate->leads_to.push_back(index[channel]);
        gate->puts = puts_anything(plan, plan.flows[n]);
        for (const plan::Source& source : plan.flows[n].sources) {
            gate->outside = gate->outside || source.endpoint != plan::none;
            gate->reads = gate->reads || (source.channel != plan::none && plan.channels[source.channel].limit != 0);
        }
        gates_.push_back(std::move(gate));
    }
}

std::uint64_t Pressure::left(const Gate& gate) const {
    if (level_.load(std::memory_order_relaxed) != DiskLevel::enough) return 0;
    std::uint64_t out = no_limit;
    for (const std::size_t each : gate.leads_to) {
        const std::uint64_t depth = store_.depth(limited_[each].no);
        out = std::min(out, limited_[each].limit > depth ? limited_[each].limit - depth : 0);
    }
    return out;
}

std::size_t Pressure::room_outside(std::size_t flow, std::size_t in_flight) {
    Gate& gate = *gates_[flow];
    if (gate.leads_to.empty() && level_.load(std::memory_order_relaxed) == DiskLevel::enough) return no_limit;
    std::uint64_t room = left(gate);
    if (room == 0) {
        gate.held.store(true);
        room = left(gate);  // what went meanwhile has woken nobody
    }
    return room > in_flight ? static_cast<std::size_t>(room - in_flight) : 0;
}

bool Pressure::holds(std::size_t flow) {
    Gate& gate = *gates_[flow];
    if (!gate.puts || level_.load(std::memory_order_relaxed) != DiskLevel::lower) return false;
    gate.held.store(true);
    return true;
}

bool Pressure::open(const Gate& gate) const {
    const DiskLevel level = level_.load(std::memory_order_relaxed);
    return level == DiskLevel::enough ? left(gate) > 0 : level == DiskLevel::low;  // low: what waits in channels may go on
}

void Pressure::eased(std::size_t flow) {
    if (!gates_[flow]->reads) return;
    for (std::size_t n = 0; n < gates_.size(); ++n)
        if (gates_[n]->held.load() && open(*gates_[n]) && gates_[n]->held.exchange(false)) wake_(n);
}

void Pressure::tell(EngineTime now) {
    for (Limited& each : limited_) {
        const std::uint64_t depth = store_.depth(each.no);
        const bool full = depth >= each.limit;
        if (full == each.full) continue;
        each.full = full;
        if (!full || (each.told_at.count() != 0 && now - each.told_at < told_again)) continue;
        each.told_at = now;
        std::string who;
        for (const auto& gate : gates_)
            if (gate->outside && std::any_of(gate->leads_to.begin(), gate->leads_to.end(), [&](std::size_t n) { return &limited_[n] == &each; })) who += (who.empty() ? "`" : ", `") + gate->name + "`";
        if (!who.empty()) log_.write(LogLevel::warn, {}, "`" + each.name + "` holds " + std::to_string(depth) + " messages, and its limit is " + std::to_string(each.limit) + ": the sources of " + who + " pause until some are taken", {});
    }
}

void Pressure::look(EngineTime now) {
    const DiskLevel level = store_.disk(), before = level_.exchange(level);
    if (level != before) {
        const char* text = level == DiskLevel::lower ? "the disk of the store is almost full: sources pause, and so do flows that put into channels; they go on by themselves when there is room"
                           : level == DiskLevel::low ? "the disk of the store has little room: sources pause; they go on by themselves when there is more"
                                                     : "the disk of the store has room again: everything goes on";
        log_.write(level == DiskLevel::enough ? LogLevel::info : LogLevel::warn, {}, text, {});
    }
    tell(now);
    for (std::size_t n = 0; n < gates_.size(); ++n)
        if (gates_[n]->held.load() && open(*gates_[n]) && gates_[n]->held.exchange(false)) wake_(n);
}

std::vector<Pause> Pressure::pauses() const {
    std::vector<Pause> out;
    const DiskLevel level = level_.load();
    for (const auto& gate : gates_) {
        if (level == DiskLevel::lower && gate->puts) {
            out.push_back({gate->name, "flow", "the disk of the store is almost full, and the flow puts into channels"});
            continue;
        }
        if (!gate->outside) continue;
        if (level != DiskLevel::enough) {
            out.push_back({gate->name, "sources", "the disk of the store has little room"});
            continue;
        }
        for (const std::size_t each : gate->leads_to) {
            const Limited& queue = limited_[each];
            const std::uint64_t depth = store_.depth(queue.no);
            if (depth >= queue.limit) out.push_back({gate->name, "sources", "`" + queue.name + "` holds " + std::to_string(depth) + " messages, and its limit is " + std::to_string(queue.limit)});
        }
    }
    return out;
}

}  // namespace weir
