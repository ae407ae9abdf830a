#pragma once
#include "engine/evaluate/evaluate.hpp"

namespace weir {

// `value is T`: as it stands, nothing is read or filled in. Leaves the scope's failure alone.
bool fits(const plan::Plan& plan, plan::TypeId type, const Value& value, Scope& scope);

}  // namespace weir
