#include "dsl/steps/clauses.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec scatter_step() {
    return step("scatter", "Scatter-gather: asks many and puts their answers together.")
        .operand("value", Want::value, "a value, or a list of them", Optional)
        .operand("arms", Want::arms_and_sends, "whom it asks: arms, and `-> target` without a pattern")
        .clause("gather", Want::nothing, Optional, "puts the answers together")
        .behind(group_clauses("gather "), "..")
        .example("scatter { when body.total > 9 -> bank_a, when true -> bank_b } gather complete when all or after 2s into { n: group.count }");
}

}  // namespace weir
