#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec slip_step() {
    return step("slip", "The routing slip: the arms in the order of a list.")
        .operand("list", Want::value, "the names of the arms, in their order")
        .clause("max", Want::number, Optional, "the longest list that is taken")
        .operand("arms", Want::arms, "an arm for each name: `\"a\" -> target`, `\"b\" { .. }`")
        .example("slip body.checks max 10 { \"a\" -> checks_a, \"b\" { log \"b\" } }");
}

}  // namespace weir
