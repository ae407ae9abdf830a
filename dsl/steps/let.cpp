#include "dsl/steps/clauses.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec let_step() {
    return step("let", "Binds a name for the steps behind it, in this block.")
        .operand("value", Want::value, "the value: `let total = body.price * body.count`")
        .operand("call", Want::call, "an answer: `let score = call scores body`")
        .either()
        .behind(call_clauses(), "..")
        .keeps_order()
        .text("NAME [: TYPE] = (V / call T [V] ..)")
        .example("let total = body.price * body.count")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            if (!s.bound) return;
            plan::Node n = body.make("let", s.at);
            const Filling *asked = form.get("call"), *given = form.get("value");
            n.exprs = {given ? body.value(*given->value) : plan::none};
            plan::TypeId type = given ? body.expressions().type_of(n.exprs[0]) : body.types().any();
            std::string target;
            const bool fine = !asked || body.call(asked_of(*asked, body.c.sources), asked->sent, form, n, target);
            if (s.type) {
                const plan::TypeId wanted = lower_type(body.c, *body.scope().module, *s.type);
                const Fit fit = body.types().fits(type, wanted);
                if (fit == Fit::no)
                    body.c.findings.error(Code::W0207, (given ? given->value->at : s.at), "`{}` is {}, and this is {}", s.bound->text, body.expressions().say(wanted), body.expressions().say(type));
                if (fit != Fit::yes) n.can_fail.add(FailureClass::invalid);
                n.type = wanted;
                type = wanted;
            }
            const bool secret = body.c.secrets.count(n.exprs[0]) != 0;
            n.slot = body.let(std::string(s.bound->text), type, secret, s.bound->at);
            if (fine) body.add(std::move(n), std::string(s.bound->text) + (target.empty() ? "" : " " + target));
        });
}

}  // namespace weir
