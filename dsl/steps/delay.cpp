#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec delay_step() {
    return step("delay", "Waits, durably.").operand("time", Want::value, "how long").clause("until", Want::value, false, "up to this time").either().example("delay 5s").example("delay until body.at");
}

}  // namespace weir
