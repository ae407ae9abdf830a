#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec recipients_step() {
    return step("recipients", "The recipient list: every arm that fits gets a copy; the message goes on unchanged.")
        .operand("value", Want::value, "a value, or a list of them", Optional)
        .operand("arms", Want::arms_and_sends, "arms, and `-> target` without a pattern")
        .keeps_order()
        .example("recipients body.names { \"a\" -> log_queue, when body.total > 9 -> log_queue }")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            plan::Node n = body.make("recipients", s.word.at);
            const Filling* value = form.get("value");
            n.exprs = {value ? body.value(*value->value) : plan::none};
            if (value && !body.types().literals(body.types().element(body.expressions().type_of(n.exprs[0])))) n.can_fail.add(FailureClass::invalid);
            body.arms(*form.get("arms")->block, BlockKind::recipients, n.exprs[0], n, "recipients");
            n.at = s.at;
            body.add(std::move(n));
        });
}

}  // namespace weir
