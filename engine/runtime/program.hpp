#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "engine/runtime/destination.hpp"
#include "engine/steps/step.hpp"

namespace weir {

// A failure line of a flow, compiled.
struct FailureAction {
    std::vector<FailureClass> classes;
    plan::ActionKind kind = plan::ActionKind::fail_again;
    const Destination* to = nullptr;
    std::uint64_t node = 0;
    CodePtr text;
    FailureClass failure = FailureClass::any;
};

// A flow of the plan as steps that run. Immutable once compiled; the plan outlives it.
struct Program {
    struct Node {
        StepPtr step;
        At next = at_end;
        const plan::Node* plan = nullptr;
    };
    std::vector<Node> nodes;
    At first = at_end;
    std::vector<FailureAction> on;
    std::deque<Destination> destinations;
    std::vector<std::unique_ptr<Sink>> sinks;
    bool has_sinks = false;
};

// What targets of the plan become. Answers an Error where a connector can't be made.
struct Resolver {
    virtual ~Resolver() = default;
    virtual Result<Done> resolve(const plan::Target& target, Compiler& compiler, Program& program, Destination& out) = 0;
};

Result<std::unique_ptr<Program>> compile(const plan::Plan& plan, const plan::Flow& flow, Compiler& compiler, Resolver& resolver);

}  // namespace weir
