#pragma once
#include <string>

#include "dsl/plan/plan.hpp"

namespace weir {

// The plan as text (`weir dump --stage=plan`), stable from run to run.
std::string print(const plan::Plan& plan);
// The graph of channels, endpoints and flows for Graphviz (`weir graph --format dot`).
std::string print_dot(const plan::Plan& plan);
// An expression as it would be written, for diagnostics and dumps.
std::string print_expr(const plan::Plan& plan, plan::ExprId id);
std::string print_action(const plan::Plan& plan, const plan::Action& action);
std::string print_target(const plan::Plan& plan, const plan::Target& target);
std::string print_type(const plan::Plan& plan, plan::TypeId id);

}  // namespace weir
