#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec gauge_step() {
    return step("gauge", "Sets a metric.").operand("name", Want::assignment, "the metric and its value: `gauge depth = body.n`").clause("by", Want::value, Optional, "labels: an object").example("gauge depth = body.n");
}

}  // namespace weir
