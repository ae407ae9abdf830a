#pragma once
#include <memory>

#include "dsl/connectors/spec.hpp"
#include "engine/ports/connector.hpp"

namespace weir {

ConnectorSpec timer_spec();
std::unique_ptr<ConnectorKind> timer_kind();

}  // namespace weir
