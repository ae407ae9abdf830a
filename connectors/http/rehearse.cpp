#include "connectors/http/rehearse.hpp"

#include <algorithm>

#include "connectors/http/request.hpp"
#include "connectors/http/target.hpp"
#include "engine/message/json.hpp"

namespace weir::http {

bool rehearse(const Rehearsal& test, Message& out, std::string& why) {
    const Result<Pattern> pattern = Pattern::read(test.declared);
    if (!pattern) {
        why = pattern.error().text;
        return false;
    }
    std::string method = test.operation;
    for (char& c : method) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    std::string body = test.body;
    std::string text = method + " " + test.sent + " HTTP/1.1\r\nhost: test\r\n";
    bool typed = false;
    for (const Header& header : test.headers) {
        typed = typed || header.name == "content-type";
        text += header.name + ": " + header.value + "\r\n";
    }
    const bool has_body = test.format != Format::none;
    if (has_body && !typed) {
        text += "content-type: application/json\r\n";
        if (test.format == Format::text) {
            body.clear();
            write_json_string(body, test.body);
        }
    }
    if (has_body) text += "content-length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n";
    std::size_t scanned = 0, end = 0;
    Fault fault;
    RequestHead head;
    if (find_head(text, scanned, end, fault) != Parse::done || !read_request(std::string_view(text).substr(0, end), head, fault)) {
        why = "no such request can be made: " + fault.text;
        return false;
    }
    const std::size_t question = std::min(head.target.find('?'), head.target.size());
    const std::string_view path = head.target.substr(0, question);
    std::vector<std::string_view> values;
    if (!pattern->fits(path, values)) {
        why = "`" + test.sent + "` does not fit `" + test.declared + "`";
        return false;
    }
    const std::vector<std::string> keep_headers;
    Arrival arrival{head, path, head.target.substr(std::min(question + 1, head.target.size())), pattern->names(), values, test.operation, "test", keep_headers, {}, false, Media::none};
    arrival.body_bytes = body;
    arrival.has_body = has_body;
    if (has_body) arrival.media = media_of(head.content_type);
    if (!message_of(arrival, out)) {
        why = "`" + test.sent + "` does not decode";
        return false;
    }
    return true;
}

}  // namespace weir::http
