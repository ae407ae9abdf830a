#pragma once
// An expression without a file: checked as part of the smallest flow that can hold it.
#include <string>

#include "tools/command/load.hpp"

namespace weir::command {

// Good: the plan's one flow has a `let` as its first step, whose first expression it is. False: `why` has the findings, as people read them.
bool check_alone(const std::string& expression, Loaded& into, std::string& why);

}  // namespace weir::command
