#include <algorithm>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

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

    // What a caller has made room for before it puts a scalar or a key. Who puts more makes room for it, and leaves no less than this behind it.
    static constexpr std::size_t scalar_room = 96;
    static constexpr std::size_t item_room = 2 * scalar_room + 8;

    [[gnu::always_inline]] char* plain(char* w, std::string_view text) {
        if (text.size() > short_text) [[unlikely]] return room(plain_long(w, text), scalar_room);
        store(w, load_short(text.data(), text.size()));
        return w + text.size();
    }

    [[gnu::always_inline]] char* string(char* w, const Value& value) {
        const std::size_t n = value.length();
        if (!value.quoted()) return string(w, {value.s, n});
        const char* const quote = value.s - 1;
        if (n + 2 > Value::quoted_room) [[unlikely]] return room(plain_long(w, {quote, n + 2}), scalar_room);
        static_assert(Value::quoted_room == 32);
        store(w, load(quote));
        store(w + 16, load(quote + 16));
        return w + n + 2;
    }
    [[gnu::always_inline]] char* string(char* w, std::string_view text) {
        const std::size_t n = text.size();
        if (n > short_text) return long_string(w, text);
        const __m128i x = load_short(text.data(), n);
        if (is_special(x, n)) [[unlikely]] return escaped(w, text);
        *w++ = '"';
        store(w, x);
        w[n] = '"';
        return w + n + 1;
    }

private:
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
        w = room(w, scalar_room);
        *w++ = '"';
        return w;
    }

    [[gnu::noinline]] char* long_string(char* w, std::string_view text) {
        const char* const s = text.data();
        const std::size_t n = text.size();
        if (n > 64) return longer_string(w, text);
        // The last piece overlaps the one before it.
        const char* const last = s + n - 16;
        char* const first = w++;
        __m128i x = load(last);
        __m128i bad = special(x);
        store(w + (last - s), x);
        for (const char* p = s; p < last; p += 16) {
            x = load(p);
            bad = _mm_or_si128(bad, special(x));
            store(w + (p - s), x);
        }
        if (_mm_movemask_epi8(bad) != 0) [[unlikely]] return escaped(first, text);
        *first = '"';
        w[n] = '"';
        return w + n + 1;
    }

    // Whole clean pieces go over by memcpy.
    [[gnu::noinline]] char* longer_string(char* w, std::string_view text) {
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
    return out.room(w, Output::item_room);
}

// All but arrays and objects that hold something.
[[gnu::noinline]] char* put_leaf(Output& out, char* w, const Value& value) {
    switch (value.kind()) {
        case Kind::string: return out.string(w, value);
        case Kind::number_text: return out.plain(w, value.text());
        case Kind::integer: return std::to_chars(w, w + 24, value.i).ptr;
        case Kind::decimal: return write_decimal(w, value.decimal());
        case Kind::boolean: return value.boolean() ? put_word(w, "true") : put_word(w, "false");
        case Kind::missing:
        case Kind::null: return put_word(w, "null");
        case Kind::array: return put_word(w, "[]");
        case Kind::object: return put_word(w, "{}");
        default: return put_rare(out, w, value);
    }
}

// What is left to put of an array or object.
struct Level {
    const Member* members;  // null: of an array
    const Value* items;
    std::uint32_t left;
    explicit Level(const Value& of) : members(of.kind() == Kind::object ? of.o : nullptr), items(of.kind() == Kind::object ? nullptr : of.a), left(of.length()) {}
    Level() = default;
};

// The levels around the one that is being put: few as a rule, but what expressions build may be nested deeper than any stack.
class Levels {
public:
    bool empty() const { return depth_ == 0; }
    std::size_t depth() const { return depth_; }
    void push(const Level& level) {
        if (depth_ == capacity_) [[unlikely]] grow();
        levels_[depth_++] = level;
    }
    const Level& pop() { return levels_[--depth_]; }

private:
    [[gnu::cold]] void grow() {
        std::vector<Level> more(2 * capacity_);
        std::copy(levels_, levels_ + depth_, more.begin());
        far_.swap(more);
        levels_ = far_.data();
        capacity_ = far_.size();
    }
    std::size_t depth_ = 0, capacity_ = std::size(near_);
    Level near_[32];
    Level* levels_ = near_;
    std::vector<Level> far_;
};

// A loop instead of recursion.
template <bool pretty>
void put_tree(std::string& to, const Value& root) {
    Output out(to);
    char* w = out.begin();
    const auto is_leaf = [](const Value& value) { return value.kind() < Kind::array || value.length() == 0; };
    if (is_leaf(root)) return out.finish(put_leaf(out, w, root));
    Levels around;
    Level level(root);
    *w++ = level.members != nullptr ? '{' : '[';
    for (;;) {
        w = out.room(w, Output::item_room);
        if constexpr (pretty) w = put_line(out, w, around.depth() + 1);
        const Value* value;
        if (level.members != nullptr) {
            w = out.string(w, level.members->key);
            *w++ = ':';
            if constexpr (pretty) *w++ = ' ';
            value = &level.members++->value;
        } else {
            value = level.items++;
        }
        --level.left;
        if (value->kind() == Kind::string) {  // most are
            w = out.string(w, *value);
        } else if (is_leaf(*value)) {
            w = put_leaf(out, w, *value);
        } else {
            around.push(level);
            level = Level(*value);
            *w++ = level.members != nullptr ? '{' : '[';
            continue;
        }
        while (level.left == 0) {
            if constexpr (pretty) w = put_line(out, w, around.depth());
            w = out.room(w, 2);
            *w++ = level.members != nullptr ? '}' : ']';
            if (around.empty()) return out.finish(w);
            level = around.pop();
        }
        *w++ = ',';
    }
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
