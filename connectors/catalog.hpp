#pragma once
#include <memory>
#include <vector>

#include "dsl/connectors/spec.hpp"
#include "engine/ports/connector.hpp"

namespace weir {

// The kinds that are built in: what the checker knows of them, and what the engine runs. One list, in catalog.cpp.
ConnectorCatalog builtin_specs();
std::vector<std::unique_ptr<ConnectorKind>> builtin_kinds();

}  // namespace weir
