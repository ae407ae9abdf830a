#include "dsl/steps/clauses.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec translate_step() {
    return step("translate", "Makes a new body.")
        .operand("value", Want::value, "the new body")
        .operand("call", Want::call, "an answer as the new body")
        .either()
        .behind(call_clauses(), "..")
        .keeps_order()
        .example("translate { id: body.id, total: body.price * body.count }")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            plan::Node n = body.make("translate", s.at);
            if (const Filling* asked = form.get("call")) {
                std::string name;
                n.exprs = {plan::none};
                const bool fine = body.call(asked_of(*asked, body.c.sources), asked->sent, form, n, name);
                body.scope().body = body.types().any();
                if (fine) body.add(std::move(n), name);
                return;
            }
            n.exprs = {body.value(*form.get("value")->value)};
            body.no_secret(n.exprs[0], "the body");
            body.scope().body = body.expressions().type_of(n.exprs[0]);
            body.add(std::move(n));
        });
}

}  // namespace weir
