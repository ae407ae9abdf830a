// Replies: the step, and the action of a failure line or an arm. That somebody can wait for them is asked when all flows are known.
#include "dsl/steps/body.hpp"

namespace weir {

using namespace plan;

namespace {
bool is_int(const syntax::Expr& e) {
    const auto* l = std::get_if<syntax::Literal>(&e.node);
    return l && l->kind == syntax::LiteralKind::integer;
}
}  // namespace

bool Lowering::reply_parts(const Form& form, Span at, ExprId& status, ExprId& body) {
    const Filling *first = form.get("first"), *second = form.get("second");
    const syntax::Expr *code = nullptr, *content = nullptr;
    if (first && second) code = first->value, content = second->value;
    else if (first && is_int(*first->value)) code = first->value;
    else if (first) content = first->value;
    if (code) {
        status = value(*code);
        const Expr& e = c.plan.exprs[status];
        const auto* n = e.op == Op::constant ? std::get_if<std::int64_t>(&e.constant) : nullptr;
        if (n ? *n < 200 || *n > 599 : c.types.fits(expressions().type_of(status), c.types.of(TypeKind::int_)) == Fit::no)
            c.findings.error(Code::W0417, code->at, "a status is a whole number from 200 to 599").help("with one value behind `reply` a number is the status, anything else the body");
    }
    if (content) body = value(*content);
    no_secret(body, "an answer");
    if (!copies_.empty()) {
        c.findings.error(Code::W0419, at, "`reply` stands in `{}`", copies_).say("a request has one answer, and this is a copy of it").help("reply behind it, on the message itself");
        return false;
    }
    c.replies.push_back({flow_.name, at});
    return true;
}

void Lowering::reply(const Form& form, Span at) {
    Node n = make("reply", at);
    n.exprs = {none, none};
    if (!reply_parts(form, at, n.exprs[0], n.exprs[1])) return;
    if (replied_) c.findings.error(Code::W0415, at, "this may be the second reply to one request").label(*replied_, "the first one").say("the first reply wins, a later one reaches nobody");
    replied_ = at;
    add(std::move(n));
}

}  // namespace weir
