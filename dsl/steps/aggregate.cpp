#include "dsl/steps/clauses.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec aggregate_step() {
    return step("aggregate", "The aggregator: many messages into one.")
        .clause("by", Want::value, false, "the key: messages of one key are a group")
        .clause("window", Want::duration, Optional, "groups of this length of time")
        .behind(Places().clause("of", Want::value, false, "the time that counts").clause("late", Want::duration, false, "how long a late message is waited for"))
        .clause("starts when", Want::condition, Optional, "the message that begins a group")
        .add(group_clauses())
        .example("aggregate by body.basket complete when group.count == 3 or after 30s into { id: group.key }");
}

}  // namespace weir
