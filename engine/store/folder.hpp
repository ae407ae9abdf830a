#pragma once
// What the folder of a store must be like on a real disk (O3, Z1).
#include <cstdint>
#include <string>
#include <vector>

#include "engine/ports/result.hpp"

namespace weir {

// S5: what is held so that it can be given up when the disk is full.
std::string ballast_path(const std::string& folder);
Result<Done> make_ballast(const std::string& folder, std::uint64_t bytes);
// Refuses file systems whose locks and syncs can't be trusted. What is only worth a warning is added to `warnings`.
Result<Done> check_folder(const std::string& folder, bool unsafe_filesystem, std::vector<std::string>& warnings);

}  // namespace weir
