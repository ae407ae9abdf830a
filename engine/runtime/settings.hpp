#pragma once
#include <map>
#include <string>
#include <vector>

#include "engine/evaluate/evaluate.hpp"
#include "engine/ports/result.hpp"

namespace weir {

// The values of the plan's params, in their order: from `settings` (name, or file.name) read by the declared type, else by their expression.
// Their memory is `scope.arena`. Errors name the parameter.
Result<Done> evaluate_params(const plan::Plan& plan, const std::map<std::string, std::string>& settings, Compiler& compiler, Scope& scope, std::vector<Value>& out);

}  // namespace weir
