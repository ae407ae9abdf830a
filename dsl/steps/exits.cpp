#include "dsl/steps/exits.hpp"

#include <algorithm>

namespace weir {

using namespace plan;

namespace {

bool fits(const FailureLine& line, FailureClass failure) {
    return std::any_of(line.classes.begin(), line.classes.end(), [&](FailureClass around) { return is_within(failure, around); });
}

// What becomes of this class by this action; none of it: empty. `on`: the lines below are asked.
FailureSet after(FailureClass failure, const Action& action, bool& on) {
    FailureSet out;
    on = false;
    switch (action.kind) {
        case ActionKind::retry:
            if (action.times == 0) return out;
            if (!action.then.empty()) return after(failure, action.then.front(), on);
            on = true;
            return out;
        case ActionKind::fail: out.add(action.failure); return out;
        case ActionKind::fail_again: out.add(failure); return out;
        default: return out;
    }
}

}  // namespace

bool takes_for_good(const Action& action) { return action.kind != ActionKind::retry || action.times == 0 || !action.then.empty(); }

FailureSet left_by(FailureSet failures, const std::vector<FailureLine>& lines) {
    FailureSet left;
    for (unsigned i = 0; i < 14; ++i) {
        const auto failure = static_cast<FailureClass>(i);
        if (!failures.has(failure)) continue;
        bool on = true;
        for (const FailureLine& line : lines)
            if (on && fits(line, failure)) left.add(after(failure, line.action, on));
        if (on) left.add(failure);
    }
    return left;
}

FailureSet raised_by(const Plan& plan, const Node& node) {
    FailureSet all = node.can_fail;
    for (const Arm& a : node.arms) all.add(exits_of(plan, a.block));
    for (NodeId b : node.blocks) all.add(exits_of(plan, b));
    return all;
}

FailureSet exits_of(const Plan& plan, NodeId first) {
    FailureSet all;
    for (NodeId id = first; id != none; id = plan.nodes[id].next) all.add(left_by(raised_by(plan, plan.nodes[id]), plan.nodes[id].on));
    return all;
}

bool can_fit(FailureSet failures, FailureClass line) {
    if (line == FailureClass::any || line == FailureClass::internal) return true;
    for (unsigned i = 0; i < 14; ++i) {
        const auto failure = static_cast<FailureClass>(i);
        if (failures.has(failure) && (is_within(failure, line) || is_within(line, failure))) return true;
    }
    return false;
}

}  // namespace weir
