#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec claim_step() {
    return step("claim", "The claim check: stores a part of the body and leaves a ticket.")
        .operand("path", Want::path, "the part of the body that is stored")
        .clause("for", Want::duration, Optional, "how long it is kept, 7 days where nothing is said")
        .example("claim body.image for 7d");
}
StepSpec redeem_step() {
    return step("redeem", "Puts back what `claim` took out.").operand("path", Want::path, "where the ticket stands").example("redeem body.image");
}

}  // namespace weir
