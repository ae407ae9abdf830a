#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec finish_step() { return step("finish", "In a process: its end.").example("finish"); }
ActionSpec finish_action() { return {finish_step(), ActionWord::finish, in_process, false, "in a process only"}; }

}  // namespace weir
