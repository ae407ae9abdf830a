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
        .operand("why", Want::value, "the reason: what is dropped leaves a row that says why")
        .example("discard \"a duplicate\"")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) { body.discard(form.get("why")->value, s.at); });
}

}  // namespace weir
