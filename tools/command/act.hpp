#pragma once
// What a person does to what stands in a store, through a running engine or, where none runs, by taking the store: one way for both.
#include <string>

#include "engine/message/value.hpp"
#include "engine/ports/store.hpp"

namespace weir::command {

// Says in the deed who does it. With rows done and a refusal both: it went so far.
Result<Deeds> act(const std::string& folder, Deed deed);
// "17 rows": what came of it as the command's last line, and its exit code.
int tell(const Result<Deeds>& came, const std::string& done_what);
// user@host of who runs this command.
std::string caller();

// The verb `act` of the control socket. False: `why`.
std::string deed_request(const Deed& deed);
bool read_deed(const Value& args, Deed& out, std::string& why);
std::string deeds_answer(const Deeds& deeds);

}  // namespace weir::command
