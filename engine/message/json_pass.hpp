#pragma once
// One pass over a JSON text, inside this folder only: what the reader of whole trees and the reader of fields share.
#include <cstring>

#include "engine/message/json.hpp"
#include "engine/message/json_bytes.hpp"

namespace weir {

inline constexpr const char* ends_early = "the text ends too early";

inline bool is_digit(char c) {
    return static_cast<unsigned char>(c - '0') < 10;
}

// One store of both words: two of them would make the 16-byte copy that soon follows wait.
[[gnu::always_inline]] inline void put(Value& to, const Value& value) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(&to), _mm_set_epi64x(value.i, static_cast<long long>(value.head)));
}

// Bytes behind the end may hold anything: they may be looked at, never believed.
// The position travels in a local variable and through results (null: failed), so that it stays in a register.
struct JsonPass {
    JsonReader& reader;
    Arena& arena;
    const char* const begin;
    const char* const end;

    [[gnu::cold, gnu::noinline]] std::nullptr_t fail(const char* at, const char* what) {
        reader.error_.at = static_cast<std::size_t>((at < end ? at : end) - begin);
        reader.error_.what = at < end ? what : ends_early;
        return nullptr;
    }

    [[gnu::always_inline]] const char* skip_space(const char* at) const {
        if (static_cast<unsigned char>(*at) > ' ') [[likely]] return at;
        return skip_spaces(at);
    }
    [[gnu::noinline]] const char* skip_spaces(const char* at) const {
        while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')) ++at;
        return at;
    }

    // Most numbers are seen in one look: the first byte that is no digit, and behind a point the next one. No loop, so no branch is guessed by length.
    [[gnu::always_inline]] const char* number(const char* const first, Value& out) {
        const unsigned sign = *first == '-';
        const unsigned others = ~digits(load(first)) & 0xffffu & ~sign;
        if (others == 0) [[unlikely]] return number_slowly(first, out);
        unsigned length = static_cast<unsigned>(__builtin_ctz(others));
        if (length == sign || (first[sign] == '0' && length != sign + 1)) [[unlikely]] return number_slowly(first, out);
        if (first[length] == '.') {
            const unsigned behind = others & (others - 1);
            if (behind == 0) [[unlikely]] return number_slowly(first, out);
            const auto stop = static_cast<unsigned>(__builtin_ctz(behind));
            if (stop == length + 1) [[unlikely]] return number_slowly(first, out);
            length = stop;
        }
        if ((first[length] | 0x20) == 'e' || first + length > end) [[unlikely]] return number_slowly(first, out);
        out = Value::number_text({first, length});
        return first + length;
    }

    // `first` stands behind the opening quote.
    [[gnu::always_inline]] const char* string(const char* const first, Value& out) {
        const char* at = first;
        unsigned high = 0;
        for (;;) {
            const __m128i x = load(at);
            const auto stops = static_cast<unsigned>(_mm_movemask_epi8(special(x)));
            const auto highs = static_cast<unsigned>(_mm_movemask_epi8(x));
            if (stops != 0) [[likely]] {
                if (highs != 0) [[unlikely]] high |= highs & (stops - 1) & ~stops;  // only what stands before the first stop
                at += static_cast<unsigned>(__builtin_ctz(stops));
                break;
            }
            high |= highs;
            at += 16;
            if (at >= end) return fail(end, ends_early);
        }
        if (*at == '"' && at < end && high == 0) [[likely]] {
            out = Value::quoted_string({first, static_cast<std::size_t>(at - first)});
            return at + 1;
        }
        Value slow;  // `out` never has its address taken, so that it can live in registers
        at = string_slowly(first, at, high != 0, slow);
        out = slow;
        return at;
    }

    // The first special character stands at `at`.
    const char* string_slowly(const char* first, const char* at, bool high, Value& out);
    const char* number_slowly(const char* first, Value& out);
    const char* word(const char* at, Value& out);  // true, false, null
    // One value with all that is in it, built or only looked over. `max_depth`: how many brackets may open.
    template <bool build> const char* value(const char* at, unsigned max_depth, Value& out);
    bool document(Value& out, unsigned max_depth);

private:
    const char* fail_utf8(const char* at, const char* stop);
    const char* escaped(const char* first, const char* at, Value& out);
};

}  // namespace weir
