#pragma once
#include <atomic>
#include <deque>

#include "engine/runtime/engine.hpp"
#include "engine/runtime/input.hpp"

namespace weir {

// What an engine is made of. assembly.cpp puts it together from the plan; engine.cpp runs it.
// Owner: the Engine. Thread: the first executor's, but what says otherwise.
struct Engine::Parts {
    const plan::Plan& plan;
    World world;
    EngineOptions options;
    Arena arena;
    JsonReader reader;
    std::unique_ptr<Compiler> params_compiler;  // owns the constants that params are made of
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

}  // namespace weir
