#include "dsl/steps/steps.hpp"

namespace weir {

namespace {

// A body whose records have texts only is read by the declared types: no field of another kind is a reason to refuse it.
bool has_texts(Types& types, plan::TypeId body) { return types.is(types.is(body, plan::TypeKind::array) ? types.element(body) : body, plan::TypeKind::text_record); }
// One record is no list of them.
bool other_shape(Types& types, plan::TypeId body, plan::TypeId wanted) {
    using plan::TypeKind;
    const TypeKind kind = types.base(wanted);
    if (types.is(body, TypeKind::array)) return kind != TypeKind::array && kind != TypeKind::any && kind != TypeKind::union_;
    return kind != TypeKind::record && kind != TypeKind::map && kind != TypeKind::any && kind != TypeKind::union_;
}

}  // namespace

StepSpec validate_step() {
    return step("validate", "Checks the body against a type; what does not fit fails as `invalid`. Fills in defaults.")
        .operand("type", Want::type, "the type that the body must have")
        .keeps_order()
        .example("validate { id: string, total: decimal }")
        .does([](Lowering& body, const syntax::Statement& s, const Form&) {
            if (!s.type) return;
            plan::Node n = body.make("validate", s.at);
            n.type = lower_type(body.c, *body.scope().module, *s.type);
            const bool texts = has_texts(body.types(), body.scope().body);
            if (texts) n.text = "texts";
            if (texts ? other_shape(body.types(), body.scope().body, n.type) : body.types().fits(body.scope().body, n.type) == Fit::no)
                body.c.findings.error(Code::W0207, s.type->at, "the body is {} here and can never be {}", body.expressions().say(body.scope().body), body.expressions().say(n.type));
            n.can_fail.add(FailureClass::invalid);
            body.scope().body = n.type;
            body.add(std::move(n));
        });
}

}  // namespace weir
