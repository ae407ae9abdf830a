#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec parallel_step() {
    return step("parallel", "Steps that run at the same time.").operand("steps", Want::block, "steps of which none reads what another writes").example("parallel { log \"a\" }");
}

}  // namespace weir
