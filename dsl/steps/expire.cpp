#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec expire_step() {
    return step("expire", "The message fails as `expired` where a flow, a retry or an effect would come after that time.")
        .clause("after", Want::duration, false, "this long from now")
        .clause("at", Want::value, false, "at this time")
        .either()
        .keeps_order()
        .example("expire after 5m")
        .example("expire at body.until")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            const Filling* after = form.get("after");
            const syntax::Expr& written = after ? *after->value : *form.get("at")->value;
            plan::Node n = body.make("expire", s.at);
            n.text = after ? "after" : "at";
            n.exprs = {body.value(written)};
            const Fit fit = body.types().fits(body.expressions().type_of(n.exprs[0]), body.types().of(after ? plan::TypeKind::duration : plan::TypeKind::timestamp));
            const plan::Expr& e = body.c.plan.exprs[n.exprs[0]];
            const bool wrong = e.op == plan::Op::constant && !(after ? std::holds_alternative<Duration>(e.constant) : std::holds_alternative<Timestamp>(e.constant));
            if (fit == Fit::no || wrong) {
                body.c.findings.error(Code::W0207, written.at, "`expire {}` wants a {}", n.text, after ? "duration, for example 5m" : "timestamp");
                return;
            }
            if (fit != Fit::yes) n.can_fail.add(FailureClass::invalid);
            n.can_fail.add(body.c.plan.exprs[n.exprs[0]].can_fail);
            body.add(std::move(n));
        });
}

}  // namespace weir
