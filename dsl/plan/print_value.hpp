#pragma once
// The parts of the printed plan that stand on one line; used by print.cpp and by findings.
#include <string>

#include "dsl/plan/plan.hpp"

namespace weir {

std::string print_constant(const Constant& value);
std::string print_type_body(const plan::Plan& plan, const plan::Type& type);  // of a declared type: what stands behind `=`
std::string print_cases(const plan::Plan& plan, const std::vector<plan::MatchCase>& cases);

}  // namespace weir
