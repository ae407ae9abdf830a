#include "engine/steps/catalog.hpp"

namespace weir {
namespace {

// Binds a name for the steps behind it.
class Let final : public Step {
public:
    Let(std::uint32_t slot, CodePtr value) : slot_(slot), value_(std::move(value)) {}
    Go on(Scope& scope, Emissions&) const override {
        Value result;
        if (!value_->run(scope, result)) return Go::failed;
        scope.lets[slot_] = result;
        return Go::next;
    }

private:
    std::uint32_t slot_;
    CodePtr value_;
};

}  // namespace

StepPtr make_let(const plan::Node& node, StepMaker& maker, At behind) {
    if (node.call) return make_call(node, maker, behind);
    return std::make_unique<Let>(node.slot, maker.operand(node, 0));
}

}  // namespace weir
