#pragma once
#include "dsl/check/checker.hpp"
#include "dsl/steps/body.hpp"

namespace weir {

// Sources, workers, history and the failure table of a flow. Sets what the flow's steps know of body and source.
void lower_header(Checker& checker, ExprScope& scope, FlowState& state, const syntax::Flow& written, plan::Flow& flow);

}  // namespace weir
