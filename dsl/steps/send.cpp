#include "dsl/steps/clauses.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec send_step() {
    return step("->", "Sends the message on, or a new message of the same conversation where a value stands behind the target.")
        .operand("target", Want::target, "a channel, or an endpoint with its parentheses")
        .behind(send_clauses())
        .text(Places().operand("", Want::subject, "").operand("", Want::value, "", Optional).add(send_clauses()).text(true))
        .keeps_order()
        .example("-> log_queue")
        .example("-> log_queue { id: body.id } header { kind: \"a\" }")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            const Filling& to = *form.get("target");
            const Filling* header = form.get("header");
            body.send(*to.target, to.sent, header ? header->value : nullptr, s.at);
        });
}

}  // namespace weir
