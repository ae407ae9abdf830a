#include "engine/steps/catalog.hpp"

namespace weir {
namespace {

// Message filter: what does not fit ends as filtered, or takes the else block, which ends it too.
class Filter final : public Step {
public:
    Filter(CodePtr condition, At otherwise) : condition_(std::move(condition)), otherwise_(otherwise) {}
    Go on(Scope& scope, Emissions& out) const override {
        const int fits = condition_->test(scope);
        if (fits < 0) return Go::failed;
        if (fits > 0) return Go::next;
        if (otherwise_ == at_end) {
            out.end = Outcome::filtered;
            return Go::ends;
        }
        out.jump = otherwise_;
        return Go::jump;
    }

private:
    CodePtr condition_;
    At otherwise_;
};

}  // namespace

StepPtr make_filter(const plan::Node& node, StepMaker& maker, At) {
    const At otherwise = node.blocks.empty() || node.blocks[0] == plan::none ? at_end : maker.block(node.blocks[0], at_end);
    return std::make_unique<Filter>(maker.operand(node, 0), otherwise);
}

}  // namespace weir
