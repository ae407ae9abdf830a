#include <cassert>
#include <charconv>
#include <cstring>

#include "engine/message/json.hpp"
#include "engine/message/json_bytes.hpp"
#include "engine/message/text.hpp"

namespace weir {

namespace {

// A buffer on the stack, so that the string grows by whole pieces. The place to write at travels in a local variable (`w`) and
// through results, so that it stays in a register; what writes asks for room first.
class Output {
public:
    explicit Output(std::string& to) : to_(to) {}
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    char* begin() { return buffer_; }
    void finish(char* w) { to_.append(buffer_, static_cast<std::size_t>(w - buffer_)); }
    [[gnu::always_inline]] char* room(char* w, std::size_t bytes) {
        return static_cast<std::size_t>(buffer_ + sizeof buffer_ - w) < bytes ? flush(w) : w;
    }

    // What a caller has made room for before it puts a scalar or a key.
    static constexpr std::size_t scalar_room = 96;

    [[gnu::always_inline]] char* plain(char* w, std::string_view text) {
        if (text.size() > 64) [[unlikely]] return plain_long(w, text);
        return copy_short(w, text.data(), text.size());
    }

    [[gnu::always_inline]] char* string(char* w, std::string_view text) {
        const char* const s = text.data();
        const std::size_t n = text.size();
        char* const first = w;
        *w++ = '"';
        bool clean = true;
        if (n >= 16) {
            if (n > 64) [[unlikely]] return long_string(first, text);
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
            clean = _mm_movemask_epi8(bad) == 0;
        } else if (n >= 8) {
            clean = pair<std::uint64_t>(s, n, w);
        } else if (n >= 4) {
            clean = pair<std::uint32_t>(s, n, w);
        } else if (n >= 2) {
            clean = pair<std::uint16_t>(s, n, w);
        } else if (n == 1) {
            *w = *s;
            clean = !is_special(*s);
        }
        if (!clean) [[unlikely]] return escaped(first, text);
        w += n;
        *w++ = '"';
        return w;
    }

private:
    static void store(char* p, __m128i x) { _mm_storeu_si128(reinterpret_cast<__m128i*>(p), x); }

    // Two overlapping words cover a short text without reading beside it. True: nothing in it needs an escape.
    template <class Word>
    [[gnu::always_inline]] static bool pair(const char* s, std::size_t n, char* w) {
        Word front, back;
        std::memcpy(&front, s, sizeof front);
        std::memcpy(&back, s + n - sizeof back, sizeof back);
        std::memcpy(w, &front, sizeof front);
        std::memcpy(w + n - sizeof back, &back, sizeof back);
        const __m128i x = _mm_unpacklo_epi64(_mm_cvtsi64_si128(static_cast<long long>(front)), _mm_cvtsi64_si128(static_cast<long long>(back)));
        // Zeros above a short word count as control characters; only its own bytes are asked for.
        constexpr unsigned own = (1u << sizeof(Word)) - 1;
        return (static_cast<unsigned>(_mm_movemask_epi8(special(x))) & (own | own << 8)) == 0;
    }

    [[gnu::always_inline]] static char* copy_short(char* w, const char* s, std::size_t n) {
        const auto both = [&]<class Word>(Word) {
            Word front, back;
            std::memcpy(&front, s, sizeof front);
            std::memcpy(&back, s + n - sizeof back, sizeof back);
            std::memcpy(w, &front, sizeof front);
            std::memcpy(w + n - sizeof back, &back, sizeof back);
        };
        if (n > 16) std::memcpy(w, s, n);
        else if (n >= 8) both(std::uint64_t{});
        else if (n >= 4) both(std::uint32_t{});
        else if (n >= 2) both(std::uint16_t{});
        else if (n == 1) *w = *s;
        return w + n;
    }

    [[gnu::noinline]] char* escaped(char* w, std::string_view text) {
        w = room(w, 1);
        *w++ = '"';
        std::size_t done = 0;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (!is_special(text[i])) [[likely]] continue;
            w = plain_long(w, text.substr(done, i - done));
            done = i + 1;
            w = room(w, 6);
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
        }
        w = plain_long(w, text.substr(done));
        w = room(w, scalar_room);  // a caller goes on as if the text had been short
        *w++ = '"';
        return w;
    }

    // Whole clean pieces go over by memcpy.
    [[gnu::noinline]] char* long_string(char* w, std::string_view text) {
        const char* const s = text.data();
        std::size_t clean = 0;
        while (text.size() - clean >= 64) {
            const char* const p = s + clean;
            const __m128i bad = _mm_or_si128(_mm_or_si128(special(load(p)), special(load(p + 16))), _mm_or_si128(special(load(p + 32)), special(load(p + 48))));
            if (_mm_movemask_epi8(bad) != 0) break;
            clean += 64;
        }
        while (clean < text.size() && !is_special(s[clean])) ++clean;
        if (clean < text.size()) return escaped(w, text);
        w = room(w, 1);
        *w++ = '"';
        w = plain_long(w, text);
        w = room(w, scalar_room);
        *w++ = '"';
        return w;
    }

    [[gnu::noinline]] char* plain_long(char* w, std::string_view text) {
        if (text.size() > sizeof buffer_ / 2) {
            w = flush(w);
            to_.append(text);
            return w;
        }
        w = room(w, text.size());
        std::memcpy(w, text.data(), text.size());
        return w + text.size();
    }
    [[gnu::noinline]] char* flush(char* w) {
        to_.append(buffer_, static_cast<std::size_t>(w - buffer_));
        return buffer_;
    }

    std::string& to_;
    char buffer_[4096];
};

[[gnu::noinline]] char* put_rare(Output& out, char* w, const Value& value) {
    std::string text;
    switch (value.kind()) {
        case Kind::real:
            assert(std::isfinite(value.d));
            write_real(text, value.d);
            return out.plain(w, text);
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
    return out.string(w, text);
}

[[gnu::always_inline]] inline char* put_word(char* w, std::string_view word) {
    std::memcpy(w, word.data(), word.size());
    return w + word.size();
}

char* put_line(Output& out, char* w, std::size_t indent) {
    w = out.room(w, 1);
    *w++ = '\n';
    for (std::size_t i = 0; i < indent; ++i) {
        w = out.room(w, 2);
        w = put_word(w, "  ");
    }
    return out.room(w, 2 * Output::scalar_room + 8);
}

// A loop instead of recursion: what expressions build may be nested deeper than any stack.
template <bool pretty>
void put_tree(std::string& to, const Value& root) {
    struct Frame {
        const Value* container;
        std::uint32_t next;
    };
    Frame near[64];
    std::vector<Frame> far;
    Frame* frames = near;
    std::size_t capacity = std::size(near), depth = 0;
    const Value* container = nullptr;
    std::uint32_t next = 0;
    const Value* value = &root;
    Output out(to);
    char* w = out.begin();

next_value:
    switch (value->kind()) {
        case Kind::string: w = out.string(w, value->text()); break;
        case Kind::number_text: w = out.plain(w, value->text()); break;
        case Kind::integer: w = std::to_chars(w, w + 24, value->i).ptr; break;
        case Kind::decimal: w = write_decimal(w, value->decimal()); break;
        case Kind::boolean: w = value->boolean() ? put_word(w, "true") : put_word(w, "false"); break;
        case Kind::missing:
        case Kind::null: w = put_word(w, "null"); break;
        case Kind::array:
        case Kind::object:
            *w++ = value->kind() == Kind::array ? '[' : '{';
            if (value->length() == 0) {
                *w++ = value->kind() == Kind::array ? ']' : '}';
                break;
            }
            if (depth == capacity) [[unlikely]] {
                far.resize(capacity * 2);
                if (frames == near) std::memcpy(far.data(), near, sizeof near);
                frames = far.data();
                capacity = far.size();
            }
            frames[depth++] = {container, next};
            container = value;
            next = 0;
            goto next_item;
        default: w = put_rare(out, w, *value); break;
    }

value_put:
    if (depth == 0) return out.finish(w);
    if (next != container->length()) {
    next_item:
        w = out.room(w, 2 * Output::scalar_room + 8);
        if (next != 0) *w++ = ',';
        if constexpr (pretty) w = put_line(out, w, depth);
        if (container->kind() == Kind::object) {
            const Member& member = container->o[next++];
            w = out.string(w, member.key.text());
            *w++ = ':';
            if constexpr (pretty) *w++ = ' ';
            value = &member.value;
        } else {
            value = &container->a[next++];
        }
        goto next_value;
    }
    --depth;
    if constexpr (pretty) w = put_line(out, w, depth);
    w = out.room(w, 1);
    *w++ = container->kind() == Kind::array ? ']' : '}';
    container = frames[depth].container;
    next = frames[depth].next;
    goto value_put;
}

}  // namespace

void write_json(std::string& out, const Value& value) {
    put_tree<false>(out, value);
}

void write_json_string(std::string& out, std::string_view text) {
    Output output(out);
    output.finish(output.string(output.begin(), text));
}

void write_json_pretty(std::string& out, const Value& value) {
    put_tree<true>(out, value);
}

}  // namespace weir
