#pragma once
#include <string>

#include "engine/ports/connector.hpp"

namespace weir::http {

// A request that a test makes, through the same reading as one from the wire; no socket. A body is JSON where its headers don't say otherwise.
bool rehearse(const Rehearsal& test, Message& out, std::string& why);

}  // namespace weir::http
