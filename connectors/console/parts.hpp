#pragma once
#include <memory>

#include "engine/ports/connector.hpp"

namespace weir::console {

std::unique_ptr<Source> lines_source(Format format, ConnectorWorld world);
std::unique_ptr<Sink> line_sink(ConnectorWorld world);

}  // namespace weir::console
