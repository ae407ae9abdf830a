#include "engine/steps/arms.hpp"
#include "engine/steps/catalog.hpp"

namespace weir {
namespace {

// Content-based router: the first arm that fits gets the message.
class Route final : public Step {
public:
    Route(CodePtr subject, std::vector<StepArm> arms, StepMaker& maker, At behind)
        : subject_(std::move(subject)), arms_(std::move(arms)), plan_(maker.plan), compiler_(maker.compiler), behind_(behind) {}
    Go on(Scope& scope, Emissions& out) const override {
        Value subject;
        const Value* at = nullptr;
        if (subject_ != nullptr) {
            at = subject_->ref(scope);
            if (at == nullptr) {
                if (!subject_->run(scope, subject)) return Go::failed;
                at = &subject;
            }
        }
        for (const StepArm& arm : arms_) {
            const int fit = fits(arm, at, plan_, scope, compiler_);
            if (fit < 0) return Go::failed;
            if (fit > 0) {
                out.jump = arm.block == at_end ? behind_ : arm.block;
                return Go::jump;
            }
        }
        return fail(scope, FailureClass::invalid, "no arm of this route fits the message");
    }

private:
    CodePtr subject_;
    std::vector<StepArm> arms_;
    const plan::Plan& plan_;
    Compiler& compiler_;
    At behind_;
};

}  // namespace

StepPtr make_route(const plan::Node& node, StepMaker& maker, At behind) {
    CodePtr subject = maker.operand(node, 0);
    std::vector<StepArm> arms = make_arms(node, maker, behind);
    return std::make_unique<Route>(std::move(subject), std::move(arms), maker, behind);
}

}  // namespace weir
