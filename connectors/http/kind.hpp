#pragma once
#include <memory>

#include "dsl/connectors/spec.hpp"
#include "engine/ports/connector.hpp"

namespace weir {

ConnectorSpec http_spec();
std::unique_ptr<ConnectorKind> http_kind();

}  // namespace weir
