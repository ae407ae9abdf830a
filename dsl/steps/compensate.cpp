#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec compensate_step() { return step("compensate", "In a process: undoes what was done.").example("compensate"); }
ActionSpec compensate_action() { return {compensate_step(), ActionWord::compensate, in_process, false, "in a process only"}; }

}  // namespace weir
