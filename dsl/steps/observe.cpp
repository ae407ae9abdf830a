#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec observe_step() {
    return step("observe", "Puts a value into a metric's histogram.")
        .operand("name", Want::assignment, "the metric and the value: `observe size = body.n`")
        .clause("buckets", Want::value, Optional, "the bounds of the histogram")
        .clause("by", Want::value, Optional, "labels: an object")
        .example("observe size = body.n buckets [1, 10] by { kind: body.kind }");
}

}  // namespace weir
