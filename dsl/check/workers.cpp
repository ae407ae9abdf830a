#include "dsl/check/header.hpp"

namespace weir {

HeaderWord workers_word() {
    return {step("workers", "So many messages at the same time.").operand("number", Want::number, "how many: `workers 3`"), [](HeaderLowering& h, const syntax::Clause&, const Form& form) {
                const syntax::Expr& written = *form.get("number")->value;
                const auto value = Expressions(h.c, h.scope).literal(written);
                const auto* n = value ? std::get_if<std::int64_t>(&*value) : nullptr;
                if (n && *n >= 1 && *n <= 1024) h.flow.workers = static_cast<std::uint32_t>(*n);
                else h.c.findings.error(Code::W0401, written.at, "`workers` wants a whole number from 1 to 1024");
            }};
}

}  // namespace weir
