#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "dsl/connectors/spec.hpp"
#include "dsl/diagnostics/findings.hpp"
#include "dsl/plan/plan.hpp"
#include "dsl/source/sources.hpp"

namespace weir {

// Reads a file that a flow names (import, file("q.sql")); empty when it can't be read. The path is as written there, already joined to the folder of the file it stands in.
using ReadFile = std::function<std::optional<std::string>(const std::string& path)>;

struct Notes;
struct CheckOptions {
    bool strict = false;     // every exit named, nothing left to a default
    Notes* notes = nullptr;  // what is known on the way is written down here, where wanted
};

// Text to plan: parses the roots and what they import, resolves names, matches forms, types, failure exits, lowers.
// `plan` is whole if and only if `findings` has no error. Pure: no clock, no environment (params are evaluated by the engine).
plan::Plan check(const std::vector<std::string>& roots, const ReadFile& read, const ConnectorCatalog& connectors, const CheckOptions& options, Sources& sources, Findings& findings);

}  // namespace weir
