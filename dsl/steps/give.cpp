#include "dsl/steps/steps.hpp"

namespace weir {

ActionSpec give_action() { return {step("give", "The step's value is this.").operand("value", Want::value, "the value"), ActionWord::give, in_step_on, true, "behind `on` under a step only"}; }
ActionSpec skip_action() { return {step("skip", "Goes on behind the step."), ActionWord::skip, in_step_on, true, "behind `on` under a step only"}; }

}  // namespace weir
