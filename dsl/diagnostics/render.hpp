#pragma once
#include <string>

#include "dsl/diagnostics/findings.hpp"
#include "dsl/source/sources.hpp"

namespace weir {

// Findings as people read them (language.md, "What a diagnostic looks like"). `colour`: ANSI, for terminals only.
std::string render_text(const Findings& findings, const Sources& sources, bool colour = false);
// One JSON object: { "findings": [ { severity, code, message, file, line, column, end_line, end_column, label, labels, fixes, help } ] }
std::string render_json(const Findings& findings, const Sources& sources);

}  // namespace weir
