#pragma once
// Everything that stands in a flow: its steps, those of its arms, blocks and failure actions, and the actions themselves.
#include "dsl/plan/plan.hpp"

namespace weir::plan {

template <class OnNode, class OnAction> class Walk {
public:
    Walk(const Plan& plan, OnNode on_node, OnAction on_action) : plan_(plan), on_node_(on_node), on_action_(on_action) {}
    void flow(const Flow& f) {
        block(f.first);
        lines(f.on);
    }
    void block(NodeId first) {
        for (NodeId id = first; id != none; id = plan_.nodes[id].next) {
            const Node& n = plan_.nodes[id];
            on_node_(n);
            for (const Arm& a : n.arms) block(a.block);
            for (NodeId b : n.blocks) block(b);
            lines(n.on);
        }
    }

private:
    void lines(const std::vector<FailureLine>& all) {
        for (const FailureLine& l : all) action(l.action);
    }
    void action(const Action& a) {
        on_action_(a);
        if (a.kind == ActionKind::steps) block(a.block);
        for (const Action& then : a.then) action(then);
    }
    const Plan& plan_;
    OnNode on_node_;
    OnAction on_action_;
};
template <class OnNode, class OnAction> void walk(const Plan& plan, const Flow& flow, OnNode on_node, OnAction on_action) { Walk<OnNode, OnAction>(plan, on_node, on_action).flow(flow); }

}  // namespace weir::plan
