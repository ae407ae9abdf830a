#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec tap_step() {
    return step("tap", "The wire tap: a copy goes to a target or through steps of its own, whatever becomes of the message.")
        .operand("target", Want::target, "`tap -> channel`, or an endpoint")
        .operand("steps", Want::block, "steps for the copy")
        .either()
        .clause("else", Want::nothing, Optional, "what becomes of a copy that the channel has no room for")
        .behind(Places().clause("discard", Want::value, false, "why it is dropped"))
        .keeps_order()
        .example("tap -> log_queue")
        .example("tap -> console.line() else discard \"too many to show\"")
        .example("tap { keep body.id\n -> log_queue }")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            if (taps_on_its_own(form)) {
                body.tap(form, s.at);
                return;
            }
            const Filling& to = *form.get("target");
            const auto target = body.target(*to.target);
            plan::Node n = body.make("tap", s.at);
            n.exprs = {to.sent ? body.value(*to.sent) : plan::none};
            body.no_secret(n.exprs[0], "a message");
            if (!target) return;
            const plan::TypeId type = to.sent ? body.expressions().type_of(n.exprs[0]) : body.scope().body;
            body.check_channel(*target, type, to.sent ? to.sent->at : s.at);
            n.targets = {*target};
            // exprs[1]: why a copy is dropped for which the channel's limit leaves no room; without it the sources pause instead (T3).
            if (const Filling* otherwise = form.get("else")) {
                n.exprs.push_back(body.value(*form.get("discard")->value));
                const plan::Channel& channel = body.c.plan.channels[target->channel];
                if (channel.limit == 0) body.c.findings.error(Code::W0417, otherwise->at, "`{}` has no limit, so there is room for every copy", channel.name).label(channel.at, "`{{ limit: N }}` gives it one");
            }
            body.add(std::move(n), body.target_name(*target));
        });
}

}  // namespace weir
