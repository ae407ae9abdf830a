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
    waits,   // for the answer to what it gave to Sender::call; then the step's `resume`
};

struct Destination;

// A `call`, as its step asks for it. Made once at the step, then the runtime's.
struct CallRequest {
    const Destination* to = nullptr;
    const Value* body = nullptr;      // null: the message's own
    const Value* headers = nullptr;
    std::uint64_t node = 0;
    EngineTime timeout{0};            // 0: the manifest's
    bool recorded = true;
};

// Where a step leaves what it sends. Collected until the unit's last step has succeeded (U2).
struct Sender {
    virtual ~Sender() = default;
    // Sends the message in scope, or, where `body` is not null, a new message of the conversation. False: Scope says why.
    virtual bool send(Scope& scope, const Destination& to, const Value* body, const Value* headers, std::uint64_t node, bool tap) = 0;
    // Is the channel at its limit? Then a copy for it may be dropped (T3): counted and recorded, once.
    virtual bool full(const Destination& to) const = 0;
    virtual void drop(Scope& scope, std::uint64_t node, std::string_view why) = 0;
    // Answers who asked; `body` null: with the message's own. Leaves after the commit (Q2).
    virtual bool reply(Scope& scope, std::uint16_t status, const Value* body, std::uint64_t node) = 0;
    // The step's call, to be sent when it has returned `waits`.
    virtual bool call(Scope& scope, const CallRequest& request) = 0;
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
    // Behind `waits`: goes on with the answer's body, whose memory lives as long as the unit.
    virtual Go resume(Scope&, Emissions&, const Value&) const { return Go::next; }
    virtual bool waits() const { return false; }
};
using StepPtr = std::unique_ptr<const Step>;

// A failure line of a flow or a step, compiled.
struct FailureAction {
    std::vector<FailureClass> classes;
    plan::ActionKind kind = plan::ActionKind::fail_again;
    const Destination* to = nullptr;
    std::uint64_t node = 0;
    CodePtr text, status, value;
    FailureClass failure = FailureClass::any;
    At block = at_end;                     // steps, give, skip: where it goes on
    std::uint32_t times = 0;               // retry; 0: for ever
    std::int64_t backoff_low = 0, backoff_high = 0;
    double jitter = 0;
    std::vector<FailureAction> then;       // retry: one at most
};
using FailureTable = std::vector<FailureAction>;

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
