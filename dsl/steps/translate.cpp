#include "dsl/steps/clauses.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec translate_step() {
    return step("translate", "Makes a new body.")
        .operand("value", Want::value, "the new body")
        .operand("call", Want::call, "an answer as the new body")
        .either()
        .behind(call_clauses(), "..")
        .later()
        .keeps_order()
        .example("translate { id: body.id, total: body.price * body.count }")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            plan::Node n = body.make("translate", s.at);
            n.exprs = {body.value(*form.get("value")->value)};
            body.no_secret(n.exprs[0], "the body");
            body.scope().body = body.expressions().type_of(n.exprs[0]);
            body.add(std::move(n));
        });
}

}  // namespace weir
