#pragma once
// The door to the one file that includes PEGTL.
#include "dsl/diagnostics/findings.hpp"
#include "dsl/grammar/nodes.hpp"
#include "dsl/source/sources.hpp"

namespace weir::grammar {

// Reads a text as shapes; what is wrong goes to `findings`, what is left out is a Kind::broken. Thread: any, no state.
Nodes read(const SourceFile& file, Findings& findings);
// Problems of the rules themselves (a loop that consumes nothing), for the test of the grammar.
std::size_t analyze();

}  // namespace weir::grammar
