// What a test puts in: messages, and what stands for the world.
#include "dsl/check/test.hpp"

namespace weir {

using namespace plan;

void TestLowering::send(const Form& form, Span at) {
    TestSend made;
    const Asked asked = asked_of(*form.get("target"), c_.sources);
    const auto to = target(asked, Side::source);
    const Filling* as = form.get("as");
    if (const Filling* message = form.get("message")) {
        made.body = value(*message->value);
        body_.no_secret(made.body, "a message");
        if (to && to->channel != none) {
            Target channel;
            channel.channel = to->channel;
            body_.check_channel(channel, body_.expressions().type_of(made.body), message->value->at);
        }
    }
    if (const Filling* f = form.get("header")) made.headers = body_.headers(*f->value);
    if (const Filling* f = form.get("meta")) made.meta = value(*f->value);
    if (const Filling* f = form.get("source")) made.source = value(*f->value);
    if (const Filling* f = form.get("times")) made.times = typed(*f->value, TypeKind::int_, "times", "3");
    if (const Filling* f = form.get("reply to")) c_.not_built(f->at, "a reply to a channel");
    if (!to) return;
    made.target = *to;
    if (!to->dead.empty()) {
        c_.findings.error(Code::W0407, asked.at, "a flow's dead letters are filled by the engine").help("let the flow fail: `stub x fail invalid`");
        return;
    }
    const OperationSpec* source = to->endpoint ? operation(*to->endpoint, OperationRole::source) : nullptr;
    if (made.source != none && !to->endpoint) c_.findings.error(Code::W0407, form.get("source")->at, "a message in a channel has no `source`").help("what a connector says of a delivery ends at the first channel");
    if (source && !is_read(*to->endpoint)) {
        c_.findings.error(Code::W0407, asked.at, "no flow reads from `{}`", asked.name.text).help("a test sends to what stands behind `from`; `stub {}` answers what flows ask there", c_.text(asked.at));
        return;
    }
    if (source && source->two_way) {
        made.asks = asked_ = true;  // Q3: over HTTP somebody always waits
    } else if (as) {
        c_.not_built(as->at, "`as` where the sender does not wait by itself");
        return;
    }
    if (as) {
        made.as = as->word;
        replies_.push_back(made.as);
    }
    add({std::move(made), at});
}

void TestLowering::stub(const Form& form, Span at) {
    TestStub made;
    const Asked asked = asked_of(*form.get("target"), c_.sources);
    const auto to = target(asked, Side::sink);
    TestOut* out = &made.outs.emplace_back();
    ExprId first = none;
    Span first_at;
    for (const Filling& f : form.fillings) {
        const std::string& word = f.place->clause;
        if (word == "then") {
            out = &made.outs.emplace_back();
            first = none;
        } else if (f.place->name == "failure" && f.action) {
            out->fails = true;
            if (f.action->failure) failure_class(c_, *f.action->failure, out->failure, false);
            if (f.action->value) out->why = value(*f.action->value);
        } else if (f.place->name == "first") {
            // One value: an int literal is the status, anything else the body.
            first = value(*f.value);
            first_at = f.value->at;
            const Expr& e = c_.plan.exprs[first];
            (e.op == Op::constant && std::holds_alternative<std::int64_t>(e.constant) ? out->status : out->body) = first;
        } else if (f.place->name == "second") {
            if (out->status == none) out->status = first;
            out->body = value(*f.value);
            if (c_.types.fits(body_.expressions().type_of(first), c_.types.of(TypeKind::int_)) == Fit::no) c_.findings.error(Code::W0417, first_at, "with two values behind `reply` the first is the status, for example 200");
        } else if (word == "after") {
            out->after = typed(*f.value, TypeKind::duration, "after", "3s");
        } else if (word == "for") {
            out->lasts = typed(*f.value, TypeKind::duration, "for", "2h");
        } else if (word == "times") {
            out->times = typed(*f.value, TypeKind::int_, "times", "3");
        }
    }
    if (!to) return;
    if (!to->endpoint) {
        c_.not_built(asked.at, "a stub for a channel");
        return;
    }
    made.target = *to;
    const OperationSpec* sink = operation(*to->endpoint, OperationRole::sink);
    if (sink && sink->append) {
        c_.findings.error(Code::W0407, asked.at, "`{}` appends to a file, and a test's files are its own", c_.text(asked.at)).help("`expect {} called n` counts the lines", c_.text(asked.at));
        return;
    }
    add({std::move(made), at});
}

}  // namespace weir
