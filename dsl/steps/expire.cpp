#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec expire_step() {
    return step("expire", "The message fails as `expired` after a time.").clause("after", Want::duration, false, "this long after it came").clause("at", Want::value, false, "at this time").either().example("expire after 5m").example("expire at body.until");
}

}  // namespace weir
