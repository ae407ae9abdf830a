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

// What a plan row keeps of them (S9), so that a trace computes with the same: an object of texts by file.name. No secret, and nothing that the plan's
// own text gives again.
std::string write_params(const plan::Plan& plan, const std::vector<Value>& params);
// `texts`, a JSON object or empty, with `params` in it; and the hash of the row, which covers both.
std::string with_params(std::string_view texts, std::string_view params);
std::string row_hash(std::string_view plan_hash, std::string_view params);

}  // namespace weir
