#include "dsl/check/header.hpp"

namespace weir {

HeaderWord timeout_word() {
    return {step("timeout", "The longest that a message may take.").operand("time", Want::duration, "for example 30s"), [](HeaderLowering& h, const syntax::Clause&, const Form& form) {
                const syntax::Expr& written = *form.get("time")->value;
                const auto value = Expressions(h.c, h.scope).literal(written);
                const auto* d = value ? std::get_if<Duration>(&*value) : nullptr;
                if (d && d->nanoseconds > 0) h.flow.timeout = d->nanoseconds;
                else h.c.findings.error(Code::W0417, written.at, "`timeout` wants a duration, for example 30s");
            }};
}

}  // namespace weir
