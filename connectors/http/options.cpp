#include "connectors/http/options.hpp"

#include <cerrno>
#include <charconv>

#include "connectors/arguments.hpp"
#include "connectors/http/media.hpp"
#include "connectors/http/wire.hpp"
#include "engine/message/json.hpp"

namespace weir::http {
namespace {

bool read_port(std::string_view text, std::uint16_t& out) {
    const auto end = std::from_chars(text.data(), text.data() + text.size(), out);
    return !text.empty() && end.ec == std::errc() && end.ptr == text.data() + text.size();
}
std::int64_t number_argument(const std::vector<Argument>& arguments, std::string_view name, std::int64_t otherwise) {
    const Value* value = find_argument(arguments, name);
    if (value == nullptr) return otherwise;
    if (value->kind() == Kind::integer || value->kind() == Kind::size) return value->i;
    std::int64_t out = otherwise;
    if (value->kind() == Kind::number_text) std::from_chars(value->text().data(), value->text().data() + value->text().size(), out);
    return out;
}
EngineTime time_argument(const std::vector<Argument>& arguments, std::string_view name, EngineTime otherwise) {
    const std::int64_t given = duration_argument(arguments, name);
    return given > 0 ? EngineTime(given) : otherwise;
}
bool read_accept(std::string_view word, std::uint32_t& out) {
    constexpr std::pair<std::string_view, Media> words[] = {{"json", Media::json}, {"text", Media::text}, {"form", Media::form}, {"multipart", Media::multipart}, {"bytes", Media::other}};
    for (const auto& [name, media] : words) {
        if (word != name) continue;
        out |= 1u << static_cast<unsigned>(media);
        return true;
    }
    return false;
}
// An array of texts, or one text.
std::vector<std::string> texts_argument(const std::vector<Argument>& arguments, std::string_view name) {
    std::vector<std::string> out;
    const Value* value = find_argument(arguments, name);
    if (value == nullptr) return out;
    if (value->kind() == Kind::string) out.emplace_back(value->text());
    if (value->kind() == Kind::array)
        for (const Value& each : *value)
            if (each.kind() == Kind::string) out.emplace_back(each.text());
    return out;
}
bool statuses_argument(const std::vector<Argument>& arguments, std::string_view name, std::vector<unsigned>& out) {
    const Value* value = find_argument(arguments, name);
    if (value == nullptr) return true;
    if (value->kind() != Kind::array) return false;
    for (const Value& each : *value) {
        const std::vector<Argument> one{{"n", each}};
        const std::int64_t status = number_argument(one, "n", 0);
        if (status < 200 || status > 599) return false;
        out.push_back(static_cast<unsigned>(status));
    }
    return true;
}

}  // namespace

bool accepts(std::uint32_t accept, Media media) { return (accept >> static_cast<unsigned>(media)) & 1u; }

Result<ServerOptions> server_options(const std::string& name, const std::vector<Argument>& arguments) {
    ServerOptions out;
    out.name = name;
    const auto bad = [&](const std::string& why) { return Error{EINVAL, "connector " + name + ": " + why}; };
    std::string_view listen = text_argument(arguments, "listen");
    const std::string shown(listen);
    const std::size_t colon = listen.rfind(':');
    if (!read_port(listen.substr(colon == listen.npos ? 0 : colon + 1), out.port)) return bad("`listen` is `" + shown + "`; an address and a port are wanted, such as `127.0.0.1:8080`");
    if (colon != listen.npos && colon != 0) {
        std::string_view host = listen.substr(0, colon);
        if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
        out.address = host == "localhost" ? std::string_view("127.0.0.1") : host;
    }
    const std::int64_t max_body = number_argument(arguments, "max_body", static_cast<std::int64_t>(out.max_body));
    if (max_body <= 0 || max_body > 16 * 1024 * 1024) return bad("`max_body` must be from 1 byte to 16 MiB, the largest message");
    out.max_body = static_cast<std::uint64_t>(max_body);
    const std::int64_t connections = number_argument(arguments, "max_connections", static_cast<std::int64_t>(out.max_connections));
    if (connections <= 0 || connections > 1'000'000) return bad("`max_connections` must be from 1 to 1000000");
    out.max_connections = static_cast<std::size_t>(connections);
    for (const std::string& word : texts_argument(arguments, "accept"))
        if (!read_accept(word, out.accept)) return bad("`accept` holds `" + word + "`; json, text, form, multipart and bytes are known");
    if (out.accept == 0) out.accept = 1u << static_cast<unsigned>(Media::json);
    for (const std::string& kept : texts_argument(arguments, "keep_headers")) out.keep_headers.push_back(lower(kept));
    out.head_time = time_argument(arguments, "head_time", out.head_time);
    out.idle_time = time_argument(arguments, "idle_time", out.idle_time);
    return out;
}

Result<Url> read_url(std::string_view text) {
    Url out;
    std::string_view rest = text;
    const auto bad = [&](const char* why) { return Error{EINVAL, std::string("`url` ") + why}; };
    if (rest.starts_with("http://")) {
        rest.remove_prefix(7);
    } else if (rest.starts_with("https://")) {
        rest.remove_prefix(8);
        out.tls = true;
        out.port = 443;
    } else {
        return bad("begins with neither `http://` nor `https://`");
    }
    if (rest.find_first_of("?#") != rest.npos) return bad("has a query or a fragment; `query:` of the call is the place");
    for (const char c : rest)
        if (static_cast<unsigned char>(c) <= 0x20 || static_cast<unsigned char>(c) >= 0x7f || c == '\\') return bad("holds a character that can't stand there");
    const std::size_t slash = rest.find('/');
    std::string_view authority = rest.substr(0, slash);
    if (slash != rest.npos) out.base = rest.substr(slash);
    while (out.base.ends_with('/')) out.base.pop_back();
    const std::size_t at = authority.rfind('@');
    if (at != authority.npos) {
        out.user = authority.substr(0, at);
        authority.remove_prefix(at + 1);
    }
    out.authority = authority;
    const std::size_t bracket = authority.rfind(']');
    const std::size_t colon = authority.rfind(':');
    if (colon != authority.npos && (bracket == authority.npos || colon > bracket)) {
        if (!read_port(authority.substr(colon + 1), out.port) || out.port == 0) return bad("has no valid port");
        authority = authority.substr(0, colon);
    }
    if (authority.size() > 2 && authority.front() == '[' && authority.back() == ']') authority = authority.substr(1, authority.size() - 2);
    if (authority.empty()) return bad("names no host");
    out.host = authority;
    out.shown = std::string(out.tls ? "https://" : "http://") + out.authority + out.base;
    return out;
}

namespace {
// `where`: the word under which the author wrote it. The nearer one counts.
bool add_header(std::string_view name, std::string_view value, std::string_view where, Headers& out, std::string& why) {
    Header header{lower(name), std::string(value)};
    if (!good_name(header.name)) {
        why = "a name in `" + std::string(where) + "` can't be a header field";
        return false;
    }
    if (!good_value(header.value)) {
        why = "`" + std::string(where) + "." + header.name + "` holds a control character";
        return false;
    }
    std::erase_if(out, [&](const Header& h) { return h.name == header.name; });
    out.push_back(std::move(header));
    return true;
}
}  // namespace

bool read_headers(const Value* object, Headers& out, std::string& why) {
    if (object == nullptr || object->is_absent()) return true;
    if (object->kind() != Kind::object) {
        why = "`headers` is no object";
        return false;
    }
    for (std::uint32_t i = 0; i < object->length(); ++i) {
        const Member& member = object->o[i];
        if (member.value.is_absent()) continue;
        std::string text;
        if (member.value.kind() == Kind::string) {
            text = member.value.text();
        } else if (member.value.kind() == Kind::array || member.value.kind() == Kind::object || member.value.kind() == Kind::bytes) {
            why = "`headers." + lower(member.key.text()) + "` is no text";
            return false;
        } else {
            write_json(text, member.value);
        }
        if (!add_header(member.key.text(), text, "headers", out, why)) return false;
    }
    return true;
}

bool add_headers(const Headers& more, Headers& out, std::string& why) {
    for (const Header& header : more)
        if (!add_header(header.name, header.value, "header", out, why)) return false;
    return true;
}

Result<ClientOptions> client_options(const std::string& name, const std::vector<Argument>& arguments) {
    ClientOptions out;
    out.name = name;
    const auto bad = [&](const std::string& why) { return Error{EINVAL, "connector " + name + ": " + why}; };
    Result<Url> url = read_url(text_argument(arguments, "url"));
    if (!url) return bad(url.error().text);
    out.url = std::move(*url);
    std::string why;
    if (!read_headers(find_argument(arguments, "headers"), out.headers, why)) return bad(why);
    out.ca = text_argument(arguments, "ca");
    out.timeout = time_argument(arguments, "timeout", out.timeout);
    const std::int64_t in_flight = number_argument(arguments, "max_in_flight", static_cast<std::int64_t>(out.max_in_flight));
    if (in_flight <= 0 || in_flight > 10'000) return bad("`max_in_flight` must be from 1 to 10000");
    out.max_in_flight = static_cast<std::size_t>(in_flight);
    const std::int64_t max_body = number_argument(arguments, "max_body", static_cast<std::int64_t>(out.max_body));
    if (max_body <= 0 || max_body > 16 * 1024 * 1024) return bad("`max_body` must be from 1 byte to 16 MiB, the largest message");
    out.max_body = static_cast<std::uint64_t>(max_body);
    const Value* follow = find_argument(arguments, "follow");
    out.follow = follow != nullptr && follow->kind() == Kind::boolean && follow->boolean();
    if (!statuses_argument(arguments, "ok_on", out.ok_on) || !statuses_argument(arguments, "unavailable_on", out.unavailable_on)) return bad("`ok_on` and `unavailable_on` are arrays of statuses, such as [404]");
    return out;
}

}  // namespace weir::http
