#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec repeat_step() {
    return step("repeat", "Repeats a block while a condition holds.")
        .clause("while", Want::condition, false, "the steps are repeated while this is true")
        .clause("max", Want::number, false, "how often at most: every loop has an end")
        .operand("steps", Want::block, "the steps that are repeated")
        .example("repeat while body.more max 10 { log \"again\" }");
}

}  // namespace weir
