#pragma once
#include "dsl/diagnostics/findings.hpp"
#include "dsl/source/sources.hpp"
#include "dsl/syntax/tree.hpp"

namespace weir {

// Reads one file of `sources` as shapes (grammar.md). Always returns a tree; what is broken stands in it as Broken and in `findings`.
// Thread: any, no state. Errors: codes W0001 to W0099. Depth is limited to 256.
syntax::File parse(const Sources& sources, std::size_t file, Findings& findings);

}  // namespace weir
