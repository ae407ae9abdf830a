#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec transaction_step() {
    return step("transaction", "Steps in one transaction of a database.")
        .operand("database", Want::dotted, "a connector of a database")
        .operand("steps", Want::block, "the steps that are done together or not at all")
        .example("transaction shop { log \"inside\" }");
}

}  // namespace weir
