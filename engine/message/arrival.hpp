#pragma once
// The input of a source that has no reference to it, as the history keeps it (S9): headers and meta, facts of the delivery, body. Pure.
#include <string>
#include <string_view>

#include "engine/message/message.hpp"

namespace weir {

struct Arrived {  // views into the bytes that were decoded
    Format format = Format::none;  // none: not known
    std::string_view envelope, source, body;
};
// Without the headers that hold credentials, also those that the flow was given (Z2).
void encode_arrival(std::string& out, const Message& input);
// What an older weir kept is a body alone. False: it is damaged.
bool decode_arrival(std::string_view bytes, Arrived& out);

// Headers that say who somebody is: never kept beside what has to be kept.
bool is_credential(std::string_view lower_case_name);

}  // namespace weir
