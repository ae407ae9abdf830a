#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec fail_step() {
    return step("fail", "The message fails as this class; the failure table says what becomes of it.")
        .operand("class", Want::failure_class, "a failure class")
        .operand("why", Want::value, "the reason", Optional)
        .example("fail rejected \"no such customer\"")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            const Filling* why = form.get("why");
            if (s.bound) body.fail(*s.bound, why ? why->value : nullptr, s.at);
        });
}

StepSpec discard_step() {
    return step("discard", "Drops the message; a row keeps the reason.")
        .operand("reason", Want::value, "what is dropped leaves a row that says why")
        .example("discard \"a duplicate\"")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) { body.discard(form.get("reason")->value, s.at); });
}
ActionSpec discard_action() { return {discard_step(), ActionWord::discard, in_table | in_step_on | in_branch | in_process, true, ""}; }

}  // namespace weir
