#include "engine/message/arrival.hpp"

#include <algorithm>

namespace weir {
namespace {

using namespace std::string_view_literals;

// A version, behind what no text begins with: before it, the bytes were the body itself.
constexpr std::string_view sign = "\0arrival\1"sv;
constexpr std::size_t number_size = 4, head_size = sign.size() + 1 + 2 * number_size;

void write_size(std::string& out, std::size_t size) {
    for (std::size_t n = 0; n < number_size; ++n) out += static_cast<char>(size >> (8 * n) & 0xff);
}
std::size_t read_size(std::string_view bytes) {
    std::size_t size = 0;
    for (std::size_t n = 0; n < number_size; ++n) size |= static_cast<std::size_t>(static_cast<unsigned char>(bytes[n])) << (8 * n);
    return size;
}

Format format_of(const Body& body) {
    if (body.tree.is_missing() || !body.bytes.empty()) return body.format;
    if (body.tree.kind() == Kind::string) return Format::text;
    return body.tree.kind() == Kind::bytes ? Format::bytes : Format::json;
}

}  // namespace

bool is_credential(std::string_view name) {
    return name == "authorization" || name == "proxy-authorization" || name == "cookie" || name == "set-cookie" || name == "x-api-key";
}

void encode_arrival(std::string& out, const Message& input) {
    const Headers* headers = input.headers.get();
    Headers kept;
    if (headers != nullptr && std::any_of(headers->begin(), headers->end(), [](const Header& h) { return is_credential(h.name); })) {
        for (const Header& header : *headers)
            if (!is_credential(header.name)) kept.push_back(header);
        headers = &kept;
    }
    const std::string envelope = encode_envelope(headers, input.meta);
    std::string source;
    if (!input.source.is_absent()) write_json(source, input.source);
    out += sign;
    out += static_cast<char>(format_of(input.body));
    write_size(out, envelope.size());
    write_size(out, source.size());
    out += envelope;
    out += source;
    write_body(out, input.body);
}

bool decode_arrival(std::string_view bytes, Arrived& out) {
    out = Arrived{};
    if (!bytes.starts_with(sign)) {
        out.body = bytes;
        return true;
    }
    if (bytes.size() < head_size) return false;
    out.format = static_cast<Format>(bytes[sign.size()]);
    const std::size_t envelope = read_size(bytes.substr(sign.size() + 1)), source = read_size(bytes.substr(sign.size() + 1 + number_size));
    if (out.format > Format::json || envelope > bytes.size() - head_size || source > bytes.size() - head_size - envelope) return false;
    out.envelope = bytes.substr(head_size, envelope);
    out.source = bytes.substr(head_size + envelope, source);
    out.body = bytes.substr(head_size + envelope + source);
    return true;
}

}  // namespace weir
