#pragma once
// A call as bytes, and an answer as what the engine makes of it. Pure.
#include <optional>
#include <string>
#include <string_view>

#include "connectors/http/client.hpp"

namespace weir::http {

void write_request(std::string& out, const ClientOptions& options, const Call& call);
// Without its body. `now`: for a `Retry-After` that is a date.
Answer answer_of(const ResponseHead& head, std::int64_t now);
// What a call fails as with this status; nothing: it is an answer.
std::optional<FailureClass> refusal_of(unsigned status, const ClientOptions& options);

}  // namespace weir::http
