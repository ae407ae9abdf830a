#include "engine/message/json_pass.hpp"
#include "engine/message/text.hpp"

namespace weir {

namespace {

bool hex4(const char* p, const char* stop, std::uint32_t& out) {
    if (stop - p < 4) return false;
    out = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = p[i];
        const char lower = static_cast<char>(c | 0x20);
        if (is_digit(c)) {
            out = out << 4 | static_cast<std::uint32_t>(c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            out = out << 4 | static_cast<std::uint32_t>(lower - 'a' + 10);
        } else {
            return false;
        }
    }
    return true;
}

char* put_utf8(char* to, std::uint32_t c) {
    const auto put = [&](std::uint32_t byte) { *to++ = static_cast<char>(byte); };
    if (c < 0x80) {
        put(c);
    } else if (c < 0x800) {
        put(0xC0 | c >> 6);
        put(0x80 | (c & 63));
    } else if (c < 0x10000) {
        put(0xE0 | c >> 12);
        put(0x80 | (c >> 6 & 63));
        put(0x80 | (c & 63));
    } else {
        put(0xF0 | c >> 18);
        put(0x80 | (c >> 12 & 63));
        put(0x80 | (c >> 6 & 63));
        put(0x80 | (c & 63));
    }
    return to;
}

template <class T>
[[gnu::cold, gnu::noinline]] T* grow(std::vector<T>& stack) {
    const std::size_t used = stack.size();
    stack.resize(used * 2);
    return stack.data() + used;
}

}  // namespace

// The first special character stands at `at`.
[[gnu::noinline]] const char* JsonPass::string_slowly(const char* first, const char* at, bool high, Value& out) {
    if (at >= end) return fail(end, ends_early);
    if (*at == '\\') return escaped(first, at, out);
    if (*at != '"') return fail(at, "a control character in a string has to be escaped");
    const std::string_view text{first, static_cast<std::size_t>(at - first)};
    if (high && !is_utf8(text)) return fail_utf8(first, at);
    out = Value::quoted_string(text);
    return at + 1;
}

[[gnu::cold, gnu::noinline]] const char* JsonPass::fail_utf8(const char* at, const char* stop) {
    for (std::size_t length = 1; length <= 4 && at + length <= stop;) {  // step over whole characters
        if (is_utf8({at, length})) {
            at += length;
            length = 1;
        } else {
            ++length;
        }
    }
    return fail(at, "the text is not UTF-8");
}

// `at` stands on the first backslash. The decoded text is never longer than the escaped one.
[[gnu::noinline]] const char* JsonPass::escaped(const char* first, const char* at, Value& out) {
    const char* stop = at;
    while (stop < end && *stop != '"') stop += *stop == '\\' ? 2 : 1;
    if (stop >= end) return fail(end, ends_early);
    char* const start = static_cast<char*>(arena.take(static_cast<std::size_t>(stop - first)));
    char* to = start + (at - first);
    std::memcpy(start, first, static_cast<std::size_t>(at - first));
    while (at < stop) {
        if (static_cast<unsigned char>(*at) < 0x20) return fail(at, "a control character in a string has to be escaped");
        if (*at != '\\') {
            *to++ = *at++;
            continue;
        }
        switch (at[1]) {
            case '"': *to++ = '"'; break;
            case '\\': *to++ = '\\'; break;
            case '/': *to++ = '/'; break;
            case 'b': *to++ = '\b'; break;
            case 'f': *to++ = '\f'; break;
            case 'n': *to++ = '\n'; break;
            case 'r': *to++ = '\r'; break;
            case 't': *to++ = '\t'; break;
            case 'u': {
                std::uint32_t c = 0;
                if (!hex4(at + 2, stop, c)) return fail(at, "four hexadecimal digits belong behind \\u");
                if (c >= 0xDC00 && c < 0xE000) return fail(at, "half of a surrogate pair");
                if (c >= 0xD800 && c < 0xDC00) {
                    std::uint32_t low = 0;
                    if (stop - at < 12 || at[6] != '\\' || at[7] != 'u' || !hex4(at + 8, stop, low) || low < 0xDC00 || low >= 0xE000)
                        return fail(at, "half of a surrogate pair");
                    c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                    at += 6;
                }
                at += 4;
                to = put_utf8(to, c);
                break;
            }
            default: return fail(at, "no such escape in JSON");
        }
        at += 2;
    }
    const std::string_view text{start, static_cast<std::size_t>(to - start)};
    if (!is_utf8(text)) return fail_utf8(first, stop);  // escapes decode to valid UTF-8, so the raw text is where it goes wrong
    out = Value::string(text);
    return stop + 1;
}

[[gnu::noinline]] const char* JsonPass::word(const char* at, Value& out) {
    std::string_view text;
    switch (*at) {
        case 't':
            text = "true";
            out = Value::boolean(true);
            break;
        case 'f':
            text = "false";
            out = Value::boolean(false);
            break;
        case 'n':
            text = "null";
            out = Value::null();
            break;
        default: break;
    }
    if (at >= end) return fail(at, ends_early);
    if (text.empty() || static_cast<std::size_t>(end - at) < text.size() || std::memcmp(at, text.data(), text.size()) != 0) return fail(at, "here stands no JSON value");
    return at + text.size();
}

[[gnu::noinline]] const char* JsonPass::number_slowly(const char* const first, Value& out) {
    const char* p = first;
    if (*p == '-') ++p;
    if (p < end && *p == '0') {
        ++p;
    } else {
        if (p >= end || !is_digit(*p)) return fail(p, p == first ? "here stands no JSON value" : "a digit belongs here");
        do ++p;
        while (p < end && is_digit(*p));
    }
    if (p < end && *p == '.') {
        ++p;
        if (p >= end || !is_digit(*p)) return fail(p, "a digit belongs behind the point");
        do ++p;
        while (p < end && is_digit(*p));
    }
    if (p < end && (*p | 0x20) == 'e') {
        ++p;
        if (p < end && (*p == '+' || *p == '-')) ++p;
        if (p >= end || !is_digit(*p)) return fail(p, "a digit belongs into the exponent");
        do ++p;
        while (p < end && is_digit(*p));
    }
    out = Value::number_text({first, static_cast<std::size_t>(p - first)});
    return p;
}

// A loop instead of recursion: what is open stands in `frames` as (where its entries begin on their stack) * 2 + is it an object.
template <bool build> const char* JsonPass::value(const char* at, unsigned max_depth, Value& out) {
    [[maybe_unused]] Value* values = reader.values_.data();
    [[maybe_unused]] const Value* values_end = values + reader.values_.size();
    [[maybe_unused]] Member* members = reader.members_.data();
    [[maybe_unused]] const Member* members_end = members + reader.members_.size();
    std::uint64_t* const frames = reader.frames_.data();
    std::size_t depth = 0;
    std::uint64_t frame = 0;  // the innermost one
    Value found;

next_value:
    if (at >= end) [[unlikely]] return fail(end, ends_early);
    if (*at == '"') [[likely]] {
        if ((at = string(at + 1, found)) == nullptr) [[unlikely]] return nullptr;
    } else if (is_digit(*at) || *at == '-') {
        if ((at = number(at, found)) == nullptr) [[unlikely]] return nullptr;
    } else if (*at == '{') {
        if (depth == max_depth) [[unlikely]] return fail(at, "nested too deeply");
        at = skip_space(at + 1);
        if (*at != '}') [[likely]] {
            frames[depth++] = frame;
            frame = build ? static_cast<std::uint64_t>(members - reader.members_.data()) * 2 + 1 : 1;
            goto next_key;
        }
        ++at;
        found = Value::object(nullptr, 0);
    } else if (*at == '[') {
        if (depth == max_depth) [[unlikely]] return fail(at, "nested too deeply");
        at = skip_space(at + 1);
        if (*at != ']') [[likely]] {
            frames[depth++] = frame;
            frame = build ? static_cast<std::uint64_t>(values - reader.values_.data()) * 2 : 0;
            goto next_value;
        }
        ++at;
        found = Value::array(nullptr, 0);
    } else {
        Value named;  // `found` never has its address taken, so that it can live in registers
        if ((at = word(at, named)) == nullptr) [[unlikely]] return nullptr;
        found = named;
    }

value_found:
    if (depth == 0) {
        out = found;
        return at;
    }
    if (frame & 1) {
        if constexpr (build) put(members[-1].value, found);
        if (*at == ',' && at[1] == '"') [[likely]] {  // nobody writes blanks here but people
            ++at;
            goto next_key;
        }
        at = skip_space(at);
        if (*at == ',') {
            at = skip_space(at + 1);
            goto next_key;
        }
        if (*at != '}') [[unlikely]] return fail(at, "a `,` or `}` belongs here");
        if constexpr (build) {
            const Member* const from = reader.members_.data() + frame / 2;
            const auto count = static_cast<std::size_t>(members - from);
            Member* const to = arena.take_array<Member>(count);
            for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
            members -= count;
            found = Value::object(to, count);
        }
    } else {
        at = skip_space(at);
        if constexpr (build) {
            if (values == values_end) [[unlikely]] {
                values = grow(reader.values_);
                values_end = reader.values_.data() + reader.values_.size();
            }
            put(*values++, found);
        }
        if (*at == ',') [[likely]] {
            at = skip_space(at + 1);
            goto next_value;
        }
        if (*at != ']') [[unlikely]] return fail(at, "a `,` or `]` belongs here");
        if constexpr (build) {
            const Value* const from = reader.values_.data() + frame / 2;
            const auto count = static_cast<std::size_t>(values - from);
            Value* const to = arena.take_array<Value>(count);
            for (std::size_t i = 0; i < count; ++i) to[i] = from[i];
            values -= count;
            found = Value::array(to, count);
        }
    }
    if (at >= end) [[unlikely]] return fail(end, ends_early);  // a bracket behind the end: many of them would lead out of the padding
    ++at;
    frame = frames[--depth];
    goto value_found;

next_key:
    if (*at != '"' || at >= end) [[unlikely]] return fail(at, "a key in quotes belongs here");
    if ((at = string(at + 1, found)) == nullptr) [[unlikely]] return nullptr;
    if constexpr (build) {
        if (members == members_end) [[unlikely]] {
            members = grow(reader.members_);
            members_end = reader.members_.data() + reader.members_.size();
        }
        put(members->key, found);
        ++members;
    }
    if (*at == ':' && static_cast<unsigned char>(at[1]) > ' ') [[likely]] {
        ++at;
        goto next_value;
    }
    at = skip_space(at);
    if (*at != ':') [[unlikely]] return fail(at, "a `:` belongs behind the key");
    at = skip_space(at + 1);
    goto next_value;
}

template const char* JsonPass::value<false>(const char* at, unsigned max_depth, Value& out);

bool JsonPass::document(Value& out, unsigned max_depth) {
    const char* at = begin;
    if (end - at >= 3 && std::memcmp(at, "\xEF\xBB\xBF", 3) == 0) at += 3;  // RFC 8259, 8.1: a byte order mark may be ignored
    at = value<true>(skip_space(at), max_depth, out);
    if (at == nullptr) return false;
    at = skip_space(at);
    if (at == end) return true;
    fail(at, "something stands behind the value");  // at > end: a bracket was believed that stands behind the end
    return false;
}
void JsonReader::make_room(unsigned max_depth) {
    if (values_.empty()) {
        values_.resize(256);
        members_.resize(256);
    }
    if (frames_.size() < max_depth) frames_.resize(max_depth);
}

bool JsonReader::read(std::string_view padded_text, Arena& arena, Value& out, unsigned max_depth) {
    if (padded_text.size() > UINT32_MAX) {  // lengths of values have 32 bits
        error_ = {0, "the text is larger than 4 GB"};
        return false;
    }
    make_room(max_depth);
    return JsonPass{*this, arena, padded_text.data(), padded_text.data() + padded_text.size()}.document(out, max_depth);
}

}  // namespace weir
