#pragma once
#include <optional>
#include <string>

#include "dsl/diagnostics/findings.hpp"
#include "dsl/source/sources.hpp"

namespace weir {

// A flow file in its one shape: indentation, blanks, blank lines, alignment. The author's lines, comments and literals stay as they are.
// Without a value the file has syntax errors, which stand in `findings`. Thread: any, no state.
// Promise: the tree of the result is that of the text, no comment is lost, and a second time changes nothing.
std::optional<std::string> format_flow(const Sources& sources, std::size_t file, Findings& findings);

// Whether two texts have the same tree and the same comments in the same order: what a caller asks before it replaces one by the other.
bool same_flows(const std::string& left, const std::string& right);

}  // namespace weir
