#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec reply_step() {
    return step("reply", "Answers whoever asked.")
        .operand("first", Want::value, "an int literal is the status, anything else the body", Optional)
        .operand("second", Want::value, "the body, behind a status", Optional)
        .clause("header", Want::value, Optional, "the headers of the answer")
        .later()
        .refuse("headers", "write `header e`")
        .refuse("with", "the body stands behind the status: `reply 200 e`")
        .text("[V] [V] [header V]")
        .keeps_order()
        .example("reply 202 { id: meta.id }")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) { body.reply(form, s.at); });
}
ActionSpec reply_action() { return {reply_step(), ActionWord::reply, in_table | in_step_on | in_branch | in_process, true, ""}; }

}  // namespace weir
