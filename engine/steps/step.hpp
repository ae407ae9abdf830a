#pragma once
#include <memory>
#include <string>
#include <vector>

#include "dsl/plan/plan.hpp"
#include "engine/evaluate/evaluate.hpp"
#include "engine/message/message.hpp"
#include "engine/ports/log.hpp"
#include "engine/ports/store.hpp"

namespace weir {

using At = std::uint32_t;            // index of a step in its Program
inline constexpr At at_end = ~At{0};

enum class Go : std::uint8_t {
    next,    // to the step behind
    jump,    // to Emissions::jump, a block that leads back behind this step
    copies,  // a copy of the message goes through each of Emissions::copies, then on
    ends,    // the message, or the copy, ends here with Emissions::end
    failed,  // Scope::failed, why and path say how
};

struct Destination;

// Where a step leaves what it sends. Collected until the unit's last step has succeeded (U2).
struct Sender {
    virtual ~Sender() = default;
    // Sends the message in scope, or, where `body` is not null, a new message of the conversation. False: Scope says why.
    virtual bool send(Scope& scope, const Destination& to, const Value* body, const Value* headers, std::uint64_t node, bool tap) = 0;
};

// What one step does with one message besides changing it. Owned by the flow's runner and reused.
struct Emissions {
    Sender* sender = nullptr;
    Log* log = nullptr;
    std::string_view flow;
    At jump = at_end;
    std::vector<At> copies;
    Outcome end = Outcome::done;
    std::string why;  // of a discard
};

inline Go fail(Scope& scope, FailureClass kind, std::string why, std::string path = {}) {
    scope.failed = kind;
    scope.why = std::move(why);
    scope.path = std::move(path);
    return Go::failed;
}

// One step of a compiled flow. Immutable; decides and never waits, so any test can call it.
class Step {
public:
    virtual ~Step() = default;
    virtual Go on(Scope& scope, Emissions& out) const = 0;
};
using StepPtr = std::unique_ptr<const Step>;

// What a step is made with: the plan, and how its expressions, targets and blocks become code.
struct StepMaker {
    const plan::Plan& plan;
    Compiler& compiler;
    virtual ~StepMaker() = default;
    StepMaker(const plan::Plan& p, Compiler& c) : plan(p), compiler(c) {}
    virtual const Destination& destination(const plan::Target& target) = 0;
    // The first step of a block; what runs to its end goes on at `behind`.
    virtual At block(plan::NodeId first, At behind) = 0;
    CodePtr code(plan::ExprId id) { return id == plan::none ? nullptr : compiler.compile(id); }
    CodePtr operand(const plan::Node& node, std::size_t index) { return index < node.exprs.size() ? code(node.exprs[index]) : nullptr; }
};

}  // namespace weir
