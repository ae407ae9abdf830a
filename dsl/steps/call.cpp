#include "dsl/steps/clauses.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec call_step() {
    return step("call", "Asks an endpoint or a flow and waits for its answer.")
        .operand("target", Want::subject, "an endpoint, or a channel whose flow replies")
        .operand("message", Want::value, "the question; the message itself where none is said", Optional)
        .add(call_clauses())
        .example("call bank.post(\"/pay\") { amount: body.total } timeout 5s");
}

}  // namespace weir
