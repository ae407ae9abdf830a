#include "engine/steps/catalog.hpp"

namespace weir {
namespace {

// Message translator: the body becomes what the expression says.
class Translate final : public Step {
public:
    explicit Translate(CodePtr value) : value_(std::move(value)) {}
    Go on(Scope& scope, Emissions&) const override {
        Value result;
        if (!value_->run(scope, result)) return Go::failed;
        if (result.is_missing()) return fail(scope, FailureClass::invalid, "the new body is missing");
        scope.message->body = Body::of(result);
        return Go::next;
    }

private:
    CodePtr value_;
};

}  // namespace

StepPtr make_translate(const plan::Node& node, StepMaker& maker, At behind) {
    if (node.call) return make_call(node, maker, behind);
    return std::make_unique<Translate>(maker.operand(node, 0));
}

}  // namespace weir
