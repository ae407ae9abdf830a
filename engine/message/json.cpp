#include "engine/message/json.hpp"

#include <emmintrin.h>

#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <cstring>

#include "engine/message/text.hpp"

namespace weir {

// One read. Bytes behind the end may hold anything: they may be looked at, never believed.
struct JsonPass {
    JsonReader& reader;
    Arena& arena;
    const char* const begin;
    const char* const end;
    const char* at;
    Value* values;  // the scratch stacks: their vectors are kept at full size, the tops stand here
    Value* values_end;
    Member* members;
    Member* members_end;
    unsigned depth_left;

    JsonPass(JsonReader& r, std::string_view text, Arena& a, unsigned max_depth)
        : reader(r), arena(a), begin(text.data()), end(begin + text.size()), at(begin), depth_left(max_depth) {
        if (r.values_.empty()) {
            r.values_.resize(256);
            r.members_.resize(256);
        }
        values = r.values_.data();
        values_end = values + r.values_.size();
        members = r.members_.data();
        members_end = members + r.members_.size();
    }

    [[gnu::cold, gnu::noinline]] bool fail(const char* what) {
        reader.error_.at = static_cast<std::size_t>((at < end ? at : end) - begin);
        reader.error_.what = at < end ? what : "the text ends too early";
        return false;
    }

    [[gnu::cold, gnu::noinline]] void grow_values() {
        const std::size_t used = reader.values_.size();
        reader.values_.resize(used * 2);
        values = reader.values_.data() + used;
        values_end = reader.values_.data() + used * 2;
    }
    [[gnu::cold, gnu::noinline]] void grow_members() {
        const std::size_t used = reader.members_.size();
        reader.members_.resize(used * 2);
        members = reader.members_.data() + used;
        members_end = reader.members_.data() + used * 2;
    }

    void skip_space() {
        if (static_cast<unsigned char>(*at) > ' ') [[likely]] return;
        while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')) ++at;
    }

    static bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

    bool number(Value& out) {
        const char* const first = at;
        const char* p = at;
        if (*p == '-') ++p;
        if (p < end && *p == '0') {
            ++p;
        } else {
            if (p >= end || !is_digit(*p)) {
                at = p;
                return fail(p == first ? "here stands no JSON value" : "a digit belongs here");
            }
            do ++p;
            while (p < end && is_digit(*p));
        }
        if (p < end && *p == '.') {
            ++p;
            if (p >= end || !is_digit(*p)) {
                at = p;
                return fail("a digit belongs behind the point");
            }
            do ++p;
            while (p < end && is_digit(*p));
        }
        if (p < end && (*p | 0x20) == 'e') {
            ++p;
            if (p < end && (*p == '+' || *p == '-')) ++p;
            if (p >= end || !is_digit(*p)) {
                at = p;
                return fail("a digit belongs into the exponent");
            }
            do ++p;
            while (p < end && is_digit(*p));
        }
        at = p;
        out = Value::number_text({first, static_cast<std::size_t>(p - first)});
        return true;
    }

    // `at` stands behind the opening quote.
    bool string(Value& out) {
        const char* const first = at;
        const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), control = _mm_set1_epi8(0x1f);
        unsigned high = 0;
        for (;;) {
            const __m128i x = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
            const __m128i hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, quote), _mm_cmpeq_epi8(x, backslash)), _mm_cmpeq_epi8(_mm_min_epu8(x, control), x));
            const auto stops = static_cast<unsigned>(_mm_movemask_epi8(hit));
            const auto highs = static_cast<unsigned>(_mm_movemask_epi8(x));
            if (stops != 0) {
                high |= highs & (stops - 1) & ~stops;  // only what stands before the first stop
                at += __builtin_ctz(stops);
                break;
            }
            high |= highs;
            at += 16;
            if (at >= end) return fail("");
        }
        if (at >= end) return fail("");
        if (*at == '"') [[likely]] {
            const std::string_view text{first, static_cast<std::size_t>(at - first)};
            if (high != 0 && !is_utf8(text)) [[unlikely]] return fail_utf8(first);
            ++at;
            out = Value::string(text);
            return true;
        }
        if (*at != '\\') return fail("a control character in a string has to be escaped");
        return escaped(first, out);
    }

    [[gnu::cold, gnu::noinline]] bool fail_utf8(const char* first) {
        const char* const stop = at;
        at = first;
        for (std::size_t length = 1; length <= 4 && at + length <= stop;) {  // step over whole characters
            if (is_utf8({at, length})) {
                at += length;
                length = 1;
            } else {
                ++length;
            }
        }
        return fail("the text is not UTF-8");
    }

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

    static char* put_utf8(char* to, std::uint32_t c) {
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

    // `at` stands on the first backslash. The decoded text is never longer than the escaped one.
    [[gnu::noinline]] bool escaped(const char* first, Value& out) {
        const char* stop = at;
        while (stop < end && *stop != '"') stop += *stop == '\\' ? 2 : 1;
        if (stop >= end) {
            at = end;
            return fail("");
        }
        char* const start = static_cast<char*>(arena.take(static_cast<std::size_t>(stop - first)));
        char* to = start + (at - first);
        std::memcpy(start, first, static_cast<std::size_t>(at - first));
        while (at < stop) {
            if (static_cast<unsigned char>(*at) < 0x20) return fail("a control character in a string has to be escaped");
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
                    if (!hex4(at + 2, stop, c)) return fail("four hexadecimal digits belong behind \\u");
                    if (c >= 0xDC00 && c < 0xE000) return fail("half of a surrogate pair");
                    if (c >= 0xD800 && c < 0xDC00) {
                        std::uint32_t low = 0;
                        if (stop - at < 12 || at[6] != '\\' || at[7] != 'u' || !hex4(at + 8, stop, low) || low < 0xDC00 || low >= 0xE000)
                            return fail("half of a surrogate pair");
                        c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                        at += 6;
                    }
                    at += 4;
                    to = put_utf8(to, c);
                    break;
                }
                default: return fail("no such escape in JSON");
            }
            at += 2;
        }
        const std::string_view text{start, static_cast<std::size_t>(to - start)};
        if (!is_utf8(text)) {
            // Escapes decode to valid UTF-8, so the raw text is where it goes wrong.
            return fail_utf8(first);
        }
        ++at;
        out = Value::string(text);
        return true;
    }

    bool object(Value& out) {
        if (depth_left == 0) return fail("nested too deeply");
        --depth_left;
        ++at;
        skip_space();
        const std::ptrdiff_t base = members - reader.members_.data();
        if (*at == '}') {
            ++at;
            ++depth_left;
            out = Value::object(nullptr, 0);
            return true;
        }
        for (;;) {
            if (*at != '"' || at >= end) return fail("a key in quotes belongs here");
            ++at;
            Member member;
            if (!string(member.key)) return false;
            skip_space();
            if (*at != ':') return fail("a `:` belongs behind the key");
            ++at;
            skip_space();
            if (!value(member.value)) return false;
            if (members == members_end) grow_members();
            *members++ = member;
            skip_space();
            if (*at == ',') {
                ++at;
                skip_space();
                continue;
            }
            if (*at == '}') break;
            return fail("a `,` or `}` belongs here");
        }
        ++at;
        ++depth_left;
        Member* const from = reader.members_.data() + base;
        const auto count = static_cast<std::size_t>(members - from);
        Member* const to = arena.take_array<Member>(count);
        std::memcpy(static_cast<void*>(to), from, count * sizeof(Member));
        members = from;
        out = Value::object(to, count);
        return true;
    }

    bool array(Value& out) {
        if (depth_left == 0) return fail("nested too deeply");
        --depth_left;
        ++at;
        skip_space();
        const std::ptrdiff_t base = values - reader.values_.data();
        if (*at == ']') {
            ++at;
            ++depth_left;
            out = Value::array(nullptr, 0);
            return true;
        }
        for (;;) {
            Value item;
            if (!value(item)) return false;
            if (values == values_end) grow_values();
            *values++ = item;
            skip_space();
            if (*at == ',') {
                ++at;
                skip_space();
                continue;
            }
            if (*at == ']') break;
            return fail("a `,` or `]` belongs here");
        }
        ++at;
        ++depth_left;
        Value* const from = reader.values_.data() + base;
        const auto count = static_cast<std::size_t>(values - from);
        Value* const to = arena.take_array<Value>(count);
        std::memcpy(static_cast<void*>(to), from, count * sizeof(Value));
        values = from;
        out = Value::array(to, count);
        return true;
    }

    bool word(std::string_view text, Value found, Value& out) {
        if (static_cast<std::size_t>(end - at) < text.size() || std::memcmp(at, text.data(), text.size()) != 0) return fail("here stands no JSON value");
        at += text.size();
        out = found;
        return true;
    }

    bool value(Value& out) {
        if (at >= end) return fail("");
        switch (*at) {
            case '"': ++at; return string(out);
            case '{': return object(out);
            case '[': return array(out);
            case 't': return word("true", Value::boolean(true), out);
            case 'f': return word("false", Value::boolean(false), out);
            case 'n': return word("null", Value::null(), out);
            default: return number(out);
        }
    }

    bool document(Value& out) {
        if (end - at >= 3 && std::memcmp(at, "\xEF\xBB\xBF", 3) == 0) at += 3;  // RFC 8259, 8.1: a byte order mark may be ignored
        skip_space();
        if (!value(out)) return false;
        skip_space();
        if (at == end) return true;
        return fail("something stands behind the value");  // beyond the end: a bracket was missing, `fail` says so
    }
};

bool JsonReader::read(std::string_view padded_text, Arena& arena, Value& out, unsigned max_depth) {
    if (padded_text.size() > UINT32_MAX) {  // lengths of values have 32 bits
        error_ = {0, "the text is larger than 4 GB"};
        return false;
    }
    return JsonPass(*this, padded_text, arena, max_depth).document(out);
}

namespace {

// Writes through a buffer on the stack, so that the string grows by whole pieces.
class Output {
public:
    explicit Output(std::string& to) : to_(to) {}
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;
    ~Output() { flush(); }

    static constexpr std::size_t most = 128;  // what may be asked for at once
    // Room for so many bytes; they may be written at the place it returns, then `advance`.
    char* room(std::size_t bytes) {
        if (static_cast<std::size_t>(buffer_ + sizeof buffer_ - at_) < bytes) [[unlikely]] flush();
        return at_;
    }
    void advance(char* to) { at_ = to; }
    void put(char c) {
        room(1);
        *at_++ = c;
    }
    void put(std::string_view text) {
        if (text.size() > most) [[unlikely]] return put_long(text);
        room(text.size());
        std::memcpy(at_, text.data(), text.size());
        at_ += text.size();
    }
    void string(std::string_view text) {
        const char* s = text.data();
        const std::size_t n = text.size();
        if (n <= 64) [[likely]] {
            char* w = room(n + 2 + 16);
            *w++ = '"';
            if (n >= 16) {
                const char* const last = s + n - 16;
                __m128i bad = _mm_setzero_si128();
                for (const char* p = s; p < last; p += 16) {
                    const __m128i x = load(p);
                    bad = _mm_or_si128(bad, special(x));
                    store(w + (p - s), x);
                }
                const __m128i x = load(last);
                bad = _mm_or_si128(bad, special(x));
                store(w + (last - s), x);
                if (_mm_movemask_epi8(bad) != 0) [[unlikely]] return escaped(text);
            } else if (n >= 8) {
                if (!pair<std::uint64_t>(s, n, w)) [[unlikely]] return escaped(text);
            } else if (n >= 4) {
                if (!pair<std::uint32_t>(s, n, w)) [[unlikely]] return escaped(text);
            } else {
                for (std::size_t i = 0; i < n; ++i) {
                    if (is_special(s[i])) [[unlikely]] return escaped(text);
                    w[i] = s[i];
                }
            }
            w += n;
            *w++ = '"';
            at_ = w;
            return;
        }
        long_string(text);
    }

private:
    static __m128i load(const char* p) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p)); }
    static void store(char* p, __m128i x) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), x); }
    static __m128i special(__m128i x) {
        return _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(x, _mm_set1_epi8('"')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'))),
                            _mm_cmpeq_epi8(_mm_min_epu8(x, _mm_set1_epi8(0x1f)), x));
    }
    static bool is_special(char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; }

    // Two overlapping words cover a short text without reading beside it.
    template <class Word>
    static bool pair(const char* s, std::size_t n, char* w) {
        Word front, back;
        std::memcpy(&front, s, sizeof front);
        std::memcpy(&back, s + n - sizeof back, sizeof back);
        const __m128i x = sizeof(Word) == 8 ? _mm_set_epi64x(static_cast<long long>(back), static_cast<long long>(front))
                                            : _mm_set1_epi64x(static_cast<long long>(front | std::uint64_t{back} << 32));
        std::memcpy(w, &front, sizeof front);
        std::memcpy(w + n - sizeof back, &back, sizeof back);
        return _mm_movemask_epi8(special(x)) == 0;
    }

    [[gnu::noinline]] void escaped(std::string_view text) {
        put('"');
        std::size_t plain = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (!is_special(text[i])) [[likely]] continue;
            put(text.substr(plain, i - plain));
            plain = i + 1;
            char* w = room(6);
            *w++ = '\\';
            switch (const auto c = static_cast<unsigned char>(text[i])) {
                case '"': *w++ = '"'; break;
                case '\\': *w++ = '\\'; break;
                case '\n': *w++ = 'n'; break;
                case '\r': *w++ = 'r'; break;
                case '\t': *w++ = 't'; break;
                case '\b': *w++ = 'b'; break;
                case '\f': *w++ = 'f'; break;
                default:
                    *w++ = 'u';
                    *w++ = '0';
                    *w++ = '0';
                    *w++ = "0123456789abcdef"[c >> 4];
                    *w++ = "0123456789abcdef"[c & 15];
            }
            at_ = w;
        }
        put(text.substr(plain));
        put('"');
    }

    // Whole clean pieces go over by memcpy.
    [[gnu::noinline]] void long_string(std::string_view text) {
        const char* const s = text.data();
        std::size_t clean = 0;
        while (text.size() - clean >= 64) {
            const char* const p = s + clean;
            const __m128i bad = _mm_or_si128(_mm_or_si128(special(load(p)), special(load(p + 16))), _mm_or_si128(special(load(p + 32)), special(load(p + 48))));
            if (_mm_movemask_epi8(bad) != 0) break;
            clean += 64;
        }
        while (clean < text.size() && !is_special(s[clean])) ++clean;
        if (clean < text.size()) return escaped(text);
        put('"');
        put(text);
        put('"');
    }

    [[gnu::noinline]] void put_long(std::string_view text) {
        flush();
        to_.append(text);
    }
    [[gnu::noinline]] void flush() {
        to_.append(buffer_, static_cast<std::size_t>(at_ - buffer_));
        at_ = buffer_;
    }

    std::string& to_;
    char buffer_[2048];
    char* at_ = buffer_;
};

void put_scalar(Output& out, const Value& value) {
    std::string text;
    switch (value.kind()) {
        case Kind::real:
            assert(std::isfinite(value.d));
            write_real(text, value.d);
            out.put(text);
            return;
        case Kind::bytes: write_base64(text, value.text()); break;
        case Kind::timestamp: write_timestamp(text, value.i); break;
        case Kind::duration: write_duration(text, value.i); break;
        case Kind::size: write_size(text, value.i); break;
        case Kind::percent:
            text = to_text(value.decimal());
            text += '%';
            break;
        case Kind::rate: write_rate(text, value.length(), value.i); break;
        default: assert(false);
    }
    out.put('"');
    out.put(text);
    out.put('"');
}

struct Compact {
    static void open(Output&) {}
    static void item(Output&) {}
    static void close(Output&) {}
    static void colon(Output& out) { out.put(':'); }
    Compact deeper() const { return {}; }
};

struct Pretty {
    unsigned depth = 0;
    void line(Output& out, unsigned indent) const {
        out.put('\n');
        for (unsigned i = 0; i < indent; ++i) out.put("  ");
    }
    void item(Output& out) const { line(out, depth + 1); }
    void close(Output& out) const { line(out, depth); }
    static void colon(Output& out) { out.put(": "); }
    Pretty deeper() const { return {depth + 1}; }
};

// Trees come from a reader with a depth limit or from expressions, whose depth the program's text bounds.
template <class Layout>
void put_value(Output& out, const Value& value, Layout layout) {
    switch (value.kind()) {
        case Kind::string: out.string(value.text()); return;
        case Kind::number_text: out.put(value.text()); return;
        case Kind::integer: out.advance(std::to_chars(out.room(24), out.room(24) + 24, value.i).ptr); return;
        case Kind::decimal: out.advance(write_decimal(out.room(48), value.decimal())); return;
        case Kind::boolean: out.put(value.boolean() ? std::string_view("true") : std::string_view("false")); return;
        case Kind::missing:
        case Kind::null: out.put("null"); return;
        case Kind::array: {
            out.put('[');
            const std::uint32_t count = value.length();
            for (std::uint32_t i = 0; i < count; ++i) {
                if (i != 0) out.put(',');
                layout.item(out);
                put_value(out, value.a[i], layout.deeper());
            }
            if (count != 0) layout.close(out);
            out.put(']');
            return;
        }
        case Kind::object: {
            out.put('{');
            const std::uint32_t count = value.length();
            for (std::uint32_t i = 0; i < count; ++i) {
                if (i != 0) out.put(',');
                layout.item(out);
                out.string(value.o[i].key.text());
                layout.colon(out);
                put_value(out, value.o[i].value, layout.deeper());
            }
            if (count != 0) layout.close(out);
            out.put('}');
            return;
        }
        default: put_scalar(out, value); return;
    }
}

}  // namespace

void write_json(std::string& out, const Value& value) {
    Output output(out);
    put_value(output, value, Compact{});
}

void write_json_string(std::string& out, std::string_view text) {
    Output output(out);
    output.string(text);
}

void write_json_pretty(std::string& out, const Value& value) {
    Output output(out);
    put_value(output, value, Pretty{});
}

bool compute_number(const Value& number_text, Arena& arena, Value& out, const char*& why) {
    const std::string_view text = number_text.text();
    const char* at = text.data();
    const char* const end = at + text.size();
    const bool negative = at != end && *at == '-';
    if (negative) ++at;
    const char* const first = at;
    const char* point = nullptr;
    std::uint64_t digits = 0;
    for (; at != end; ++at) {
        const auto digit = static_cast<unsigned char>(*at - '0');
        if (digit < 10) {
            digits = digits * 10 + digit;  // wraps beyond 18 digits; not used then
        } else if (*at == '.') {
            point = at;
        } else {
            break;
        }
    }
    if (at != end) {  // an exponent
        double real = 0;
        const auto [stop, error] = std::from_chars(text.data(), end, real);
        if (error == std::errc::result_out_of_range) real = std::strtod(std::string(text).c_str(), nullptr);
        if (!std::isfinite(real)) {
            why = "the number is beyond the range of a double";
            return false;
        }
        out = Value::real(real);
        return true;
    }
    const std::ptrdiff_t count = end - first - (point != nullptr);
    if (count <= 18) [[likely]] {
        const auto number = negative ? -static_cast<std::int64_t>(digits) : static_cast<std::int64_t>(digits);
        if (point == nullptr) {
            out = Value::integer(number);
        } else {
            out = Value(static_cast<std::uint64_t>(Kind::decimal) | static_cast<std::uint64_t>(end - point - 1) << 16, number);
        }
        return true;
    }
    const std::optional<Decimal> decimal = read_decimal(text);
    if (!decimal) {
        why = "the number has more than 38 digits";
        return false;
    }
    if (point == nullptr && decimal->digits >= INT64_MIN && decimal->digits <= INT64_MAX) {
        out = Value::integer(static_cast<std::int64_t>(decimal->digits));
    } else {
        out = Value::decimal(*decimal, arena);
    }
    return true;
}

}  // namespace weir
