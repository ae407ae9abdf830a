#pragma once
#include <string>

#include "dsl/plan/plan.hpp"
#include "engine/ports/files.hpp"

namespace weir::command {

// Why a run took nothing: "nothing new: all 20 lines of orders.jsonl were read on .. (another --store starts afresh)".
// Empty where that is not the reason.
std::string nothing_new(const plan::Plan& plan, Files& files, const std::string& store);

}  // namespace weir::command
