#pragma once
#include <string>

namespace weir::command {

// What became of the lines of a text: `- old` and `+ new` under the number of the first of them, at most `most` lines. Safe on a terminal.
std::string difference(const std::string& before, const std::string& after, std::size_t most);

}  // namespace weir::command
