#pragma once
#include "engine/steps/step.hpp"

namespace weir {

// One arm of a route or recipients: patterns and a condition, then a block.
struct StepArm {
    std::vector<plan::MatchCase> cases;
    CodePtr when;
    bool otherwise = false;
    At block = at_end;
    std::string plain;  // the one text pattern, which most arms are
    bool is_plain = false;
};

// 1 fits, 0 does not, -1 failed.
int fits(const StepArm& arm, const Value* subject, const plan::Plan& plan, Scope& scope, Compiler& compiler);
// The arms of a node. Blocks lead to `behind`.
std::vector<StepArm> make_arms(const plan::Node& node, StepMaker& maker, At behind);

}  // namespace weir
