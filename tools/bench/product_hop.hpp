#pragma once
#include <string>

#include "tools/bench/measure.hpp"

namespace weir::bench {

// The flow at `flow_path` empties its queue `a`, filled before, into `b`: the store, the engine and their threads as `weir run` has them, with at
// most `window` messages in flight.
Measured product_hop(const std::string& flow_path, const std::string& folder, long messages, long window);

}  // namespace weir::bench
