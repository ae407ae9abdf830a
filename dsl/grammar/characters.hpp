#pragma once
#include "dsl/diagnostics/findings.hpp"
#include "dsl/source/sources.hpp"

namespace weir::grammar {

// One pass over the characters of a file: control characters, a lone carriage return, what is not UTF-8, and what turns the direction of the text.
// Returns false where the file is too large to be read at all. At most `most_character_findings` are reported.
bool check_characters(const SourceFile& file, Findings& findings);
inline constexpr int most_character_findings = 20;
inline constexpr std::size_t largest_file = 16u << 20;

}  // namespace weir::grammar
