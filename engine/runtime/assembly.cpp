// From the plan to flows that can start: connectors, sources, destinations, and which thread runs what.
#include "engine/runtime/assembly.hpp"
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
        if (source.where != plan::none) {
            compiler.watch_fields(true);
            parts.where = compiler.compile(source.where);
            compiler.watch_fields(false);
        }
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

}  // namespace weir
