#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec resequence_step() {
    return step("resequence", "The resequencer: puts messages back into their order.")
        .operand("number", Want::value, "the number that orders them")
        .clause("by", Want::value, Optional, "one order for each key")
        .clause("from", Want::value, Optional, "the first number")
        .clause("or after", Want::duration, Optional, "goes on without what is missing after this time")
        .clause("else after", Want::duration, Optional, "after this time what waits takes another way")
        .behind(Places().operand("action", Want::action, "what becomes of what waits"))
        .either()
        .clause("max", Want::number, Optional, "the most that waits")
        .clause("for", Want::duration, Optional, "how long a key is remembered")
        .example("resequence body.number by body.account from 1 or after 10s");
}

}  // namespace weir
