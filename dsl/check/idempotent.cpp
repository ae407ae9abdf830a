#include "dsl/check/header.hpp"

namespace weir {

using namespace plan;

namespace {

// K1: the key is computed when a message is taken; null, missing or empty it fails as `invalid`.
void idempotent(HeaderLowering& h, const syntax::Clause&, const Form& form) {
    const syntax::Expr &key = *form.get("by")->value, &time = *form.get("for")->value;
    Expressions expressions(h.c, h.scope);
    h.flow.key = expressions.lower(key);
    h.c.plan.frame = std::max(h.c.plan.frame, h.scope.frame);
    if (expressions.secret(h.flow.key)) h.c.findings.error(Code::W0208, key.at, "a secret would go into a key");
    const TypeId type = expressions.type_of(h.flow.key);
    const Expr& e = h.c.plan.exprs[h.flow.key];
    if (h.c.types.at(type).kind == TypeKind::null_ || e.op == Op::constant) h.c.findings.error(Code::W0417, key.at, "this key is the same for each message").say("the second one would be a duplicate of the first").help("a field that tells messages apart: `idempotent by body.id for 24h`");
    const auto value = expressions.literal(time);
    const auto* d = value ? std::get_if<Duration>(&*value) : nullptr;
    if (d && d->nanoseconds > 0) h.flow.key_for = d->nanoseconds;
    else h.c.findings.error(Code::W0417, time.at, "`for` wants a duration, for example 24h");
}

}  // namespace

HeaderWord idempotent_word() {
    return {step("idempotent", "The idempotent receiver: a message of a key that was seen is done once.").clause("by", Want::value, false, "the key").clause("for", Want::duration, false, "how long a key is remembered"), idempotent};
}

}  // namespace weir
