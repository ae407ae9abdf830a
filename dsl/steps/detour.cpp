#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec detour_step() {
    return step("detour", "Goes another way while a condition holds.")
        .clause("when", Want::condition, false, "the steps are done where this is true")
        .operand("steps", Want::block, "the steps of the detour")
        .example("detour when body.total > 9 { log \"large\" }");
}

}  // namespace weir
