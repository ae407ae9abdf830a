#include "dsl/steps/clauses.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec enrich_step() {
    return step("enrich", "Puts the answer of a call into the body.")
        .operand("call", Want::assigned_call, "the place and the call: `enrich body.x = call t.get(\"/x\")`")
        .equals("`enrich` waits for an answer: `enrich body.x = call t`; a value is put there by `set`")
        .behind(call_clauses(), "..")
        .example("enrich body.person = call people.get(\"/people/${body.id}\") timeout 3s")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            const Filling& to = *form.get("call");
            plan::Node n = body.make("enrich", s.at);
            std::string name;
            auto path = body.body_path(*to.value, false, "enrich");
            const bool asked = body.call(asked_of(to, body.c.sources), to.sent, form, n, name);
            if (!path) return;
            std::string place = "body";
            for (const std::string& part : path->names) place += "." + part;
            if (!body.types().is(body.scope().body, plan::TypeKind::record)) n.can_fail.add(FailureClass::invalid);
            body.scope().body = path->names.empty() ? body.types().any() : body.types().with_field(body.scope().body, path->names, 0, body.types().any());
            n.paths = {std::move(*path)};
            if (asked) body.add(std::move(n), place + " " + name);
        });
}

}  // namespace weir
