#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec validate_step() {
    return step("validate", "Checks the body against a type; what does not fit fails as `invalid`. Fills in defaults.")
        .operand("type", Want::type, "the type that the body must have")
        .keeps_order()
        .example("validate { id: string, total: decimal }")
        .does([](Lowering& body, const syntax::Statement& s, const Form&) {
            if (!s.type) return;
            plan::Node n = body.make("validate", s.at);
            n.type = lower_type(body.c, *body.scope().module, *s.type);
            if (body.types().fits(body.scope().body, n.type) == Fit::no)
                body.c.findings.error(Code::W0207, s.type->at, "the body is {} here and can never be {}", body.expressions().say(body.scope().body), body.expressions().say(n.type));
            n.can_fail.add(FailureClass::invalid);
            body.scope().body = n.type;
            body.add(std::move(n));
        });
}

}  // namespace weir
