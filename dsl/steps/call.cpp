#include "dsl/steps/clauses.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec call_step() {
    return step("call", "Asks an endpoint or a flow and waits for its answer.")
        .operand("target", Want::subject, "an endpoint, or a channel whose flow replies")
        .operand("message", Want::value, "the question; the message itself where none is said", Optional)
        .add(call_clauses())
        .example("call bank.post(\"/pay\") { amount: body.total } timeout 5s")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            plan::Node n = body.make("call", s.at);
            std::string name;
            const Filling *to = form.get("target"), *message = form.get("message");
            if (body.call(asked_of(*to, body.c.sources), message ? message->value : nullptr, form, n, name)) body.add(std::move(n), name);
        });
}

}  // namespace weir
