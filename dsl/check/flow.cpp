// Flows: their header, their failure table, and their steps.
#include <algorithm>

#include "dsl/check/arguments.hpp"
#include "dsl/check/header.hpp"
#include "dsl/check/notes.hpp"
#include "dsl/names/nearest.hpp"
#include "dsl/plan/print_value.hpp"
#include "dsl/plan/walk.hpp"
#include "dsl/steps/body.hpp"
#include "dsl/steps/exits.hpp"

namespace weir {

using namespace plan;

namespace {

// Who names which channel, before anything is lowered: near misses ask what the graph lacks.
class Mentions {
public:
    explicit Mentions(Checker& c) : c_(c) {}
    void all() {
        for (auto& m : c_.modules)
            for (const syntax::Declaration& d : m->tree.declarations) {
                if (const auto* f = std::get_if<syntax::Flow>(&d.node)) {
                    for (const syntax::Clause& clause : f->header) header(clause);
                    if (f->body) block(*f->body);
                }
                if (const auto* p = std::get_if<syntax::PatternDeclaration>(&d.node); p && p->body) block(*p->body);
            }
    }

private:
    void header(const syntax::Clause& clause) {
        for (const syntax::Part& p : clause.parts) {
            part(p);
            const auto* o = std::get_if<syntax::Operand>(&p.node);
            if (clause.word.text != "from" || !o || !o->value) continue;
            if (auto name = dotted_name(*o->value, c_.sources))
                if (auto at = c_.channels.find(name->text); at != c_.channels.end() && !at->second.has_consumer) {
                    at->second.has_consumer = true;
                    at->second.consumed = name->at;
                }
        }
    }
    void block(const syntax::Block& b) {
        for (const syntax::Statement& s : b.statements)
            for (const syntax::Part& p : s.parts) part(p);
    }
    void part(const syntax::Part& p) {
        if (const auto* arrow = std::get_if<syntax::Arrow>(&p.node))
            if (auto at = c_.channels.find(arrow->target.name.text); at != c_.channels.end() && !at->second.has_producer) {
                at->second.has_producer = true;
                at->second.produced = arrow->target.name.at;
            }
        if (const auto* inner = std::get_if<syntax::BlockBox>(&p.node); inner && *inner) block(**inner);
    }
    Checker& c_;
};

// Lines of the table that nothing can lead to. What every flow can meet without a step of its own: a row of an old type, an expired message.
void idle_lines(Checker& c, const FlowState& state, const Flow& flow) {
    FailureSet possible = flow.can_fail;
    possible.add(FailureClass::invalid);
    possible.add(FailureClass::expired);
    for (const auto& [failure, at] : state.table_classes)
        if (!can_fit(possible, failure)) c.findings.warning(Code::W0413, at, "nothing in flow `{}` can fail as `{}`", flow.name, name_of(failure)).say("no step and no target of it does");
}

// A retry that comes when the message has expired is none.
void expiry(Checker& c, const Flow& flow) {
    const Action* retry = nullptr;
    for (const FailureLine& line : flow.on)
        if (line.action.kind == ActionKind::retry && (!retry || line.action.backoff_low > retry->backoff_low)) retry = &line.action;
    if (!retry) return;
    walk(
        c.plan, flow,
        [&](const Node& n) {
            if (n.word != "expire" || n.text != "after") return;
            const Expr& e = c.plan.exprs[n.exprs[0]];
            const auto* life = e.op == Op::constant ? std::get_if<Duration>(&e.constant) : nullptr;
            if (life && life->nanoseconds < retry->backoff_low)
                c.findings.warning(Code::W0417, n.at, "a message expires after {}, and its first retry comes after {}", print_constant(*life), print_constant(Duration{retry->backoff_low})).label(retry->at, "this retry finds it expired");
        },
        [](const Action&) {});
}

// K8: more keys come in their time than a flow remembers.
void keys(Checker& c, const Flow& flow) {
    if (flow.key == none || flow.rate <= 0) return;
    const double most = flow.rate * static_cast<double>(flow.key_for) / 1e9;
    if (most <= static_cast<double>(max_keys)) return;
    c.findings.warning(Code::W0417, c.plan.exprs[flow.key].at, "at this rate {:.0f} million keys come in {}", most / 1e6, print_constant(Duration{flow.key_for}))
        .say("a flow remembers {} million; beyond, it waits until some are over", max_keys / 1'000'000)
        .help("a shorter `for`, as long as a sender repeats a message, or a lower `rate`");
}

void dead_letters(Checker& c, const Flow& flow) {
    if (!c.options.strict) return;
    const FailureSet open = left_by(flow.can_fail, flow.on);
    std::string left;
    for (unsigned i = 1; i < 14; ++i) {
        const auto failure = static_cast<FailureClass>(i);
        if (open.has(failure)) left += (left.empty() ? "`" : ", `") + std::string(name_of(failure)) + "`";
    }
    if (!left.empty()) c.findings.error(Code::W0406, flow.at, "flow `{}` can fail as {}, and no line says what becomes of it", flow.name, left).say("goes to `{}.dead` by default", flow.name).help("add `on any -> x` to its header");
}

void lower_flow(Checker& c, Module& m, const syntax::Declaration& d, const syntax::Flow& f) {
    FlowState state;
    state.name = f.name.text;
    ExprScope scope;
    scope.module = &m;
    scope.message = true;
    Flow flow;
    flow.name = f.name.text;
    flow.at = f.name.at;
    for (const syntax::Annotation& a : d.annotations)
        if (a.word.text == "moved" && a.name) flow.moved_from = a.name->text;
    lower_header(c, scope, state, f, flow);
    Lowering body(c, state, scope);
    bool ended = false;
    if (c.options.notes) c.options.notes->flows.push_back(scope.body);
    if (f.body) flow.first = body.block(*f.body, "", ended);
    flow.lets = state.lets;
    flow.bindings = std::move(state.bindings);
    flow.can_fail = exits_of(c.plan, flow.first);
    if (flow.key != none) flow.can_fail.add(FailureClass::invalid);  // K1: without a key
    for (const Source& s : flow.sources)
        if (s.where != none) flow.can_fail.add(c.plan.exprs[s.where].can_fail);
    if (flow.timeout) flow.can_fail.add(FailureClass::timeout);
    if (!c.findings.has_errors()) idle_lines(c, state, flow);  // a step with an error is not there, and what it can fail as neither
    expiry(c, flow);
    keys(c, flow);
    dead_letters(c, flow);
    c.plan.flows.push_back(std::move(flow));
    for (Flow& tap : state.taps) c.plan.flows.push_back(std::move(tap));
}

}  // namespace

void lower_flows(Checker& c) {
    Mentions(c).all();
    for (auto& m : c.modules)
        for (const syntax::Declaration& d : m->tree.declarations)
            if (const auto* f = std::get_if<syntax::Flow>(&d.node)) lower_flow(c, *m, d, *f);
    if (!c.options.notes) return;
    std::vector<Notes::Function>& functions = c.options.notes->functions;
    functions.resize(c.plan.functions.size());
    for (auto& m : c.modules)
        for (const auto& [name, f] : m->functions)
            if (f.index < functions.size()) functions[f.index] = {f.parameters, f.result};
}

}  // namespace weir
