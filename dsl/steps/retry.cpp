#include "dsl/steps/steps.hpp"

namespace weir {

ActionSpec retry_action() {
    return {step("retry", "Tries again, durably.")
                .choice("forever", {"forever"}, "without an end")
                .operand("number", Want::number, "how often")
                .either()
                .behind(Places().clause("times", Want::nothing, false, ""))
                .clause("backoff", Want::range, Optional, "how long it waits, or from .. up to ..")
                .clause("jitter", Want::value, Optional, "the wait varies by so much")
                .clause("then", Want::action, Optional, "what becomes of it after the last try")
                .text("(N times / forever) [backoff D[..D]] [jitter N%] [, then A]"),
            ActionWord::retry, in_table | in_step_on, true, "behind `on` only"};
}

}  // namespace weir
