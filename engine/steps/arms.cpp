#include "engine/steps/arms.hpp"

#include "engine/evaluate/compare.hpp"

namespace weir {
namespace {

bool fits_case(const plan::MatchCase& one, const Value& subject, const plan::Plan& plan, Scope& scope, Compiler& compiler) {
    using Kind = plan::MatchCase::Kind;
    if (one.kind == Kind::any) return true;
    if (one.kind == Kind::type) {
        Value out;
        Misfit misfit;
        return conform(plan, one.type, subject, scope, false, compiler, out, misfit);
    }
    const Value low = value_of(one.low, *scope.arena);
    if (one.kind == Kind::value) return equal(subject, low, *scope.arena);
    const Order to_low = order(subject, low, *scope.arena);
    if (to_low == Order::incomparable) return false;
    switch (one.kind) {
        case Kind::less: return to_low == Order::less;
        case Kind::less_equal: return to_low != Order::greater;
        case Kind::greater: return to_low == Order::greater;
        case Kind::greater_equal: return to_low != Order::less;
        default: break;
    }
    const Order to_high = order(subject, value_of(one.high, *scope.arena), *scope.arena);
    return to_low != Order::less && (to_high == Order::less || to_high == Order::equal);
}

}  // namespace

int fits(const StepArm& arm, const Value* subject, const plan::Plan& plan, Scope& scope, Compiler& compiler) {
    if (arm.is_plain && subject != nullptr) {
        if (subject->kind() != weir::Kind::string || subject->text() != arm.plain) return 0;
    } else if (!arm.cases.empty()) {
        if (subject == nullptr) return 0;
        bool any = false;
        for (const plan::MatchCase& one : arm.cases) any = any || fits_case(one, *subject, plan, scope, compiler);
        if (!any) return 0;
    }
    return arm.when == nullptr ? 1 : arm.when->test(scope);
}

std::vector<StepArm> make_arms(const plan::Node& node, StepMaker& maker, At behind) {
    std::vector<StepArm> arms;
    for (const plan::Arm& from : node.arms) {
        StepArm arm;
        arm.cases = from.cases;
        arm.when = maker.code(from.when);
        arm.otherwise = from.otherwise;
        arm.block = from.block == plan::none ? behind : maker.block(from.block, behind);
        if (arm.cases.size() == 1 && arm.cases[0].kind == plan::MatchCase::Kind::value)
            if (const auto* text = std::get_if<std::string>(&arm.cases[0].low)) {
                arm.plain = *text;
                arm.is_plain = true;
            }
        arms.push_back(std::move(arm));
    }
    return arms;
}

}  // namespace weir
