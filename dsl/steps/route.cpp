#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec route_step() {
    return step("route", "The content-based router: the first arm that fits gets the message.")
        .operand("value", Want::value, "what the arms look at", Optional)
        .operand("arms", Want::arms, "`{ \"a\" -> x, 1..9 { .. }, when c -> y, else -> z }`")
        .keeps_order()
        .example("route body.kind { \"a\" -> log_queue, else discard \"other\" }")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            plan::Node n = body.make("route", s.word.at);
            const Filling* value = form.get("value");
            n.exprs = {value ? body.value(*value->value) : plan::none};
            if (value) n.can_fail.add(body.expressions().fails(n.exprs[0]));
            body.arms(*form.get("arms")->block, BlockKind::arms, n.exprs[0], n, "route");
            n.at = s.at;
            body.add(std::move(n));
        });
}

}  // namespace weir
