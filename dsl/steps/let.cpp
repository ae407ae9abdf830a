#include "dsl/steps/clauses.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec let_step() {
    return step("let", "Binds a name for the steps behind it, in this block.")
        .operand("value", Want::value, "the value: `let total = body.price * body.count`")
        .operand("call", Want::call, "an answer: `let score = call scores body`")
        .either()
        .behind(call_clauses(), "..")
        .later()
        .keeps_order()
        .text("NAME [: TYPE] = (V / call T [V] ..)")
        .example("let total = body.price * body.count")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            if (!s.bound) return;
            plan::Node n = body.make("let", s.at);
            n.exprs = {body.value(*form.get("value")->value)};
            plan::TypeId type = body.expressions().type_of(n.exprs[0]);
            if (s.type) {
                const plan::TypeId wanted = lower_type(body.c, *body.scope().module, *s.type);
                const Fit fit = body.types().fits(type, wanted);
                if (fit == Fit::no)
                    body.c.findings.error(Code::W0207, form.get("value")->value->at, "`{}` is {}, and this is {}", s.bound->text, body.expressions().say(wanted), body.expressions().say(type));
                if (fit != Fit::yes) n.can_fail.add(FailureClass::invalid);
                n.type = wanted;
                type = wanted;
            }
            const bool secret = body.c.secrets.count(n.exprs[0]) != 0;
            n.slot = body.let(std::string(s.bound->text), type, secret, s.bound->at);
            body.add(std::move(n), std::string(s.bound->text));
        });
}

}  // namespace weir
