#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec throttle_step() {
    return step("throttle", "Lets at most so many messages through; the others wait.")
        .operand("rate", Want::rate, "for example 50/s")
        .clause("by", Want::value, Optional, "one allowance for each key instead of one for all")
        .example("throttle 50/s by body.customer");
}

}  // namespace weir
