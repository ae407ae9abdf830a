#include "connectors/http/asking.hpp"

#include <algorithm>
#include <charconv>

#include "connectors/http/media.hpp"
#include "connectors/http/target.hpp"
#include "engine/message/text.hpp"

namespace weir::http {
namespace {

bool has_status(const std::vector<unsigned>& statuses, unsigned status) { return std::find(statuses.begin(), statuses.end(), status) != statuses.end(); }

}  // namespace

void write_request(std::string& out, const ClientOptions& options, const Call& call) {
    out.clear();
    out.append(name_of(call.method)).append(" ").append(call.target).append(" HTTP/1.1\r\n");
    bool host = false, type = false, key = false, agent = false, accept = false, authorization = false;
    const auto field = [&](std::string_view name, std::string_view value) { out.append(name).append(": ").append(value).append("\r\n"); };
    const auto fields = [&](const Headers& headers, bool own) {
        for (const Header& header : headers) {
            const std::string& name = header.name;
            // Of this connection, or about bytes that we write: never what another one said.
            if (hop_by_hop(name) || name == "accept-encoding" || (name == "host" && !own)) continue;
            if (own && find_header(call.headers, name) != nullptr && name != "host") continue;
            host = host || name == "host";
            type = type || name == "content-type";
            key = key || name == "idempotency-key";
            agent = agent || name == "user-agent";
            accept = accept || name == "accept";
            authorization = authorization || name == "authorization";
            field(name, header.value);
        }
    };
    fields(options.headers, true);
    fields(call.headers, false);
    if (!host) field("host", options.url.authority);
    if (!agent) field("user-agent", "weir");
    if (!accept) field("accept", "*/*");
    if (!authorization && !options.url.user.empty()) {
        std::string basic = "Basic ";
        std::string user;
        if (!decode_percent(options.url.user, false, user)) user = options.url.user;
        write_base64(basic, user);
        field("authorization", basic);
    }
    if (!key && call.method != Method::get && call.method != Method::head && !call.id.empty()) field("idempotency-key", to_text(call.id));
    const bool has_body = call.format != Format::none;
    if (has_body && !type) field("content-type", content_type_of(call.format));
    if (has_body || call.method == Method::post || call.method == Method::put || call.method == Method::patch) {
        out += "content-length: ";
        write_number(out, call.body.size());
        out += "\r\n";
    }
    out += "\r\n";
    out += call.body;
}

Answer answer_of(const ResponseHead& head, std::int64_t now) {
    Answer answer;
    answer.status = static_cast<std::uint16_t>(head.status);
    answer.format = format_of(media_of(head.content_type));
    for (const Field& field : head.fields) {
        std::string name = lower(field.name);
        if (hop_by_hop(name)) continue;
        bool joined = false;
        for (Header& before : answer.headers) {
            if (before.name != name || name == "set-cookie") continue;
            before.value.append(", ").append(field.value);
            joined = true;
            break;
        }
        if (!joined) answer.headers.push_back({std::move(name), std::string(field.value)});
    }
    std::int64_t until = 0;
    std::uint32_t seconds = 0;
    const std::string_view after = head.retry_after;
    if (!after.empty() && std::from_chars(after.data(), after.data() + after.size(), seconds).ptr == after.data() + after.size()) answer.retry_after = std::int64_t{seconds} * 1'000'000'000;
    else if (read_date(after, until)) answer.retry_after = std::max<std::int64_t>(until - now, 0);
    return answer;
}

std::optional<FailureClass> refusal_of(unsigned status, const ClientOptions& options) {
    if (has_status(options.unavailable_on, status)) return FailureClass::unavailable;
    if (status < 300 || has_status(options.ok_on, status)) return std::nullopt;
    return class_of(status);
}

}  // namespace weir::http
