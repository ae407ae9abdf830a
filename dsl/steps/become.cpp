#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec become_step() {
    return step("become", "In a process: another state.").operand("state", Want::name, "the state").example("become deciding");
}
ActionSpec become_action() { return {become_step(), ActionWord::become, in_process, false, "in a process only"}; }

}  // namespace weir
