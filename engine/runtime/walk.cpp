// The way of one message through the steps, until it ends, fails, or waits.
#include "engine/runtime/walk.hpp"

#include "engine/runtime/flow.hpp"

namespace weir {

Run::Run(const plan::Plan& plan, Compiler& compiler, const plan::Flow& flow, Log& log) : outputs(plan, compiler, flow.name), lets(flow.lets) {
    emissions.sender = &outputs;
    emissions.log = &log;
    emissions.flow = flow.name;
}

Walked FlowRunner::walk(Run& run) {
    const std::vector<Program::Node>& nodes = parts_.program->nodes;
    for (;;) {
        if (run.at == at_end) {
            if (!next_copy(run, scope_)) return Walked::ended;
            continue;
        }
        const Program::Node& node = nodes[run.at];
        if (cross(run, node)) continue;
        parts_.slot.at(node.plan->identity_hash);
        const Go go = node.step->on(scope_, run.emissions);
        if (go == Go::waits) {
            run.waiting = run.at;
            return Walked::waits;
        }
        if (!follow(run, node, go)) return Walked::failed;
    }
}

// False: the step has failed and no line of its own, or of a step around it, has taken it.
bool FlowRunner::follow(Run& run, const Program::Node& node, Go go) {
    if (go == Go::failed) {
        run.failed_step = node.plan->identity;
        return recover(run);
    }
    go_behind(run, node, go);
    return true;
}

bool read_typed(const plan::Plan& plan, plan::TypeId type, Compiler& compiler, Run& run, Scope& scope) {
    if (type == plan::none) return true;
    std::string why;
    if (!look(run.current.body, run.arena, *scope.reader, why)) {
        fail(scope, FailureClass::invalid, std::move(why), "body");
        return false;
    }
    Value out;
    Misfit misfit;
    if (!conform(plan, type, run.current.body.tree, scope, false, compiler, out, misfit)) {
        fail(scope, FailureClass::invalid, misfit.text(), misfit.path);
        return false;
    }
    run.current.body.tree = out;  // the bytes stay: unread fields go on as they came
    return true;
}

bool cross(Run& run, const Program::Node& node) {
    if (node.sort == Program::Node::Sort::step) return false;
    if (node.sort == Program::Node::Sort::guard) {
        Frame& frame = run.frames.emplace_back();
        frame.on = node.on.get();
        frame.behind = node.behind;
        frame.whole = run.current;
        frame.lets = run.lets;
        frame.mark = run.outputs.mark();
    } else {
        run.frames.pop_back();
    }
    run.at = node.next;
    return true;
}

bool next_copy(Run& run, Scope& scope) {
    while (!run.frames.empty() && run.frames.back().on != nullptr) run.frames.pop_back();  // a copy that ended inside a guarded step
    if (run.frames.empty()) return false;
    Frame& frame = run.frames.back();
    run.current = frame.whole;
    run.lets = frame.lets;
    scope.lets = run.lets.data();
    if (frame.next < frame.blocks.size()) {
        run.at = frame.blocks[frame.next++];
        return true;
    }
    run.at = frame.behind;
    run.frames.pop_back();
    return true;
}

void go_behind(Run& run, const Program::Node& node, Go go) {
    switch (go) {
        case Go::next: run.at = node.next; return;
        case Go::jump: run.at = run.emissions.jump; return;
        case Go::ends: {
            bool copy = false;
            for (const Frame& frame : run.frames) copy = copy || frame.on == nullptr;
            if (!copy) {
                run.outcome = run.emissions.end;
                run.frames.clear();
            }
            run.at = at_end;
            return;
        }
        case Go::copies: {
            // Each copy starts from the message as it is here; what runs on it changes nothing of the message itself (patterns.md 2.3).
            Frame& frame = run.frames.emplace_back();
            frame.blocks = run.emissions.copies;
            frame.behind = node.next;
            frame.whole = run.current;
            frame.lets = run.lets;
            run.at = at_end;
            return;
        }
        case Go::failed:
        case Go::waits: return;
    }
}

}  // namespace weir
