#include "dsl/steps/steps.hpp"

namespace weir {

ActionSpec reject_action() { return {step("reject", "Hands the message back to its source.").operand("reason", Want::value, "why it is handed back"), ActionWord::reject, in_table | in_step_on, true, "behind `on` only"}; }

}  // namespace weir
