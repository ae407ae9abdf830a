#include "engine/message/message.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "engine/message/text.hpp"

namespace weir {

Body Body::copy_of(std::string_view text, Format format) {
    const std::shared_ptr<char[]> buffer = std::make_shared_for_overwrite<char[]>(text.size() + json_padding);
    if (!text.empty()) std::memcpy(buffer.get(), text.data(), text.size());
    std::memset(buffer.get() + text.size(), 0, json_padding);
    Body body;
    body.bytes = {buffer.get(), text.size()};
    body.owner = buffer;
    body.format = format;
    return body;
}

bool look(Body& body, Arena& arena, JsonReader& reader, std::string& why) {
    if (!body.tree.is_missing()) return true;
    switch (body.format) {
        case Format::none: return true;
        case Format::bytes: body.tree = Value::bytes(body.bytes); return true;
        case Format::text:
            if (!is_utf8(body.bytes)) {
                why = "the body is not UTF-8";
                return false;
            }
            body.tree = Value::string(body.bytes);
            return true;
        case Format::json: break;
    }
    Value tree;
    if (reader.read(body.bytes, arena, tree)) {
        body.tree = tree;
        return true;
    }
    const std::string_view before = body.bytes.substr(0, reader.error().at);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t newline = before.rfind('\n');
    const std::size_t column = before.size() - (newline == before.npos ? 0 : newline + 1) + 1;
    why = "the body is not JSON: line " + std::to_string(line) + ", byte " + std::to_string(column) + ": " + reader.error().what;
    return false;
}

void write_body(std::string& out, const Body& body) {
    if (body.format != Format::none) {
        out += body.bytes;
    } else if (body.tree.kind() == Kind::string || body.tree.kind() == Kind::bytes) {
        out += body.tree.text();
    } else {
        write_json(out, body.tree);
    }
}

std::shared_ptr<const Headers> share(Headers headers) { return std::make_shared<const Headers>(std::move(headers)); }

const std::string* find_header(const Headers& headers, std::string_view lower_case_name) {
    for (const Header& header : headers)
        if (header.name == lower_case_name) return &header.value;
    return nullptr;
}

// The envelope: a version byte, flags, what they name, headers, hops, failure, who waits. Flags, lengths and counts are LEB128 numbers.
namespace {

constexpr unsigned char envelope_version = 3;  // 2: without the last flag, `failure` of a row at rest was what it waits for; 1: without the last four, which stood in one byte
constexpr std::size_t most_hops = 100;
enum Flag : unsigned {
    has_id = 1, has_correlation = 2, has_trace = 4, has_in_reply_to = 8, has_history = 16, has_failure = 32, has_reply_to = 64, has_expires = 128, has_replays = 256, has_waits_for = 512
};
constexpr unsigned flags_of_1 = 63, flags_of_2 = 511, all_flags = 1023;

class Encoder {
public:
    explicit Encoder(std::string& out) : out_(out) {}
    void byte(unsigned char value) { out_ += static_cast<char>(value); }
    void number(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) byte(static_cast<unsigned char>(value | 0x80));
        byte(static_cast<unsigned char>(value));
    }
    void word(std::uint64_t value) {  // little end first on every machine
        char bytes[8];
        for (char& each : bytes) {
            each = static_cast<char>(value);
            value >>= 8;
        }
        out_.append(bytes, sizeof bytes);
    }
    void time(std::int64_t value) { word(static_cast<std::uint64_t>(value)); }
    void id(const Id128& value) {
        word(value.a);
        word(value.b);
    }
    void text(std::string_view value) {
        number(value.size());
        out_ += value;
    }
    void failure(const Failure& value) {
        byte(static_cast<unsigned char>(value.kind));
        text(value.message);
        text(value.path);
        text(value.flow);
        text(value.step);
        time(value.at);
        number(value.attempts);
    }

private:
    std::string& out_;
};

// After the first thing that doesn't fit all else reads as nothing, and `good` is false.
class Decoder {
public:
    explicit Decoder(std::string_view bytes) : left_(bytes) {}
    bool good() const { return good_; }
    bool at_end() const { return good_ && left_.empty(); }
    std::size_t left() const { return left_.size(); }
    unsigned char byte() {
        if (left_.empty()) {
            fail();
            return 0;
        }
        const auto out = static_cast<unsigned char>(left_[0]);
        left_.remove_prefix(1);
        return out;
    }
    std::uint64_t number() {
        std::uint64_t out = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            const unsigned char next = byte();
            const std::uint64_t part = next & 0x7f;
            if (shift == 63 && part > 1) break;
            out |= part << shift;
            if (next < 0x80) {
                if (next == 0 && shift != 0) break;  // one number, one spelling
                return out;
            }
        }
        fail();
        return 0;
    }
    std::uint64_t word() {
        if (left_.size() < 8) {
            fail();
            return 0;
        }
        std::uint64_t out = 0;
        for (std::size_t i = 8; i-- > 0;) out = out << 8 | static_cast<unsigned char>(left_[i]);
        left_.remove_prefix(8);
        return out;
    }
    std::int64_t time() { return static_cast<std::int64_t>(word()); }
    Id128 id() {
        Id128 out;
        out.a = word();
        out.b = word();
        return out;
    }
    std::string text() {
        const std::uint64_t length = number();
        if (length > left_.size()) {
            fail();
            return {};
        }
        std::string out(left_.substr(0, length));
        left_.remove_prefix(length);
        return out;
    }
    std::uint32_t small_number() {
        const std::uint64_t out = number();
        if (out > UINT32_MAX) fail();
        return static_cast<std::uint32_t>(out);
    }
    // A count of things of at least so many bytes each: more than can follow is a lie, and nothing is reserved for it.
    std::size_t count(std::size_t bytes_each) {
        const std::uint64_t out = number();
        if (out > left_.size() / bytes_each) {
            fail();
            return 0;
        }
        return out;
    }
    std::shared_ptr<const Failure> failure() {
        auto out = std::make_shared<Failure>();
        const unsigned char kind = byte();
        if (kind > static_cast<unsigned char>(FailureClass::internal)) fail();
        out->kind = static_cast<FailureClass>(kind);
        out->message = text();
        out->path = text();
        out->flow = text();
        out->step = text();
        out->at = time();
        out->attempts = small_number();
        return out;
    }
    void fail() {
        good_ = false;
        left_ = {};
    }

private:
    std::string_view left_;
    bool good_ = true;
};

}  // namespace

std::string encode_envelope(const Headers* headers, const Meta& meta, const Failure* waits_for) {
    std::size_t size = 64 + 32;
    if (headers != nullptr)
        for (const Header& each : *headers) size += each.name.size() + each.value.size() + 4;
    std::string out;
    out.reserve(size);
    Encoder to(out);
    const bool history = meta.history != nullptr && !meta.history->empty();
    unsigned flags = 0;
    if (!meta.id.empty()) flags |= has_id;
    if (!meta.correlation.empty()) flags |= has_correlation;
    if (!meta.trace.empty()) flags |= has_trace;
    if (!meta.in_reply_to.empty()) flags |= has_in_reply_to;
    if (history) flags |= has_history;
    if (meta.failure != nullptr) flags |= has_failure;
    if (!meta.reply_to.empty()) flags |= has_reply_to;
    if (meta.expires != 0) flags |= has_expires;
    if (meta.replays != 0) flags |= has_replays;
    if (waits_for != nullptr) flags |= has_waits_for;
    to.byte(envelope_version);
    to.number(flags);
    if (flags & has_id) to.id(meta.id);
    if (flags & has_correlation) to.id(meta.correlation);
    if (flags & has_trace) to.id(meta.trace);
    if (flags & has_in_reply_to) to.id(meta.in_reply_to);
    to.time(meta.created);
    to.number(meta.attempt);
    to.number(headers == nullptr ? 0 : headers->size());
    if (headers != nullptr) {
        for (const Header& each : *headers) {
            to.text(each.name);
            to.text(each.value);
        }
    }
    if (history) {
        const std::vector<Hop>& hops = *meta.history;
        const std::size_t first = hops.size() > most_hops ? hops.size() - most_hops : 0;  // the newest count
        to.number(hops.size() - first);
        for (std::size_t i = first; i < hops.size(); ++i) {
            to.text(hops[i].flow);
            to.text(hops[i].channel);
            to.time(hops[i].at);
        }
    }
    if (meta.failure != nullptr) to.failure(*meta.failure);
    if (flags & has_reply_to) to.text(meta.reply_to);
    if (flags & has_expires) to.time(meta.expires);
    if (flags & has_replays) to.number(meta.replays);
    if (waits_for != nullptr) to.failure(*waits_for);
    return out;
}

namespace {

bool decode(std::string_view bytes, Headers& headers, Meta& meta, std::shared_ptr<const Failure>& waits_for) {
    Decoder from(bytes);
    const unsigned char version = from.byte();
    if (version == 0 || version > envelope_version) return false;
    const std::uint32_t flags = version == 1 ? from.byte() : from.small_number();
    if (flags > (version == 1 ? flags_of_1 : version == 2 ? flags_of_2 : all_flags)) return false;
    Meta read;
    if (flags & has_id) read.id = from.id();
    if (flags & has_correlation) read.correlation = from.id();
    if (flags & has_trace) read.trace = from.id();
    if (flags & has_in_reply_to) read.in_reply_to = from.id();
    read.created = from.time();
    read.attempt = from.small_number();
    Headers read_headers(from.count(2));
    for (Header& each : read_headers) {
        each.name = from.text();
        each.value = from.text();
    }
    if (flags & has_history) {
        auto hops = std::make_shared<std::vector<Hop>>(from.count(10));
        if (hops->empty() || hops->size() > most_hops) return false;
        for (Hop& each : *hops) {
            each.flow = from.text();
            each.channel = from.text();
            each.at = from.time();
        }
        read.history = std::move(hops);
    }
    if (flags & has_failure) read.failure = from.failure();
    if (flags & has_reply_to) read.reply_to = from.text();
    if (flags & has_expires) read.expires = from.time();
    if (flags & has_replays) read.replays = from.small_number();
    std::shared_ptr<const Failure> rests = flags & has_waits_for ? from.failure() : nullptr;
    if (!from.at_end()) return false;
    headers = std::move(read_headers);
    meta = std::move(read);
    waits_for = std::move(rests);
    return true;
}

}  // namespace

bool decode_envelope(std::string_view bytes, Headers& headers, Meta& meta) {
    std::shared_ptr<const Failure> none;
    return decode(bytes, headers, meta, none) && none == nullptr;
}

bool decode_rest(std::string_view bytes, Headers& headers, Meta& meta, std::shared_ptr<const Failure>& waits_for) {
    if (!decode(bytes, headers, meta, waits_for)) return false;
    if (bytes[0] < 3) waits_for = std::exchange(meta.failure, nullptr);
    return true;
}

}  // namespace weir
