#pragma once
#include <memory>

#include "dsl/connectors/spec.hpp"
#include "engine/ports/connector.hpp"

namespace weir {

ConnectorSpec file_spec();
std::unique_ptr<ConnectorKind> file_kind();

}  // namespace weir
