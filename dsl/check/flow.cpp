// Flows: their header, their failure table, and their steps.
#include <algorithm>

#include "dsl/check/arguments.hpp"
#include "dsl/check/header.hpp"
#include "dsl/check/notes.hpp"
#include "dsl/names/nearest.hpp"
#include "dsl/steps/body.hpp"

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

void dead_letters(Checker& c, const Flow& flow) {
    if (!c.options.strict || flow.can_fail.empty()) return;
    std::string left;
    for (unsigned i = 1; i < 14; ++i) {
        const auto failure = static_cast<FailureClass>(i);
        if (!flow.can_fail.has(failure)) continue;
        const bool named = std::any_of(flow.on.begin(), flow.on.end(), [&](const FailureLine& l) {
            return l.action.kind != ActionKind::fail && l.action.kind != ActionKind::fail_again && std::any_of(l.classes.begin(), l.classes.end(), [&](FailureClass around) { return is_within(failure, around); });
        });
        if (!named) left += (left.empty() ? "`" : ", `") + std::string(name_of(failure)) + "`";
    }
    if (!left.empty()) c.findings.error(Code::W0406, flow.at, "flow `{}` can fail as {}, and no line says what becomes of it", flow.name, left).say("goes to `{}.dead` by default", flow.name).help("add `on any -> x` to its header");
}

FailureSet collect(const Plan& plan, NodeId first) {
    FailureSet all;
    for (NodeId id = first; id != none; id = plan.nodes[id].next) {
        all.add(plan.nodes[id].can_fail);
        for (const Arm& a : plan.nodes[id].arms) all.add(collect(plan, a.block));
        for (NodeId b : plan.nodes[id].blocks) all.add(collect(plan, b));
    }
    return all;
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
    flow.can_fail = collect(c.plan, flow.first);
    dead_letters(c, flow);
    c.plan.flows.push_back(std::move(flow));
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
