#include "connectors/http/request.hpp"

#include <cstring>

#include "connectors/http/target.hpp"
#include "engine/message/arrival.hpp"
#include "engine/message/json.hpp"

namespace weir::http {
namespace {

constexpr std::size_t fact_count = 6;

struct Decoded {
    std::string text;
    std::vector<std::size_t> ends;
    void clear() {
        text.clear();
        ends.clear();
    }
};
bool decode_pairs(std::string_view query, Decoded& out) {
    while (!query.empty()) {
        const std::size_t end = std::min(query.find('&'), query.size());
        const std::string_view pair = query.substr(0, end);
        query.remove_prefix(std::min(end + 1, query.size()));
        if (pair.empty()) continue;
        const std::size_t equal = std::min(pair.find('='), pair.size());
        if (!decode_percent(pair.substr(0, equal), true, out.text)) return false;
        out.ends.push_back(out.text.size());
        if (equal < pair.size() && !decode_percent(pair.substr(equal + 1), true, out.text)) return false;
        out.ends.push_back(out.text.size());
    }
    return true;
}

}  // namespace

bool message_of(const Arrival& a, Message& out) {
    thread_local Decoded decoded;  // scratch, empty between calls
    decoded.clear();
    for (const std::string_view segment : a.segments) {
        if (!decode_percent(segment, false, decoded.text)) return false;
        decoded.ends.push_back(decoded.text.size());
    }
    const std::size_t path_count = decoded.ends.size();
    if (!decode_pairs(a.query, decoded)) return false;
    const std::size_t query_count = (decoded.ends.size() - path_count) / 2;

    std::size_t names_size = 0;
    for (const std::string& name : a.names) names_size += name.size();
    const std::size_t members = fact_count + path_count + query_count;
    const std::size_t texts = names_size + decoded.text.size() + a.head.method_text.size() + a.head.target.size() + a.operation.size() + a.remote.size();
    const std::size_t body_size = a.has_body ? a.body_bytes.size() + json_padding : 0;
    const std::shared_ptr<std::uint64_t[]> block = std::make_shared_for_overwrite<std::uint64_t[]>((members * sizeof(Member) + texts + body_size + 7) / 8);
    auto* member = reinterpret_cast<Member*>(block.get());
    char* at = reinterpret_cast<char*>(block.get()) + members * sizeof(Member);
    const auto keep = [&](std::string_view text) {
        char* to = at;
        if (!text.empty()) std::memcpy(to, text.data(), text.size());
        at += text.size();
        return Value::string({to, text.size()});
    };
    const Value all = keep(decoded.text);
    std::size_t from = 0, piece = 0;
    const auto next = [&] {
        const std::size_t end = decoded.ends[piece++];
        const Value text = Value::string({all.s + from, end - from});
        from = end;
        return text;
    };
    Member* path = member + fact_count;
    for (std::size_t i = 0; i < path_count; ++i) {
        path[i].key = keep(a.names[i]);
        path[i].value = next();
    }
    Member* query = path + path_count;
    for (std::size_t i = 0; i < query_count; ++i) {
        query[i].key = next();
        query[i].value = next();
    }
    member[0] = {Value::string("method"), keep(a.head.method_text)};
    member[1] = {Value::string("path"), Value::object(path, path_count)};
    member[2] = {Value::string("query"), Value::object(query, query_count)};
    member[3] = {Value::string("target"), keep(a.head.target)};
    member[4] = {Value::string("operation"), keep(a.operation)};
    member[5] = {Value::string("remote"), keep(a.remote)};
    out.source = Value::object(member, fact_count);
    out.source_owner = block;
    out.body = Body::of(Value::null());
    if (a.has_body) {
        std::memcpy(at, a.body_bytes.data(), a.body_bytes.size());
        std::memset(at + a.body_bytes.size(), 0, json_padding);
        out.body.tree = Value();
        out.body.bytes = {at, a.body_bytes.size()};
        out.body.owner = block;
        out.body.format = format_of(a.media);
    }
    auto headers = std::make_shared<Headers>();
    headers->reserve(a.head.fields.size());
    for (const Field& field : a.head.fields) {
        std::string name = lower(field.name);
        if (hop_by_hop(name) && name != "proxy-authorization") continue;
        if (!a.head.connection.empty() && has_token(a.head.connection, name)) continue;
        if (is_credential(name)) {
            bool kept = false;
            for (const std::string& k : a.keep_headers) kept = kept || k == name;
            if (!kept) continue;
        }
        bool joined = false;
        for (Header& before : *headers) {  // a name that comes again is one field, as the standard reads it
            if (before.name != name) continue;
            before.value.append(name == "cookie" ? "; " : ", ").append(field.value);
            joined = true;
            break;
        }
        if (!joined) headers->push_back({std::move(name), std::string(field.value)});
    }
    out.headers = std::move(headers);
    out.meta.trace = trace_of(a.head.traceparent);
    return true;
}

void set_body(Message& message, std::string&& body, Media media) {
    const std::size_t size = body.size();
    body.append(json_padding, '\0');
    auto owner = std::make_shared<const std::string>(std::move(body));
    message.body.tree = Value();
    message.body.bytes = std::string_view(*owner).substr(0, size);
    message.body.format = format_of(media);
    message.body.owner = std::move(owner);
}

Id128 trace_of(std::string_view traceparent) {
    Id128 out;
    if (traceparent.size() < 55 || traceparent[2] != '-' || traceparent[35] != '-' || traceparent[52] != '-' || traceparent.starts_with("ff")) return {};
    return read_id(traceparent.substr(3, 32), out) ? out : Id128{};
}

}  // namespace weir::http
