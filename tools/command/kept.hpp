#pragma once
// The flows that a store has run, read again from the texts that it keeps.
#include <memory>
#include <set>
#include <string>

#include "engine/store/view.hpp"
#include "tools/command/load.hpp"

namespace weir::command {

// Of that hash, or the newest where it is empty. Errors: none is kept, or this weir reads them otherwise.
Result<std::unique_ptr<Loaded>> kept_flows(StoreView& view, const std::string& hash = {});
// Declared channels that a failure line of the flows sends to.
std::set<std::string> failure_channels(const plan::Plan& plan);

// The body as a member of a JSON object: "body" where it is JSON, "body_text", else "body_base64".
void write_body_member(std::string& out, std::string_view name, std::string_view body);
// An instant as it stands in options: a timestamp, or a duration back from `now`.
bool read_instant(const std::string& text, std::int64_t now, std::int64_t& out);
const char* outcome_text(Outcome outcome);
std::string failure_text(const Failure& failure);

}  // namespace weir::command
