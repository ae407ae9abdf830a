#pragma once
#include "engine/ports/connector.hpp"
#include "engine/runtime/type_mark.hpp"

namespace weir {

// A stored row as the message it was: body, headers and meta of `out`; `read_by` where the row is to be read by its channel's type first (C7).
void open_row(const Id128& mid, std::string body, std::string_view envelope, std::uint32_t row_type, Delivery& out);
// The same of a row at rest: what it waits for goes to the delivery, the message has what it came with.
void open_rest(const Id128& mid, std::string body, std::string_view envelope, std::uint32_t row_type, Delivery& out);
// The time by which its flow must be done with a message at rest, written before the memo of its row; 0: none. What is left of `memo` is the memo.
std::string deadline_text(EngineTime deadline);
EngineTime take_deadline(std::string& memo);
void read_by(const TypeMark& mark, plan::TypeId type, Delivery& out);

}  // namespace weir
