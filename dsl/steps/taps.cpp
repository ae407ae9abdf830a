// Taps with an endpoint or steps behind them: a queue of their own and a flow of their own behind it (T2).
#include "dsl/steps/body.hpp"
#include "dsl/steps/exits.hpp"

namespace weir {

using namespace plan;

bool taps_on_its_own(const Form& form) {
    const Filling* to = form.get("target");
    return form.get("steps") || (to && to->target && to->target->arguments);
}

void Lowering::tap(const Form& form, Span at) {
    const std::size_t number = ++flow_.tap_count;
    const std::string name = flow_.name + ".tap" + (number > 1 ? fmt::format(".{}", number) : "");
    const auto declared = c.channels.find(name);
    const auto flow_declared = c.flows.find(name);
    if (declared != c.channels.end() || flow_declared != c.flows.end()) {
        c.findings.error(Code::W0107, at, "the queue of this tap is called `{}`, and that name is declared", name).label(declared != c.channels.end() ? declared->second.at : flow_declared->second.at, "declared here");
        return;
    }
    Channel queue;
    queue.name = name;
    queue.type = c.types.any();
    queue.of_tap = true;
    queue.limit = 100'000;  // T3
    queue.at = at;
    const auto channel = static_cast<ChannelId>(c.plan.channels.size());
    c.plan.channels.push_back(std::move(queue));

    FlowState state;
    state.name = name;
    state.takes_back = false;
    state.source_known = true;
    state.source_at = at;
    // What is bound in the flow stays there: only the message goes through the queue. What a pattern's channels are is known now.
    ExprScope scope;
    scope.module = scope_->module;
    scope.message = true;
    for (const Bound& b : scope_->bound) {
        scope.bound.push_back(b);
        if (b.kind != BoundKind::channel) scope.bound.back().kind = BoundKind::gone;
    }
    Lowering inner(c, state, scope);
    Flow flow;
    flow.name = name;
    flow.at = at;
    flow.of_tap = true;
    Source source;
    source.channel = channel;
    source.at = at;
    flow.sources.push_back(source);
    bool ended = false;
    if (const Filling* steps = form.get("steps")) {
        flow.first = inner.block(*steps->block, "", ended);
    } else {
        WrittenAction send;
        const Filling& to = *form.get("target");
        send.at = to.target->at;
        send.target = to.target;
        send.value = to.sent;
        flow.first = inner.action_block(send, "", ended);
    }
    ExprScope failing = scope;
    failing.bound.clear();
    failing.failure = true;
    failing.body = c.types.any();
    Lowering table(c, state, failing);
    flow.on = table.failure_lines(form.on, FailurePlace::table, exits_of(c.plan, flow.first));
    flow.lets = state.lets;
    flow.bindings = std::move(state.bindings);
    flow.can_fail = exits_of(c.plan, flow.first);
    flow_.taps.push_back(std::move(flow));
    for (Flow& f : state.taps) flow_.taps.push_back(std::move(f));

    Node n = make("tap", at);
    n.exprs = {none};
    if (form.get("else")) n.exprs.push_back(value(*form.get("discard")->value));
    Target to;
    to.channel = channel;
    n.targets = {to};
    // Its number among the taps of its block, not the queue's name: that changes with taps elsewhere.
    add(std::move(n));
}

}  // namespace weir
