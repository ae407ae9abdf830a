// Calls: alone, behind `let x =`, `enrich p =`, `translate`. They act at once, and their answer is the value.
#include <algorithm>

#include "dsl/check/arguments.hpp"
#include "dsl/steps/body.hpp"

namespace weir {

using namespace plan;

Asked asked_of(const Filling& f, const Sources& sources) {
    if (f.target) return {f.target->name, f.target->arguments ? &*f.target->arguments : nullptr, f.target->at};
    const syntax::Expr& e = *f.value;
    if (const auto* call = std::get_if<syntax::Call>(&e.node)) return {call->function, &call->arguments, e.at};
    if (const auto* m = std::get_if<syntax::Member>(&e.node); m && m->arguments) {
        const Span name{e.at.begin, m->field.at.end};
        return {{sources.text(name), name}, &*m->arguments, e.at};
    }
    return {{sources.text(e.at), e.at}, nullptr, e.at};
}

bool Lowering::call(const Asked& t, const syntax::Expr* message, const Form& form, Node& node, std::string& name) {
    if (!t.arguments) {
        syntax::Target channel;
        channel.at = t.at;
        channel.name = t.name;
        const auto to = target(channel);
        if (!to) return false;
        c.asked.insert(to->channel);
        c.not_built(t.at, "a `call` of a channel");
        return false;
    }
    if (t.name.text.find('.') == std::string_view::npos)
        if (PatternName* pattern = scope_->module->find(&Module::patterns, t.name.text)) {
            if (pattern->declaration->result) return false;  // has its finding
            c.findings.error(Code::W0315, t.name.at, "the pattern `{}` has no result to wait for", t.name.text).label(pattern->declaration->name.at, "declared here").help("without a result it is a step of its own: `{}(..)`", t.name.text);
            return false;
        }
    const EndpointUse use = lower_endpoint(c, *scope_, t.name, *t.arguments, OperationRole::sink, t.at);
    c.plan.frame = std::max(c.plan.frame, scope_->frame);
    Call made;
    made.target.endpoint = use.id;
    if (message) made.body = value(*message);
    no_secret(made.body, "a request");
    if (const Filling* header = form.get("header")) {
        made.headers = headers(*header->value);
        node.can_fail.add(c.plan.exprs[made.headers].can_fail);
    }
    if (const Filling* limit = form.get("timeout")) {
        made.timeout = value(*limit->value);
        const Expr& e = c.plan.exprs[made.timeout];
        const auto* d = std::get_if<Duration>(&e.constant);
        const bool wrong = e.op == Op::constant ? !d || d->nanoseconds <= 0 : c.types.fits(expressions().type_of(made.timeout), c.types.of(TypeKind::duration)) == Fit::no;
        if (wrong) c.findings.error(Code::W0417, limit->value->at, "`timeout` wants a duration, for example 5s");
        node.can_fail.add(c.plan.exprs[made.timeout].can_fail);
    }
    made.recorded = !form.get("unrecorded");
    if (use.id == none) return false;
    if (!use.operation->answers) {
        c.findings.error(Code::W0315, t.at, "`{}` gives no answer", t.name.text).help("`-> {}` sends to it", c.text(t.at));
        return false;
    }
    if (made.body != none) node.can_fail.add(c.plan.exprs[made.body].can_fail);
    for (const Argument& a : c.plan.endpoints[use.id].arguments)
        if (a.value != none) node.can_fail.add(c.plan.exprs[a.value].can_fail);
    node.can_fail.add(use.operation->raises);
    node.can_fail.add(FailureClass::timeout);
    node.can_fail.add(FailureClass::invalid);
    name = target_name(made.target);
    node.call = std::move(made);
    return true;
}

}  // namespace weir
