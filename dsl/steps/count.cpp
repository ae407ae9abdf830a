#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec count_step() {
    return step("count", "Counts into a metric.")
        .operand("metric", Want::dotted, "the metric's name")
        .clause("add", Want::value, Optional, "how much, 1 where nothing is said")
        .clause("by", Want::value, Optional, "labels: an object")
        .equals("write `count n add v`")
        .example("count orders add 1 by { kind: body.kind }");
}

}  // namespace weir
