#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec log_step() {
    return step("log", "Writes a line into the log, at most one for every N messages with `every`.")
        .choice("level", {"debug", "info", "warn", "error"}, "info where none is said", Optional)
        .operand("message", Want::value, "the text")
        .clause("with", Want::value, Optional, "an object of values beside the text")
        .clause("every", Want::number, Optional, "one line for every N messages")
        .keeps_order()
        .example("log \"seen\"")
        .example("log warn \"large\" with { total: body.total } every 10")
        .does([](Lowering& body, const syntax::Statement& s, const Form& form) {
            plan::Node n = body.make("log", s.at);
            const Filling *level = form.get("level"), *with = form.get("with"), *every = form.get("every");
            n.text = level ? level->word : "info";
            n.exprs = {body.value(*form.get("message")->value), with ? body.value(*with->value) : plan::none};
            body.no_secret(n.exprs[0], "a log");
            body.no_secret(n.exprs[1], "a log");
            if (every) {
                auto count = body.expressions().literal(*every->value);
                const auto* number = count ? std::get_if<std::int64_t>(&*count) : nullptr;
                if (!number || *number < 1) body.c.findings.error(Code::W0204, every->value->at, "`every` of `log` wants a whole number of at least 1");
                else n.number = static_cast<std::uint64_t>(*number);
            }
            body.add(std::move(n));
        });
}

}  // namespace weir
