#include "dsl/check/header.hpp"

namespace weir {

HeaderWord rate_word() {
    return {step("rate", "At most so many messages are taken.").operand("rate", Want::rate, "for example 50/s"), [](HeaderLowering& h, const syntax::Clause&, const Form& form) {
                const syntax::Expr& written = *form.get("rate")->value;
                const auto value = Expressions(h.c, h.scope).literal(written);
                const auto* r = value ? std::get_if<Rate>(&*value) : nullptr;
                if (r && r->count > 0 && r->per_nanoseconds > 0) h.flow.rate = static_cast<double>(r->count) * 1e9 / static_cast<double>(r->per_nanoseconds);
                else h.c.findings.error(Code::W0417, written.at, "`rate` wants a rate, for example 50/s");
            }};
}

}  // namespace weir
