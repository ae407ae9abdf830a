#pragma once
// A request as a message. Pure but for the memory it takes.
#include <string>
#include <string_view>
#include <vector>

#include "connectors/http/media.hpp"
#include "connectors/http/wire.hpp"
#include "engine/message/message.hpp"

namespace weir::http {

struct Arrival {
    const RequestHead& head;
    std::string_view path, query;                    // of the target, as they came
    const std::vector<std::string>& names;           // of the pattern
    const std::vector<std::string_view>& segments;   // their values, as they came
    std::string_view operation, remote;
    const std::vector<std::string>& keep_headers;
    std::string_view body_bytes;                     // where it stands in the buffer; with has_body: whole. Otherwise it comes later, by set_body
    bool has_body = false;
    Media media = Media::none;
};
// The message without its id and time. One block holds facts, texts and body. False: the target doesn't decode.
bool message_of(const Arrival& arrival, Message& out);
// For a body that came after the head: taken over, not copied.
void set_body(Message& message, std::string&& body, Media media);
// W3C: the id of the trace, or nothing.
Id128 trace_of(std::string_view traceparent);

}  // namespace weir::http
