#include "engine/runtime/engine.hpp"

#include <atomic>
#include <deque>

#include "engine/runtime/input.hpp"
#include "engine/runtime/settings.hpp"
#include "engine/runtime/type_mark.hpp"

namespace weir {
namespace {

constexpr std::int64_t default_request_timeout = 30'000'000'000;  // Q3

const OperationSpec* operation_of(const ConnectorCatalog& specs, const plan::Plan& plan, const plan::Endpoint& endpoint, OperationRole role) {
    const ConnectorSpec* spec = specs.find(plan.connectors[endpoint.connector].kind);
    return spec == nullptr ? nullptr : spec->find(endpoint.operation, role);
}

// The folder of a computed path's constant beginning: what stands before the first `${`.
std::string root_of(const plan::Plan& plan, const plan::Endpoint& endpoint) {
    for (const plan::Argument& argument : endpoint.arguments) {
        if (argument.value == plan::none || (!argument.name.empty() && argument.name != "path")) continue;
        const plan::Expr& expr = plan.exprs[argument.value];
        const plan::Expr* first = &expr;
        if (expr.op == plan::Op::text && !expr.operands.empty()) first = &plan.exprs[expr.operands[0]];
        const auto* text = first->op == plan::Op::constant ? std::get_if<std::string>(&first->constant) : nullptr;
        if (text == nullptr) return ".";
        const auto slash = text->rfind('/');
        return slash == std::string::npos ? "." : slash == 0 ? "/" : text->substr(0, slash);
    }
    return {};
}

}  // namespace

struct Engine::Parts {
    const plan::Plan& plan;
    World world;
    EngineOptions options;
    Arena arena;
    JsonReader reader;
    std::vector<Value> params;
    std::vector<std::unique_ptr<Connector>> connectors;  // by number in the plan; made when first asked for
    std::unique_ptr<Pressure> pressure;
    KeyBudget keys;
    EngineTime next_sweep{0}, last_sweep{0};
    std::vector<std::unique_ptr<FlowRunner>> flows;
    std::vector<Executor*> homes;  // of each flow
    Requesters requesters;
    std::int64_t wall_ahead = 0;   // of the clock on the wall to engine time, as it was last seen
    Suspects suspects;
    std::deque<FlightSlot> own_slots;  // where no record is given
    std::map<std::string, std::shared_ptr<Cursor>> cursors;  // by subscription: flows that read one queue share it
    Then<Result<Done>> ended;
    bool endless = false;
    bool stopping = false;
    std::atomic<bool> looking{false};
    std::shared_ptr<const char> alive = std::make_shared<const char>();  // what is posted asks this first

    Parts(const plan::Plan& p, World w, EngineOptions o) : plan(p), world(std::move(w)), options(std::move(o)), requesters(world.random) {}
    Executor& home() { return *world.executors.front(); }
    ConnectorKind* kind(const std::string& name) {
        for (const auto& each : world.kinds)
            if (each->name() == name) return each.get();
        return nullptr;
    }
    Scope scope() {
        Scope out;
        out.arena = &arena;
        out.reader = &reader;
        out.params = params.data();
        out.now = world.clock.wall();
        out.random = &world.random;
        out.environment = &world.environment;
        out.message = &nothing;
        return out;
    }
    Message nothing;
    Result<std::vector<Argument>> constants(const std::string& name, const std::vector<plan::Argument>& arguments, Compiler& compiler) {
        std::vector<Argument> out;
        Scope at = scope();
        for (const plan::Argument& argument : arguments) {
            if (argument.value == plan::none) continue;
            Value value;
            const CodePtr code = compiler.compile(argument.value);
            if (!code->run(at, value)) return Error{0, name + ": an argument can't be computed: " + at.why};
            out.push_back({argument.name, value});
        }
        return out;
    }
    ConnectorWorld connector_world(Executor& executor) {
        ConnectorWorld out{world.clock, world.random, world.files, executor, world.console};
        out.network = executor.network();
        out.log = &world.log;
        return out;
    }
    Result<Connector*> connector(plan::ConnectorId id, Compiler& compiler, Executor& executor) {
        const plan::Connector& declared = plan.connectors[id];
        connectors.resize(plan.connectors.size());
        if (connectors[id]) return connectors[id].get();
        ConnectorKind* found = kind(declared.kind);
        if (found == nullptr) return Error{0, declared.name + ": this build has no connector `" + declared.kind + "`"};
        Result<std::vector<Argument>> arguments = constants("connector " + declared.name, declared.arguments, compiler);
        if (!arguments) return arguments.error();
        Result<std::unique_ptr<Connector>> made = found->make(declared.name, *arguments, connector_world(executor));
        if (!made) return made.error();
        connectors[id] = std::move(*made);
        return connectors[id].get();
    }
    Result<Done> make_flow(const plan::Flow& flow, std::size_t worker);
    void look_at_flight();
    FlightSlot& slot(std::size_t worker);
    Result<Done> add_source(FlowRunner& runner, const plan::Source& source, Compiler& compiler, Executor& executor);
    std::vector<std::size_t> threads() const;
    void look();
    void each_look();
    void look_at_wall();
    void forget_keys();
    void finish(Result<Done> how);
};

namespace {

class EngineResolver final : public Resolver {
public:
    using Connections = std::function<Result<Connector*>(plan::ConnectorId)>;
    EngineResolver(Store& store, Connections connections, const ConnectorCatalog& specs, ConnectorWorld world, const plan::Plan& plan, std::function<Scope()> scope)
        : store_(store), connections_(std::move(connections)), specs_(specs), world_(world), plan_(plan), scope_(std::move(scope)) {}
    Result<Done> resolve(const plan::Target& target, Compiler& compiler, Program& program, Destination& out) override {
        if (target.channel != plan::none) {
            const plan::Channel& channel = plan_.channels[target.channel];
            out.sort = Destination::Sort::channel;
            out.name = channel.name;
            out.channel = store_.number(NameKind::channel, channel.name);
            out.limit = channel.limit;
            const TypeMark mark = mark_of(plan_, channel.type);
            out.type = mark.mark == 0 ? plan::none : channel.type;
            out.type_mark = mark.mark;
            for (const plan::Flow& flow : plan_.flows)
                for (const plan::Source& source : flow.sources) out.may_answer = out.may_answer || (source.channel == target.channel && flow.may_answer);
            return Done{};
        }
        const plan::Endpoint& endpoint = plan_.endpoints[target.endpoint];
        const plan::Connector& connector = plan_.connectors[endpoint.connector];
        const OperationSpec* spec = operation_of(specs_, plan_, endpoint, OperationRole::sink);
        out.name = connector.name + "." + endpoint.operation;
        out.operation = endpoint.operation;
        if (spec == nullptr) return Error{0, out.name + ": this build has no connector `" + connector.kind + "`"};
        const Result<Connector*> made = connections_(endpoint.connector);
        if (!made) return made.error();
        out.connector = *made;
        bool fixed = true;
        for (const plan::Argument& argument : endpoint.arguments) {
            if (argument.value == plan::none) continue;
            ArgumentCode code{argument.name, compiler.compile(argument.value)};
            fixed = fixed && code.code->constant();
            out.arguments.push_back(std::move(code));
        }
        out.root = fixed ? std::string() : root_of(plan_, endpoint);
        if (spec->append) {
            out.sort = Destination::Sort::append;
            if (fixed) {
                Scope scope = scope_();
                std::vector<Argument> arguments;
                Failure failure;
                std::string path;
                if (!arguments_of(out, scope, arguments)) return Error{0, out.name + ": " + scope.why};
                if (!out.connector->append_path(arguments, path, failure)) return Error{0, out.name + ": " + failure.message};
                out.name = path;
                out.fixed_path = std::move(path);
            }
            return Done{};
        }
        out.sort = Destination::Sort::sink;
        out.timeout = EngineTime(spec->timeout);
        Result<std::unique_ptr<Sink>> sink = out.connector->sink(endpoint.operation, world_);
        if (!sink) return sink.error();
        out.sink = sink->get();
        program.sinks.push_back(std::move(*sink));
        return Done{};
    }

private:
    Store& store_;
    Connections connections_;
    const ConnectorCatalog& specs_;
    ConnectorWorld world_;
    const plan::Plan& plan_;
    std::function<Scope()> scope_;
};

}  // namespace

Result<Done> Engine::Parts::add_source(FlowRunner& runner, const plan::Source& source, Compiler& compiler, Executor& executor) {
    if (source.dead) {
        DeadParts parts;
        parts.flow = world.store.number(NameKind::flow, source.subscription);
        parts.name = source.subscription + ".dead";
        std::shared_ptr<Cursor>& cursor = cursors[parts.name];
        if (!cursor) cursor = std::make_shared<Cursor>();
        parts.cursor = cursor;
        runner.add(make_dead_input(runner, world.store, std::move(parts)));
        return Done{};
    }
    if (source.channel != plan::none) {
        const plan::Channel& channel = plan.channels[source.channel];
        const No number = world.store.number(NameKind::channel, channel.name);
        // A queue has one position whoever reads it (R7); a topic has one for each subscription (C4).
        const bool topic = channel.kind == plan::ChannelKind::topic;
        const std::string name = topic ? channel.name + "/" + (source.subscription.empty() ? runner.parts().flow.name : source.subscription) : channel.name;
        const No subscription = world.store.number(NameKind::subscription, name);
        world.store.subscribe(subscription, number, !topic || source.since_oldest);
        ChannelParts parts;
        parts.channel = number;
        parts.subscription = subscription;
        parts.name = channel.name;
        parts.type = channel.type;
        parts.mark = mark_of(plan, channel.type);
        parts.live = source.live;
        if (source.where != plan::none) parts.where = compiler.compile(source.where);
        std::shared_ptr<Cursor>& cursor = cursors[name];
        if (!cursor) cursor = std::make_shared<Cursor>();
        parts.cursor = cursor;
        std::unique_ptr<Input> input = make_channel_input(runner, world.store, std::move(parts));
        input->weight = source.weight;
        runner.add(std::move(input));
        return Done{};
    }
    const plan::Endpoint& endpoint = plan.endpoints[source.endpoint];
    const plan::Connector& connector = plan.connectors[endpoint.connector];
    const OperationSpec* spec = operation_of(world.specs, plan, endpoint, OperationRole::source);
    if (spec == nullptr) return Error{0, connector.name + "." + endpoint.operation + ": this build has no connector `" + connector.kind + "`"};
    const Result<Connector*> made = this->connector(endpoint.connector, compiler, executor);
    if (!made) return made.error();
    Result<std::vector<Argument>> arguments = constants(connector.name + "." + endpoint.operation, endpoint.arguments, compiler);
    if (!arguments) return arguments.error();
    // A source is known by its flow, its operation and its first argument: editing anything else keeps its position.
    std::string name = runner.parts().flow.name + "/" + connector.name + "." + endpoint.operation;
    for (const Argument& argument : *arguments) {
        name += "/";
        if (argument.value.kind() == Kind::string) name += argument.value.text();
        else write_json(name, argument.value);
        break;
    }
    EndpointParts parts;
    parts.number = world.store.number(NameKind::source, name);
    parts.name = name;
    parts.finite = spec->finite && source.every == 0;
    if (!parts.finite) endless = true;
    // Two flows that read one file are two sources, and their messages have ids of their own (I1).
    arguments->push_back({"source", Value::string(std::string_view(arena.copy(name), name.size()))});
    Result<std::unique_ptr<Source>> opened = (*made)->source(endpoint.operation, parts.number, *arguments, source.every, connector_world(executor));
    if (!opened) return opened.error();
    parts.source = std::move(*opened);
    parts.two_way = spec->two_way;
    parts.timeout = EngineTime(runner.parts().flow.timeout > 0 ? runner.parts().flow.timeout : default_request_timeout);
    std::unique_ptr<Input> input = make_endpoint_input(runner, world.store, std::move(parts));
    input->weight = source.weight;
    runner.add(std::move(input));
    return Done{};
}

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

Result<Done> Engine::Parts::make_flow(const plan::Flow& flow, std::size_t worker) {
    Executor& executor = *world.executors[worker];
    auto compiler = std::make_unique<Compiler>(plan);
    Compiler& lender = *compiler;
    EngineResolver resolver(world.store, [this, &lender, &executor](plan::ConnectorId id) { return connector(id, lender, executor); }, world.specs, connector_world(executor), plan, [this] { return scope(); });
    Result<std::unique_ptr<Program>> program = compile(plan, flow, *compiler, resolver);
    if (!program) return program.error();
    Compiler& borrowed = *compiler;
    FlowParts flow_parts{plan, flow, world.store.number(NameKind::flow, flow.name), std::move(compiler), std::move(*program), executor, world.store, world.clock, world.random, world.environment, world.log, params.data(), requesters, suspects, slot(worker), options.window};
    flow_parts.pressure = pressure.get();
    flow_parts.index = flows.size();
    flow_parts.keys = &keys;
    FlowEvents events;
    events.settled = [this] {
        if (looking.exchange(true)) return;
        home().post([this, live = std::weak_ptr(alive)] {
            if (!live.expired()) look();
        });
    };
    events.fatal = [this](std::string why) {
        home().post([this, live = std::weak_ptr(alive), text = std::move(why)] {
            if (!live.expired()) finish(Error{0, text});
        });
    };
    auto runner = std::make_unique<FlowRunner>(std::move(flow_parts), std::move(events));
    std::vector<ChannelParts> origins;
    for (const plan::Source& source : flow.sources) {
        const Result<Done> added = add_source(*runner, source, borrowed, executor);
        if (!added) return added.error();
        if (source.channel == plan::none) continue;
        const plan::Channel& channel = plan.channels[source.channel];
        ChannelParts origin;
        origin.channel = world.store.number(NameKind::channel, channel.name);
        origin.type = channel.type;
        origin.mark = mark_of(plan, channel.type);
        origins.push_back(std::move(origin));
    }
    runner->add(make_due_input(*runner, world.store, std::move(origins)));
    flows.push_back(std::move(runner));
    homes.push_back(&executor);
    return Done{};
}

// The executor of each flow: dealt out in turn, but flows that read from one connection that is pinned share one, as that connection asks.
std::vector<std::size_t> Engine::Parts::threads() const {
    std::vector<std::size_t> group(plan.flows.size());
    for (std::size_t n = 0; n < group.size(); ++n) group[n] = n;
    std::map<plan::ConnectorId, std::size_t> first;
    for (std::size_t n = 0; n < group.size(); ++n)
        for (const plan::Source& source : plan.flows[n].sources) {
            if (source.endpoint == plan::none) continue;
            const plan::ConnectorId connector = plan.endpoints[source.endpoint].connector;
            const ConnectorSpec* spec = world.specs.find(plan.connectors[connector].kind);
            if (spec == nullptr || !spec->pinned) continue;
            const auto [at, fresh] = first.emplace(connector, group[n]);
            if (fresh || at->second == group[n]) continue;
            const std::size_t from = group[n], to = at->second;  // two groups become one
            for (std::size_t& each : group)
                if (each == from) each = to;
            for (auto& [other, number] : first)
                if (number == from) number = to;
        }
    std::map<std::size_t, std::size_t> thread;
    std::vector<std::size_t> out;
    for (const std::size_t each : group) out.push_back(thread.emplace(each, thread.size() % world.executors.size()).first->second);
    return out;
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
    Compiler compiler(parts.plan);
    Scope scope = parts.scope();
    const Result<Done> set = evaluate_params(parts.plan, parts.options.settings, compiler, scope, parts.params);
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
