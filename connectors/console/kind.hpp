#pragma once
#include <memory>

#include "dsl/connectors/spec.hpp"
#include "engine/ports/connector.hpp"

namespace weir {

ConnectorSpec console_spec();
std::unique_ptr<ConnectorKind> console_kind();

}  // namespace weir
