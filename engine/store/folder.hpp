#pragma once
// What the folder of a store must be like on a real disk (O3, Z1).
#include <string>
#include <vector>

#include "engine/ports/result.hpp"

namespace weir {

// Refuses file systems whose locks and syncs can't be trusted. What is only worth a warning is added to `warnings`.
Result<Done> check_folder(const std::string& folder, bool unsafe_filesystem, std::vector<std::string>& warnings);

}  // namespace weir
