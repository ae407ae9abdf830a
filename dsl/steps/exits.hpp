#pragma once
// Which failures can leave a step, a block, a flow: what the steps raise, less what their failure lines take for good. Pure.
#include "dsl/plan/plan.hpp"

namespace weir {

// What no line takes for good: a `retry` without `then` reads on, `fail` hands on.
FailureSet left_by(FailureSet failures, const std::vector<plan::FailureLine>& lines);
// What the step and what stands in it raise, before its own lines.
FailureSet raised_by(const plan::Plan& plan, const plan::Node& node);
FailureSet exits_of(const plan::Plan& plan, plan::NodeId first);
// Can a line for this class ever fit one of these? `any` and `internal` always can.
bool can_fit(FailureSet failures, FailureClass line);
// Does this action end what it is the action of? False: the table is read on.
bool takes_for_good(const plan::Action& action);

}  // namespace weir
