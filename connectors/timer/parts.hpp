#pragma once
#include <memory>
#include <string>

#include "engine/ports/connector.hpp"

namespace weir::timer {

std::unique_ptr<Source> every_source(std::string name, std::int64_t period, No number, ConnectorWorld world);
std::unique_ptr<Source> once_source(std::string name, ConnectorWorld world);

}  // namespace weir::timer
