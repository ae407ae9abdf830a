#include "engine/steps/catalog.hpp"

namespace weir {
namespace {

// Leaves by the exit of a class.
class Fail final : public Step {
public:
    Fail(FailureClass kind, CodePtr why) : kind_(kind), why_(std::move(why)) {}
    Go on(Scope& scope, Emissions&) const override {
        Value why;
        if (why_ != nullptr && !why_->run(scope, why)) return Go::failed;
        return fail(scope, kind_, why.kind() == Kind::string ? std::string(why.text()) : std::string("the flow says so"));
    }

private:
    FailureClass kind_;
    CodePtr why_;
};

}  // namespace

StepPtr make_fail(const plan::Node& node, StepMaker& maker, At) { return std::make_unique<Fail>(node.failure, maker.operand(node, 0)); }

}  // namespace weir
