#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec filter_step() {
    return step("filter", "Lets through what fits; the rest ends here as `filtered`, or goes the way of `else`.")
        .operand("condition", Want::condition, "true: the message goes on")
        .clause("else", Want::action, Optional, "what becomes of the rest")
        .keeps_order()
        .example("filter body.total > 0")
        .example("filter body.total > 0 else discard \"empty\"")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            plan::Node n = body.make("filter", s.at);
            n.exprs = {body.condition(*form.get("condition")->value, "`filter`")};
            if (const Filling* otherwise = form.get("else")) {
                const plan::TypeId before = body.scope().body;
                bool ended = false;
                n.blocks = {body.action_block(*otherwise->action, "filter else", ended)};
                body.scope().body = before;
            }
            body.add(std::move(n));
        });
}

}  // namespace weir
