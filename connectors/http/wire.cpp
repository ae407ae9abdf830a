#include "connectors/http/wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>

#include "engine/message/text.hpp"

namespace weir::http {
namespace {

enum Class : unsigned char { token = 1, value = 2, target = 4, digit = 8, hex = 16, host = 32 };

constexpr std::array<unsigned char, 256> make_classes() {
    std::array<unsigned char, 256> out{};
    const auto mark = [&](std::string_view chars, unsigned char bits) {
        for (const char c : chars) out[static_cast<unsigned char>(c)] = static_cast<unsigned char>(out[static_cast<unsigned char>(c)] | bits);
    };
    constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", digits = "0123456789";
    mark(letters, token | target | host);
    mark(digits, token | target | digit | hex | host);
    mark("abcdefABCDEF", hex);
    mark("!#$%&'*+-.^_`|~", token);
    mark("-._~:/?@!$&'()*+,;=%[]|", target);
    mark("-._~:[]%!$&'()*+,;=", host);
    for (unsigned c = 0x20; c < 256; ++c)
        if (c != 0x7f) out[c] = static_cast<unsigned char>(out[c] | value);
    out['\t'] = static_cast<unsigned char>(out['\t'] | value);
    return out;
}
constexpr std::array<unsigned char, 256> classes = make_classes();

bool is(char c, Class kind) { return (classes[static_cast<unsigned char>(c)] & kind) != 0; }
bool all(std::string_view text, Class kind) {
    unsigned char common = 0xff;
    for (const char c : text) common = static_cast<unsigned char>(common & classes[static_cast<unsigned char>(c)]);
    return (common & kind) != 0;
}
char lowered(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }
std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}
bool refuse(Fault& fault, unsigned status, std::string text) {
    fault.status = status;
    fault.text = std::move(text);
    return false;
}

struct Seen {
    bool host = false, length = false, encoding = false;
};

// The field lines of one head, behind its first line.
bool read_fields(std::string_view lines, Head& out, Seen& seen, Fault& fault, RequestHead* request, ResponseHead* response) {
    while (!lines.empty()) {
        const std::size_t end = lines.find('\r');
        if (end == lines.npos || end + 1 >= lines.size() || lines[end + 1] != '\n') return refuse(fault, 400, "a line of the head ends without a line feed");
        const std::string_view line = lines.substr(0, end);
        lines.remove_prefix(end + 2);
        if (line.empty()) return true;
        if (out.fields.size() == most_fields) return refuse(fault, 431, "more than 100 header fields");
        if (line[0] == ' ' || line[0] == '\t') return refuse(fault, 400, "a header field goes on in a second line");
        std::size_t colon = 0;
        while (colon < line.size() && is(line[colon], token)) ++colon;
        if (colon == 0 || colon == line.size() || line[colon] != ':') return refuse(fault, 400, "a header field has no valid name");
        const Field field{line.substr(0, colon), trimmed(line.substr(colon + 1))};
        if (!good_value(field.value)) return refuse(fault, 400, "a header field holds a character that it must not");
        out.fields.push_back(field);
        switch (field.name.size()) {
            case 4:
                if (request != nullptr && same_name(field.name, "host")) {
                    if (seen.host) return refuse(fault, 400, "two Host fields");
                    if (field.value.empty() || !all(field.value, host)) return refuse(fault, 400, "the Host field names no host");
                    seen.host = true;
                }
                break;
            case 6:
                if (request != nullptr && same_name(field.name, "expect")) request->expect = field.value;
                break;
            case 8:
                if (response != nullptr && same_name(field.name, "location")) response->location = field.value;
                break;
            case 10:
                if (same_name(field.name, "connection")) {
                    out.connection = field.value;
                    if (has_token(field.value, "close")) out.keep_alive = false;
                    else if (out.minor == 0 && has_token(field.value, "keep-alive")) out.keep_alive = true;
                }
                break;
            case 11:
                if (request != nullptr && same_name(field.name, "traceparent")) request->traceparent = field.value;
                if (response != nullptr && same_name(field.name, "retry-after")) response->retry_after = field.value;
                break;
            case 12:
                if (same_name(field.name, "content-type")) {
                    if (!out.content_type.empty()) return refuse(fault, 400, "two Content-Type fields");
                    out.content_type = field.value;
                }
                break;
            case 14:
                if (same_name(field.name, "content-length")) {
                    if (seen.length) return refuse(fault, 400, "two Content-Length fields");
                    seen.length = true;
                    if (field.value.empty() || field.value.size() > 15 || !all(field.value, digit)) return refuse(fault, 400, "Content-Length is no number");
                    std::from_chars(field.value.data(), field.value.data() + field.value.size(), out.length);
                    out.framing = Framing::length;
                }
                break;
            case 15:
                if (request != nullptr && same_name(field.name, "idempotency-key")) {
                    if (!request->idempotency_key.empty()) return refuse(fault, 400, "two Idempotency-Key fields");
                    request->idempotency_key = field.value;
                }
                break;
            case 17:
                if (same_name(field.name, "transfer-encoding")) {
                    if (seen.encoding) return refuse(fault, 400, "two Transfer-Encoding fields");
                    seen.encoding = true;
                    if (out.minor == 0) return refuse(fault, 400, "Transfer-Encoding in HTTP/1.0");
                    if (!same_name(field.value, "chunked")) return refuse(fault, 400, "Transfer-Encoding is not `chunked`");
                }
                break;
            default: break;
        }
        if (seen.length && seen.encoding) return refuse(fault, 400, "both Content-Length and Transfer-Encoding");
    }
    return refuse(fault, 400, "the head has no end");
}

void clear(Head& head) {
    head.fields.clear();
    head.minor = 1;
    head.keep_alive = true;
    head.framing = Framing::none;
    head.length = 0;
    head.content_type = head.connection = {};
}

bool read_version(std::string_view text, Head& out, Fault& fault) {
    if (text == "HTTP/1.1") return true;
    if (text != "HTTP/1.0") return refuse(fault, text.starts_with("HTTP/") ? 505 : 400, "the first line does not end in HTTP/1.1");
    out.minor = 0;
    out.keep_alive = false;
    return true;
}

}  // namespace

std::string_view name_of(Method method) {
    constexpr std::string_view names[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", ""};
    return names[static_cast<unsigned>(method)];
}
Method method_of(std::string_view capitals) {
    for (unsigned i = 0; i < static_cast<unsigned>(Method::other); ++i)
        if (capitals == name_of(static_cast<Method>(i))) return static_cast<Method>(i);
    return Method::other;
}
const Field* Head::find(std::string_view lower_case_name) const {
    for (const Field& field : fields)
        if (same_name(field.name, lower_case_name)) return &field;
    return nullptr;
}

Parse find_head(std::string_view bytes, std::size_t& scanned, std::size_t& end, Fault& fault) {
    while (scanned < bytes.size()) {
        const auto* found = static_cast<const char*>(std::memchr(bytes.data() + scanned, '\n', bytes.size() - scanned));
        const std::size_t at = found == nullptr ? bytes.size() : static_cast<std::size_t>(found - bytes.data());
        if (std::memchr(bytes.data() + scanned, '\0', at - scanned) != nullptr) {
            refuse(fault, 400, "a NUL byte in the head");
            return Parse::bad;
        }
        if (at > most_head_bytes) {
            refuse(fault, 431, "the head is over 32 KiB");
            return Parse::bad;
        }
        if (found == nullptr) {
            scanned = bytes.size();
            return Parse::more;
        }
        if (at == 0 || bytes[at - 1] != '\r') {
            refuse(fault, 400, "a line ends without a carriage return");
            return Parse::bad;
        }
        scanned = at + 1;
        if (at >= 3 && bytes[at - 2] == '\n') {
            end = at + 1;
            return Parse::done;
        }
    }
    return Parse::more;
}

bool read_request(std::string_view head, RequestHead& out, Fault& fault) {
    clear(out);
    out.expect = out.idempotency_key = out.traceparent = {};
    const std::size_t end = head.find('\r');
    if (end == head.npos || end + 1 >= head.size() || head[end + 1] != '\n') return refuse(fault, 400, "the first line has no end");
    const std::string_view line = head.substr(0, end);
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == line.npos || last == first) return refuse(fault, 400, "the first line is not a method, a target and a version");
    out.method_text = line.substr(0, first);
    if (out.method_text.empty() || out.method_text.size() > 20 || !all(out.method_text, token)) return refuse(fault, 400, "the method is no name");
    out.method = method_of(out.method_text);
    out.target = line.substr(first + 1, last - first - 1);
    if (out.target.size() > most_target_bytes) return refuse(fault, 414, "the target is over 8 KiB");
    if (out.target.empty() || out.target[0] != '/' || !all(out.target, target)) return refuse(fault, 400, "the target is not a path");
    if (!read_version(line.substr(last + 1), out, fault)) return false;
    Seen seen;
    if (!read_fields(head.substr(end + 2), out, seen, fault, &out, nullptr)) return false;
    if (!seen.host && out.minor == 1) return refuse(fault, 400, "no Host field");
    if (seen.encoding) out.framing = Framing::chunked;
    return true;
}

bool read_response(std::string_view head, Method asked, ResponseHead& out, Fault& fault) {
    clear(out);
    out.retry_after = out.location = {};
    const std::size_t end = head.find('\r');
    if (end == head.npos || end + 1 >= head.size() || head[end + 1] != '\n') return refuse(fault, 502, "the first line has no end");
    const std::string_view line = head.substr(0, end);
    if (line.size() < 12 || line[8] != ' ' || (line.size() > 12 && line[12] != ' ') || !all(line.substr(9, 3), digit) || line[9] == '0' || !good_value(line))
        return refuse(fault, 502, "the first line is not a version and a status");
    if (!read_version(line.substr(0, 8), out, fault)) return false;
    out.status = static_cast<unsigned>(line[9] - '0') * 100 + static_cast<unsigned>(line[10] - '0') * 10 + static_cast<unsigned>(line[11] - '0');
    Seen seen;
    if (!read_fields(head.substr(end + 2), out, seen, fault, nullptr, &out)) return false;
    if (asked == Method::head || out.status < 200 || out.status == 204 || out.status == 304) {
        out.framing = Framing::none;
    } else if (seen.encoding) {
        out.framing = Framing::chunked;
    } else if (!seen.length) {
        out.framing = Framing::until_close;
        out.keep_alive = false;
    }
    return true;
}

Parse Chunks::take(std::string_view bytes, std::size_t& used, std::string& into, std::uint64_t limit, Fault& fault) {
    constexpr std::size_t most_aside = 8 * 1024;
    used = 0;
    const auto bad = [&](unsigned status, const char* text) {
        refuse(fault, status, text);
        return Parse::bad;
    };
    while (used < bytes.size()) {
        const char c = bytes[used];
        switch (at_) {
            case At::size:
                if (is(c, hex)) {
                    if (++digits_ > 8) return bad(400, "a chunk's size is no number");
                    left_ = left_ * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : lowered(c) - 'a' + 10);
                } else if (digits_ == 0) {
                    return bad(400, "a chunk has no size");
                } else if (c == '\r') {
                    at_ = At::size_end;
                } else if (c == ';') {
                    at_ = At::extension;
                } else {
                    return bad(400, "a chunk's size is no number");
                }
                ++used;
                break;
            case At::extension:
                if (++aside_ > most_aside) return bad(400, "too much beside the chunks");
                if (c == '\r') at_ = At::size_end;
                else if (!is(c, value)) return bad(400, "a chunk's line holds a character that it must not");
                ++used;
                break;
            case At::size_end:
                if (c != '\n') return bad(400, "a chunk's line ends without a line feed");
                ++used;
                if (left_ > limit || into.size() > limit - left_) return bad(413, "the body is too large");
                at_ = left_ == 0 ? At::trailer : At::data;
                digits_ = 0;
                break;
            case At::data: {
                const std::size_t part = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size() - used));
                into.append(bytes.data() + used, part);
                used += part;
                left_ -= part;
                if (left_ == 0) at_ = At::data_return;
                break;
            }
            case At::data_return:
                if (c != '\r') return bad(400, "a chunk is longer than it says");
                ++used;
                at_ = At::data_end;
                break;
            case At::data_end:
                if (c != '\n') return bad(400, "a chunk ends without a line feed");
                ++used;
                at_ = At::size;
                break;
            case At::trailer:  // at the beginning of a line
                ++used;
                if (c == '\r') {
                    at_ = At::last_end;
                    break;
                }
                if (!is(c, token)) return bad(400, "a trailer has no valid name");
                at_ = At::trailer_end;
                break;
            case At::trailer_end:  // within a line
                if (++aside_ > most_aside) return bad(400, "too much beside the chunks");
                ++used;
                if (c == '\n') {
                    if (digits_ == 0) return bad(400, "a trailer ends without a carriage return");
                    digits_ = 0;
                    at_ = At::trailer;
                } else if (digits_ == 1) {
                    return bad(400, "a trailer holds a bare carriage return");
                } else if (c == '\r') {
                    digits_ = 1;  // a carriage return was seen
                } else if (!is(c, value)) {
                    return bad(400, "a trailer holds a character that it must not");
                }
                break;
            case At::last_end:
                if (c != '\n') return bad(400, "the body's end has no line feed");
                ++used;
                return Parse::done;
        }
    }
    return Parse::more;
}

bool same_name(std::string_view text, std::string_view lower_case) {
    if (text.size() != lower_case.size()) return false;
    for (std::size_t i = 0; i < text.size(); ++i)
        if (lowered(text[i]) != lower_case[i]) return false;
    return true;
}
bool has_token(std::string_view list, std::string_view lower_case) {
    while (!list.empty()) {
        const std::size_t comma = list.find(',');
        if (same_name(trimmed(list.substr(0, comma)), lower_case)) return true;
        if (comma == list.npos) break;
        list.remove_prefix(comma + 1);
    }
    return false;
}
bool good_name(std::string_view name) { return !name.empty() && all(name, token); }
bool good_value(std::string_view text) {
    unsigned char any = 0;
    for (const char c : text) {
        if (!is(c, value)) return false;
        any = static_cast<unsigned char>(any | static_cast<unsigned char>(c));
    }
    return any < 0x80 || is_utf8(text);
}
bool hop_by_hop(std::string_view name) {
    constexpr std::string_view names[] = {"connection",        "keep-alive", "proxy-connection", "transfer-encoding", "te", "trailer", "upgrade", "proxy-authenticate",
                                          "proxy-authorization", "content-length", "expect"};
    return std::find(std::begin(names), std::end(names), name) != std::end(names);
}
std::string lower(std::string_view text) {
    std::string out(text);
    for (char& c : out) c = lowered(c);
    return out;
}

}  // namespace weir::http
