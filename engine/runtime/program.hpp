#pragma once
#include <deque>
#include <memory>
#include <vector>

#include "engine/runtime/destination.hpp"
#include "engine/steps/step.hpp"

namespace weir {

// A flow of the plan as steps that run. Immutable once compiled; the plan outlives it.
struct Program {
    struct Node {
        enum class Sort : std::uint8_t { step, guard, release } sort = Sort::step;  // guard: `on` holds until its release
        StepPtr step;
        At next = at_end;
        const plan::Node* plan = nullptr;
        std::unique_ptr<FailureTable> on;
        At behind = at_end;  // of a guard: behind its release
    };
    std::vector<Node> nodes;
    At first = at_end;
    FailureTable on;
    std::deque<Destination> destinations;
    std::vector<std::unique_ptr<Sink>> sinks;
    bool has_sinks = false;  // some sends are confirmed before the commit
    bool waits = false;      // some step calls
    bool has_lines = false;  // some step has failure lines of its own
    bool alone() const { return has_sinks || waits; }  // each message has a run of its own
    bool remembers() const { return alone() || has_lines || !on.empty(); }  // some message may come back from a rest of its own (U5)
};

// What targets of the plan become. Answers an Error where a connector can't be made.
struct Resolver {
    virtual ~Resolver() = default;
    virtual Result<Done> resolve(const plan::Target& target, Compiler& compiler, Program& program, Destination& out) = 0;
};

Result<std::unique_ptr<Program>> compile(const plan::Plan& plan, const plan::Flow& flow, Compiler& compiler, Resolver& resolver);

}  // namespace weir
