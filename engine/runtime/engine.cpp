#include "engine/runtime/engine.hpp"

#include "engine/runtime/assembly.hpp"
#include "engine/runtime/settings.hpp"

namespace weir {

// R9: who was running when the last engine died is counted before anything runs; then the record begins empty.
void Engine::Parts::look_at_flight() {
    std::vector<Suspect> named;
    const std::span<FlightSlot> slots = world.flight != nullptr ? world.flight->slots() : std::span<FlightSlot>();
    for (const FlightSlot& slot : slots) {
        if (slot.running.load(std::memory_order_acquire) == 0) continue;
        Suspect& each = named.emplace_back();
        each.name = {slot.name_a.load(), slot.name_b.load()};
        each.flow = slot.flow.load();
        each.step = slot.step.load();
    }
    std::vector<Suspect> all = world.store.suspects(named);
    for (FlightSlot& slot : slots) slot.leave();
    for (const Suspect& each : all) {
        std::string flow;
        for (const plan::Flow& known : plan.flows)
            if (world.store.number(NameKind::flow, known.name) == each.flow) flow = known.name;
        world.log.write(LogLevel::warn, flow, "the engine has died in the middle of this message; it runs alone now, and is a dead letter once that has happened " + std::to_string(most_crashes) + " times",
                        "{\"name\":\"" + to_text(each.name) + "\",\"times\":" + std::to_string(each.crashes) + "}");
    }
    suspects.load(std::move(all));
}

FlightSlot& Engine::Parts::slot(std::size_t worker) {
    const std::span<FlightSlot> slots = world.flight != nullptr ? world.flight->slots() : std::span<FlightSlot>();
    if (worker < slots.size()) return slots[worker];
    while (own_slots.size() <= worker) own_slots.emplace_back();
    return own_slots[worker];
}

// Idle: every flow quiet, no channel ahead of its reader, and nothing moved while we looked.
void Engine::Parts::look() {
    looking.store(false);
    if (!ended) return;
    std::uint64_t before = 0, after = 0;
    bool idle = true;
    for (const auto& flow : flows) before += flow->activity.load(std::memory_order_acquire);
    for (const auto& flow : flows) {
        idle = idle && flow->quiet.load(std::memory_order_acquire);
        if (!stopping)
            for (const auto& input : flow->inputs()) idle = idle && !input->behind(world.store);
    }
    for (const auto& flow : flows) after += flow->activity.load(std::memory_order_acquire);
    if (!idle || before != after) return;
    if (stopping || options.until_idle || !endless) finish(Done{});
}

// S5, P3, M1: what nobody tells is looked at.
void Engine::Parts::each_look() {
    if (options.look_every.count() == 0) return;
    home().after(options.look_every, [this, live = std::weak_ptr(alive)] {
        if (live.expired() || !ended) return;
        pressure->look(world.clock.engine());
        look_at_wall();
        forget_keys();
        each_look();
    });
}

// K7: each minute, and more often while there is no room for more; a sweep of all keys takes a tenth of a second.
void Engine::Parts::forget_keys() {
    const EngineTime now = world.clock.engine(), each = keys.full() ? EngineTime(std::chrono::seconds(10)) : EngineTime(std::chrono::minutes(1));
    if (now < std::min(next_sweep, last_sweep + each)) return;
    last_sweep = now;
    next_sweep = now + each;
    for (std::size_t n = 0; n < flows.size(); ++n)
        homes[n]->post([flow = flows[n].get(), live = flows[n]->alive()] {
            if (!live.expired()) flow->sweep();
        });
}

// M1: durations go by engine time, whatever somebody does to the clock on the wall.
void Engine::Parts::look_at_wall() {
    constexpr std::int64_t worth_telling = 5'000'000'000;
    const std::int64_t ahead = world.clock.wall() - world.clock.engine().count(), jump = ahead - wall_ahead;
    wall_ahead = ahead;
    if (std::abs(jump) <= worth_telling) return;
    world.log.write(LogLevel::warn, {}, "the clock on the wall has jumped by " + std::to_string(jump / 1'000'000'000) + " s: durations go on as they were, times of day are as it says now", {});
}

void Engine::Parts::finish(Result<Done> how) {
    if (!ended) return;
    auto then = std::move(ended);
    ended = {};
    stopping = true;
    then(std::move(how));
}

Engine::Engine(const plan::Plan& plan, World world, EngineOptions options) : parts_(std::make_unique<Parts>(plan, std::move(world), std::move(options))) {}
Engine::~Engine() = default;

Result<Done> Engine::start(Then<Result<Done>> ended) {
    Parts& parts = *parts_;
    parts.params_compiler = std::make_unique<Compiler>(parts.plan);
    Scope scope = parts.scope();
    const Result<Done> set = evaluate_params(parts.plan, parts.options.settings, *parts.params_compiler, scope, parts.params);
    if (!set) return set;
    const std::string kept = write_params(parts.plan, parts.params);
    parts.world.store.keep_plan(row_hash(parts.plan.hash, kept), with_params(parts.options.texts, kept));
    for (const plan::Channel& channel : parts.plan.channels)
        if (channel.kind == plan::ChannelKind::topic) {
            const No number = parts.world.store.number(NameKind::channel, channel.name);
            parts.world.store.topic(number);
            parts.world.store.keep(number, {channel.keep_for, channel.keep_bytes}, parts.home(), [&log = parts.world.log, name = channel.name](std::uint64_t rows) {
                log.write(LogLevel::warn, {}, "topic " + name + ": " + std::to_string(rows) + (rows == 1 ? " message" : " messages") + " went before every subscription had read " + (rows == 1 ? "it" : "them"), {});
            });
        }
    parts.keys.most = parts.options.most_keys;
    parts.pressure = std::make_unique<Pressure>(parts.plan, parts.world.store, parts.world.log, [&parts](std::size_t n) {
        FlowRunner* flow = parts.flows[n].get();
        parts.homes[n]->post([flow, live = flow->alive()] {
            if (!live.expired()) flow->wake();
        });
    });
    parts.pressure->look(parts.world.clock.engine());
    parts.wall_ahead = parts.world.clock.wall() - parts.world.clock.engine().count();
    parts.look_at_flight();
    const std::vector<std::size_t> threads = parts.threads();
    for (std::size_t n = 0; n < parts.plan.flows.size(); ++n) {
        const Result<Done> made = parts.make_flow(parts.plan.flows[n], threads[n]);
        if (!made) return made;
    }
    bool has_endpoint = false;
    for (const plan::Flow& flow : parts.plan.flows)
        for (const plan::Source& source : flow.sources) has_endpoint = has_endpoint || source.endpoint != plan::none;
    if (!has_endpoint) parts.endless = true;  // flows that only read channels wait for what others send
    parts.ended = std::move(ended);
    for (std::size_t n = 0; n < parts.flows.size(); ++n) {
        FlowRunner* flow = parts.flows[n].get();
        const bool paused = parts.options.paused.count(flow->parts().flow.name) != 0;
        parts.homes[n]->post([flow, paused, live = flow->alive()] {
            if (live.expired()) return;
            flow->pause(paused);
            flow->start();
        });
    }
    parts.each_look();
    if (parts.flows.empty()) parts.home().post([this] { parts_->finish(Done{}); });
    return Done{};
}

void Engine::stop() {
    Parts& parts = *parts_;
    parts.stopping = true;
    for (std::size_t n = 0; n < parts.flows.size(); ++n) {
        FlowRunner* flow = parts.flows[n].get();
        parts.homes[n]->post([flow, live = flow->alive()] {
            if (!live.expired()) flow->stop();
        });
    }
}

bool Engine::pause(const std::string& flow, bool paused) {
    for (std::size_t n = 0; n < parts_->flows.size(); ++n) {
        FlowRunner* runner = parts_->flows[n].get();
        if (runner->parts().flow.name != flow) continue;
        parts_->homes[n]->post([runner, paused, live = runner->alive()] {
            if (!live.expired()) runner->pause(paused);
        });
        return true;
    }
    return false;
}

std::vector<FlowReport> Engine::report() const {
    std::vector<FlowReport> out;
    for (const auto& flow : parts_->flows) out.push_back({flow->parts().flow.name, &flow->figures});
    return out;
}

std::vector<Pause> Engine::pauses() const {
    std::vector<Pause> out;
    if (parts_->pressure) out = parts_->pressure->pauses();
    for (const auto& flow : parts_->flows)
        if (flow->parts().flow.key != plan::none && parts_->keys.full())
            out.push_back({flow->parts().flow.name, "flow", "it remembers the keys of `idempotent by`, and all flows together have reached " + std::to_string(parts_->keys.most) + " of them"});
    for (const auto& flow : parts_->flows)
        if (flow->paused()) out.push_back({flow->parts().flow.name, "flow", "by hand"});
    return out;
}

std::size_t Engine::keys() const { return parts_->keys.used.load(); }

bool Engine::ends() const { return parts_->options.until_idle || !parts_->endless; }

}  // namespace weir
