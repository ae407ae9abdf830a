#pragma once
#include <string>
#include <vector>

#include "dsl/plan/plan.hpp"
#include "engine/store/view.hpp"

namespace weir::command {

// What the store keeps for names that these flows don't have (C5), by name.
std::vector<std::string> orphans(StoreView& view, const plan::Plan& plan);

}  // namespace weir::command
