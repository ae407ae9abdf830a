#include "engine/steps/catalog.hpp"

namespace weir {
namespace {

// The time goes with the message; the runtime looks at it where a unit begins and before an effect (patterns.md 2.9).
class Expire final : public Step {
public:
    Expire(CodePtr time, bool after) : time_(std::move(time)), after_(after) {}
    Go on(Scope& scope, Emissions&) const override {
        Value time;
        if (!time_->run(scope, time)) return Go::failed;
        if (time.kind() != (after_ ? Kind::duration : Kind::timestamp)) return fail(scope, FailureClass::invalid, after_ ? "`expire after` wants a duration" : "`expire at` wants a timestamp");
        const std::int64_t at = after_ ? scope.now + time.i : time.i;
        scope.message->meta.expires = at == 0 ? 1 : at;  // 0 is never
        return Go::next;
    }

private:
    CodePtr time_;
    bool after_;
};

}  // namespace

StepPtr make_expire(const plan::Node& node, StepMaker& maker, At) { return std::make_unique<Expire>(maker.operand(node, 0), node.text == "after"); }

}  // namespace weir
