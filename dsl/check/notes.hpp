#pragma once
// What the checker knew while it lowered and what the plan has no use for: for `weir dump --stage=checked`. Filled in by check() where the options ask for it.
#include <string>
#include <vector>

#include "dsl/plan/plan.hpp"
#include "dsl/source/sources.hpp"

namespace weir {

struct Notes {
    struct Step {  // the type of the body
        plan::TypeId before = 0, after = 0;
    };
    struct Function {
        std::vector<plan::TypeId> parameters;
        plan::TypeId result = 0;
    };
    std::vector<Step> steps;             // by NodeId
    std::vector<plan::TypeId> flows;     // by FlowId: the body that its first step gets
    std::vector<Function> functions;     // by the plan's index

    void step(plan::NodeId id, plan::TypeId before, plan::TypeId after) {
        if (steps.size() <= id) steps.resize(id + 1);
        steps[id] = {before, after};
    }
};

// The checked program as text: each declaration, and each step with the body before and behind it, and where each of its failures goes. Stable from run to run.
std::string print_checked(const plan::Plan& plan, const Notes& notes, const Sources& sources);

}  // namespace weir
