#pragma once
#include "dsl/plan/plan.hpp"

namespace weir {

// R7: a queue with selective readers gets one reader, which routes each message into a queue of the first that fits, so that a slow or paused one
// holds nobody back. What is made is named after the queue: `orders/select` the flow, `orders/FLOW` the queues; no declaration can have such a name.
void selective_readers(plan::Plan& plan);

}  // namespace weir
