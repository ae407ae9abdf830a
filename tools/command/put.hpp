#pragma once
// One message into a channel by hand, as `weir send` does it: the same for an engine that runs and for a store nobody runs.
#include <string>
#include <vector>

#include "dsl/plan/plan.hpp"
#include "engine/message/message.hpp"
#include "engine/ports/store.hpp"
#include "engine/ports/world.hpp"

namespace weir::command {

struct Sending {
    std::string channel, body;
    Headers headers;  // names in lower case
};
// The commit that does it. Errors: no such channel (with a near miss), a body that does not fit the channel's type.
// The store gives the numbers: call it between commits, or from where the engine does.
struct Prepared {
    Commit commit;
    Id128 id;
};
Result<Prepared> prepare(const plan::Plan& plan, const Sending& sending, Store& store, const Clock& clock, Random& random);
// name=value; false: there is no `=`, an empty name, or a character that a header can't hold.
bool read_header(const std::string& text, Headers& into);

}  // namespace weir::command
