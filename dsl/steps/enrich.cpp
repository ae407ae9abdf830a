#include "dsl/steps/clauses.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec enrich_step() {
    return step("enrich", "Puts the answer of a call into the body.")
        .operand("call", Want::assigned_call, "the place and the call: `enrich body.x = call t.get(\"/x\")`")
        .equals("`enrich` waits for an answer: `enrich body.x = call t`; a value is put there by `set`")
        .behind(call_clauses(), "..")
        .example("enrich body.person = call people.get(\"/people/${body.id}\") timeout 3s");
}

}  // namespace weir
