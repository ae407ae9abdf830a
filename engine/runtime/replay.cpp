#include "engine/runtime/replay.hpp"

#include <functional>

#include "engine/message/arena.hpp"
#include "engine/runtime/outputs.hpp"
#include "engine/runtime/row.hpp"
#include "engine/runtime/settings.hpp"
#include "engine/runtime/type_mark.hpp"
#include "engine/runtime/walk.hpp"

namespace weir {
namespace {

constexpr std::size_t most_steps = 20'000;

// Numbers that are the same each time: what a run drew is not kept.
class NoRandom final : public Random {
public:
    std::uint64_t next() override { return 0; }
};
class Silent final : public Log {
public:
    void write(LogLevel, std::string_view, std::string_view, std::string_view) override {}
};

// Targets by their names alone: no connector is made.
class Named final : public Resolver {
public:
    explicit Named(const plan::Plan& plan) : plan_(plan) {}
    Result<Done> resolve(const plan::Target& target, Compiler& compiler, Program&, Destination& out) override {
        if (target.channel != plan::none) {
            const plan::Channel& channel = plan_.channels[target.channel];
            out.name = channel.name;
            const TypeMark mark = mark_of(plan_, channel.type);
            out.type = mark.mark == 0 ? plan::none : channel.type;
            out.type_mark = mark.mark;
            return Done{};
        }
        const plan::Endpoint& endpoint = plan_.endpoints[target.endpoint];
        out.sort = Destination::Sort::sink;
        out.name = plan_.connectors[endpoint.connector].name + "." + endpoint.operation;
        for (const plan::Argument& argument : endpoint.arguments)
            if (argument.value != plan::none) out.arguments.push_back({argument.name, compiler.compile(argument.value)});
        return Done{};
    }

private:
    const plan::Plan& plan_;
};

std::string text_of(const Body& body) {
    std::string out;
    write_body(out, body);
    return out;
}

const char* what_it_does(plan::ActionKind kind) {
    switch (kind) {
        case plan::ActionKind::discard: return "its failure line discards it";
        case plan::ActionKind::reject: return "its failure line rejects it";
        case plan::ActionKind::retry: return "its failure line tries it again later";
        case plan::ActionKind::reply: return "its failure line replies";
        case plan::ActionKind::fail: return "its failure line gives the failure another class";
        default: return "";
    }
}

// The program of one flow, with how deep each node stands.
struct CompiledFlow {
    std::unique_ptr<Compiler> compiler;
    std::unique_ptr<Program> program;
    std::unordered_map<const plan::Node*, unsigned> depth;
};

void measure(const plan::Plan& plan, plan::NodeId first, unsigned depth, std::unordered_map<const plan::Node*, unsigned>& into) {
    for (plan::NodeId id = first; id != plan::none; id = plan.nodes[id].next) {
        const plan::Node& node = plan.nodes[id];
        if (!into.emplace(&node, depth).second) return;
        for (const plan::Arm& arm : node.arms) measure(plan, arm.block, depth + 1, into);
        for (const plan::NodeId block : node.blocks) measure(plan, block, depth + 1, into);
        for (const plan::FailureLine& line : node.on) measure(plan, line.action.block, depth + 1, into);
    }
}

// One run. Collects what the steps send instead of sending it.
class Walk final : public Sender {
public:
    Walk(const plan::Plan& plan, const plan::Flow& flow, const CompiledFlow& compiled, const std::vector<Value>& params, const Environment& environment, ReplayInput& input)
        : plan_(plan), flow_(flow), compiled_(compiled), input_(input), run_(plan, *compiled.compiler, flow, log_) {
        scope_.arena = &run_.arena;
        scope_.reader = &reader_;
        scope_.message = &run_.current;
        scope_.params = params.data();
        scope_.random = &random_;
        scope_.environment = &environment;
        scope_.now = input.now;
        scope_.locals.resize(plan.frame);
        scope_.lets = run_.lets.data();
        run_.emissions.sender = this;
        run_.now = input.now;
        run_.current = input.delivery.message;
    }

    Replay run() {
        run_.at = compiled_.program->first;
        if (input_.delivery.unreadable) {
            stop("it could not be read: " + input_.delivery.unreadable->message);
            return std::move(replay_);
        }
        if (!read_typed(plan_, input_.delivery.type, *compiled_.compiler, run_, scope_)) {
            const Failure failure = failure_of(scope_, flow_.name, {}, input_.now, run_.current.meta.attempt);
            stop("it does not fit the type of its channel: " + (failure.path.empty() ? "" : failure.path + ": ") + failure.message);
            return std::move(replay_);
        }
        while (step()) {
        }
        replay_.outcome = run_.outcome;
        return std::move(replay_);
    }

    bool send(Scope& scope, const Destination& to, const Value* value, const Value*, std::uint64_t, bool) override {
        Body body = value == nullptr ? scope.message->body : Body::of(*value);
        if (to.type != plan::none) {
            std::string why;
            if (!look(body, *scope.arena, *scope.reader, why)) {
                fail(scope, FailureClass::invalid, std::move(why), "body");
                return false;
            }
            Value out;
            Misfit misfit;
            if (!conform(plan_, to.type, body.tree, scope, false, *compiled_.compiler, out, misfit)) {
                fail(scope, FailureClass::invalid, to.name + ": " + misfit.why, std::move(misfit.path));
                return false;
            }
        }
        if (replay_.steps.empty()) return true;
        ReplayStep& step = replay_.steps.back();
        step.to = shown(to, scope);
        step.sent = text_of(body);
        return true;
    }
    // Whether there was room then is not known: the copy is shown as sent, and the history says what was dropped.
    bool full(const Destination&) const override { return false; }
    void drop(Scope&, std::uint64_t, std::string_view) override {}
    bool reply(Scope& scope, std::uint16_t status, const Value* value, std::uint64_t) override {
        ReplayStep& step = replay_.steps.back();
        step.to = "who asked";
        step.note = "status " + std::to_string(status);
        step.sent = text_of(value == nullptr ? scope.message->body : Body::of(*value));
        return true;
    }
    bool call(Scope& scope, const CallRequest& request) override {
        ReplayStep& step = replay_.steps.back();
        step.to = shown(*request.to, scope);
        step.sent = text_of(request.body == nullptr ? scope.message->body : Body::of(*request.body));
        asked_ = request;
        return true;
    }

private:
    // A secret may stand in any argument but the first, which is a place.
    std::string shown(const Destination& to, Scope& scope) const {
        if (to.sort == Destination::Sort::channel || to.arguments.empty()) return to.name;
        Value value;
        Scope aside = scope;
        if (!to.arguments.front().code->run(aside, value) || value.kind() != Kind::string) return to.name + "(..)";
        std::string text = to.name + "(";
        write_json(text, value);
        return text + (to.arguments.size() > 1 ? ", ..)" : ")");
    }
    void stop(std::string why) {
        replay_.whole = false;
        replay_.why = std::move(why);
    }
    bool step() {
        if (run_.at == at_end) return next_copy(run_, scope_);
        if (replay_.steps.size() >= most_steps) {
            stop("more than " + std::to_string(most_steps) + " steps");
            return false;
        }
        const Program::Node& node = compiled_.program->nodes[run_.at];
        if (cross(run_, node)) {
            if (node.sort == Program::Node::Sort::guard) run_.frames.back().mark.puts = replay_.steps.size();
            return true;
        }
        ReplayStep& step = replay_.steps.emplace_back();
        step.node = node.plan;
        if (const auto depth = compiled_.depth.find(node.plan); depth != compiled_.depth.end()) step.depth = depth->second;
        step.before = text_of(run_.current.body);
        Go go = node.step->on(scope_, run_.emissions);
        if (go == Go::waits && !answered(node, go)) return false;
        return follow(node, go);
    }

    // The answer that the call got. False: it is not kept, and nothing behind it can be computed.
    bool answered(const Program::Node& node, Go& go) {
        ReplayStep& step = replay_.steps.back();
        const ReplayAnswer* found = nullptr;
        for (const ReplayAnswer& each : input_.answers)
            if (each.node == asked_.node) found = &each;
        if (found == nullptr && input_.failure && input_.failure->step == node.plan->identity) {
            go = fail(scope_, input_.failure->kind, input_.failure->message, input_.failure->path);
            return true;
        }
        if (found == nullptr || !asked_.recorded) {
            step.note = asked_.recorded ? "its answer was not kept" : "its answer is withheld";
            stop("the answer of `" + step.to + "` " + (asked_.recorded ? "was not kept" : "is withheld") + ", so what came behind it can't be computed");
            return false;
        }
        step.has_answer = true;
        step.answer = found->body;
        Value value = Value::null();
        if (!found->body.empty()) {
            Body body = Body::copy_of(found->body, found->format == Format::none ? Format::json : found->format);
            std::string why;
            if (!look(body, run_.arena, reader_, why)) {
                if (found->format != Format::none) {
                    go = fail(scope_, FailureClass::invalid, "the answer can't be read: " + why);
                    return true;
                }
                body = Body::copy_of(found->body, Format::text);
                (void)look(body, run_.arena, reader_, why);
            }
            run_.held.push_back(body.owner);
            value = body.tree;
        }
        go = node.step->resume(scope_, run_.emissions, value);
        return true;
    }

    bool follow(const Program::Node& node, Go go) {
        ReplayStep& step = replay_.steps.back();
        step.after = go == Go::failed ? step.before : text_of(run_.current.body);
        step.changed = step.after != step.before;
        const plan::Node& word = *node.plan;
        if (go != Go::failed && (word.word == "let" || (word.word == "set" && word.text == "header"))) note_value(word, step);
        if (go == Go::failed) return recover(node);
        bool copy = false;
        for (const Frame& frame : run_.frames) copy = copy || frame.on == nullptr;
        go_behind(run_, node, go);
        if (go == Go::jump) note_arm(word, run_.at, step);
        if (go == Go::copies) step.note = std::to_string(run_.emissions.copies.size()) + (run_.emissions.copies.size() == 1 ? " copy" : " copies");
        if (go == Go::ends) {
            step.note = copy ? "this copy ends here" : "it ends here";
            if (!run_.emissions.why.empty() && word.word == "discard") step.note += ": " + run_.emissions.why;
        }
        return true;
    }

    // As the flow does it: the lines of the step and those around it, then the flow's table. False: the run ends.
    bool recover(const Program::Node& node) {
        run_.failing = failure_of(scope_, flow_.name, node.plan->identity, input_.now, run_.current.meta.attempt);
        replay_.steps.back().failed = run_.failing;
        Outputs::Mark back;
        if (find_line(run_, scope_, back)) {
            take_back(back.puts);
            return true;
        }
        take_back(0);
        run_.outcome = Outcome::dead;
        if (run_.in_action) return false;
        run_.failure = std::make_shared<const Failure>(run_.failing);
        scope_.failure = run_.failure.get();
        run_.current = input_.delivery.message;
        run_.lets.assign(flow_.lets, Value());
        scope_.lets = run_.lets.data();
        const FailureAction* action = run_.action != nullptr ? run_.action : pick(compiled_.program->on, run_.failing.kind, run_.failing.attempts);
        return action != nullptr && begins(*action);
    }
    // The failure action. True: it has steps.
    bool begins(const FailureAction& action) {
        if (action.kind == plan::ActionKind::steps) {
            run_.in_action = true;
            run_.outcome = Outcome::moved;
            run_.at = action.block;
            return true;
        }
        if (action.kind == plan::ActionKind::send) {
            replay_.steps.back().note = "its failure line sends it to " + action.to->name;
            run_.outcome = Outcome::moved;
        } else {
            replay_.steps.back().note = what_it_does(action.kind);
            if (action.kind == plan::ActionKind::retry) run_.outcome = Outcome::resting;
            if (action.kind == plan::ActionKind::discard) run_.outcome = Outcome::discarded;
            if (action.kind == plan::ActionKind::reject || action.kind == plan::ActionKind::reply) run_.outcome = Outcome::refused;
        }
        return false;
    }
    void take_back(std::size_t from) {
        for (std::size_t n = from; n < replay_.steps.size(); ++n) {
            ReplayStep& step = replay_.steps[n];
            if (!step.to.empty() && step.node->word != "tap" && !step.node->call) step.undone = true;
        }
    }

    void note_value(const plan::Node& word, ReplayStep& step) const {
        if (word.word == "let") {
            for (const plan::Binding& binding : flow_.bindings)
                if (binding.slot == word.slot) step.note = binding.name + " = ";
            if (word.slot < run_.lets.size()) write_json(step.note, run_.lets[word.slot]);
            return;
        }
        for (const plan::Path& path : word.paths)
            if (path.names.size() > 1 && run_.current.headers)
                if (const std::string* value = find_header(*run_.current.headers, path.names[1])) step.note = path.names[1] + " = " + *value;
    }
    void note_arm(const plan::Node& word, At to, ReplayStep& step) const {
        const plan::Node* target = to == at_end ? nullptr : compiled_.program->nodes[to].plan;
        for (const plan::Arm& arm : word.arms)
            if (arm.block != plan::none && &plan_.nodes[arm.block] == target) step.note = arm.otherwise ? "else" : arm.label;
    }

    const plan::Plan& plan_;
    const plan::Flow& flow_;
    const CompiledFlow& compiled_;
    ReplayInput& input_;
    JsonReader reader_;
    NoRandom random_;
    Silent log_;
    Run run_;
    Scope scope_;
    CallRequest asked_;
    Replay replay_;
};

}  // namespace

struct Replayer::Parts {
    plan::Plan plan;
    const Environment& environment;
    Arena arena;
    JsonReader reader;
    NoRandom random;
    Message nothing;
    std::unique_ptr<Compiler> params_compiler;  // owns the constants that params are made of
    std::vector<Value> params;
    std::map<std::string, CompiledFlow> flows;
    Parts(plan::Plan p, const Environment& e) : plan(std::move(p)), environment(e) {}
};

Replayer::Replayer() = default;
Replayer::~Replayer() = default;
const plan::Plan& Replayer::plan() const { return parts_->plan; }

Result<std::unique_ptr<Replayer>> Replayer::make(const plan::Plan& plan, const std::map<std::string, std::string>& settings, const Environment& environment) {
    std::unique_ptr<Replayer> made(new Replayer());
    made->parts_ = std::make_unique<Parts>(plan, environment);
    Parts& parts = *made->parts_;
    for (plan::Param& param : parts.plan.params) {
        if (!param.secret) continue;
        plan::Expr word;
        word.constant = std::string("(secret)");
        param.value = static_cast<plan::ExprId>(parts.plan.exprs.size());
        parts.plan.exprs.push_back(std::move(word));
    }
    parts.params_compiler = std::make_unique<Compiler>(parts.plan);
    Scope scope;
    scope.arena = &parts.arena;
    scope.reader = &parts.reader;
    scope.random = &parts.random;
    scope.environment = &environment;
    scope.message = &parts.nothing;
    scope.locals.resize(parts.plan.frame);
    const Result<Done> set = evaluate_params(parts.plan, settings, *parts.params_compiler, scope, parts.params);
    if (!set) return set.error();
    return made;
}

Result<Replay> Replayer::run(const std::string& name, ReplayInput input) {
    const plan::Flow* flow = nullptr;
    for (const plan::Flow& each : parts_->plan.flows)
        if (each.name == name) flow = &each;
    if (flow == nullptr) return Error{0, "its plan has no flow `" + name + "`"};
    CompiledFlow& compiled = parts_->flows[name];
    if (!compiled.program) {
        compiled.compiler = std::make_unique<Compiler>(parts_->plan);
        Named names(parts_->plan);
        Result<std::unique_ptr<Program>> program = compile(parts_->plan, *flow, *compiled.compiler, names);
        if (!program) return program.error();
        compiled.program = std::move(*program);
        measure(parts_->plan, flow->first, 0, compiled.depth);
    }
    return Walk(parts_->plan, *flow, compiled, parts_->params, parts_->environment, input).run();
}

}  // namespace weir
