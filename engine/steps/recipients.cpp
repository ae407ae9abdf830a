#include "engine/message/json.hpp"
#include "engine/steps/arms.hpp"
#include "engine/steps/catalog.hpp"

namespace weir {
namespace {

// Recipient list: every arm that fits an element of the list (or, without a list, the message) gets a copy, once.
class Recipients final : public Step {
public:
    Recipients(CodePtr list, std::vector<StepArm> arms, StepMaker& maker) : list_(std::move(list)), arms_(std::move(arms)), plan_(maker.plan), compiler_(maker.compiler) {}
    Go on(Scope& scope, Emissions& out) const override {
        out.copies.clear();
        return list_ == nullptr ? by_message(scope, out) : by_list(scope, out);
    }

private:
    static bool always(const StepArm& arm) { return arm.cases.empty() && arm.when == nullptr && !arm.otherwise; }
    static Go go(Emissions& out) { return out.copies.empty() ? Go::next : Go::copies; }
    static void add(const StepArm& arm, Emissions& out) {
        if (arm.block == at_end) return;
        for (const At block : out.copies)
            if (block == arm.block) return;
        out.copies.push_back(arm.block);
    }
    Go by_message(Scope& scope, Emissions& out) const {
        bool any = false;
        for (const StepArm& arm : arms_) {
            if (arm.otherwise) continue;
            const int fit = always(arm) ? 1 : fits(arm, nullptr, plan_, scope, compiler_);
            if (fit < 0) return Go::failed;
            if (fit == 0) continue;
            any = any || !always(arm);
            add(arm, out);
        }
        for (const StepArm& arm : arms_)
            if (arm.otherwise && !any) add(arm, out);
        return go(out);
    }
    Go by_list(Scope& scope, Emissions& out) const {
        Value list;
        if (!list_->run(scope, list)) return Go::failed;
        if (list.kind() != Kind::array) return fail(scope, FailureClass::invalid, "recipients wants a list");
        for (const StepArm& arm : arms_)
            if (always(arm)) add(arm, out);
        for (const Value& element : list) {
            bool any = false;
            for (const StepArm& arm : arms_) {
                if (arm.otherwise || always(arm)) continue;
                const int fit = fits(arm, &element, plan_, scope, compiler_);
                if (fit < 0) return Go::failed;
                if (fit == 0) continue;
                any = true;
                add(arm, out);
            }
            if (any) continue;
            const StepArm* otherwise = nullptr;
            for (const StepArm& arm : arms_)
                if (arm.otherwise) otherwise = &arm;
            if (otherwise == nullptr) {
                std::string text;
                write_json(text, element);
                return fail(scope, FailureClass::invalid, "no arm of this recipient list is for " + text.substr(0, 80));
            }
            add(*otherwise, out);
        }
        return go(out);
    }
    CodePtr list_;
    std::vector<StepArm> arms_;
    const plan::Plan& plan_;
    Compiler& compiler_;
};

}  // namespace

StepPtr make_recipients(const plan::Node& node, StepMaker& maker, At) {
    CodePtr list = maker.operand(node, 0);
    std::vector<StepArm> arms = make_arms(node, maker, at_end);
    return std::make_unique<Recipients>(std::move(list), std::move(arms), maker);
}

}  // namespace weir
