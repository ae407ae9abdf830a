#pragma once
// What the JSON reader and writer look for in a text, 16 bytes at a time.
#include "engine/message/sixteen_bytes.hpp"

namespace weir {

// All bits where a string can't go on as it is: quote, backslash, control characters. A flipped bit puts the quote (0x22) beside
// the control characters, so that one comparison finds both.
inline __m128i special(__m128i x) {
    const __m128i flipped = _mm_xor_si128(x, _mm_set1_epi8(0x02));
    return _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(flipped, _mm_set1_epi8(0x20)), flipped), _mm_cmpeq_epi8(x, _mm_set1_epi8('\\')));
}
// A bit for each byte that is a digit.
inline unsigned digits(__m128i x) {
    const __m128i value = _mm_sub_epi8(x, _mm_set1_epi8('0'));
    return static_cast<unsigned>(_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(value, _mm_set1_epi8(9)), value)));
}
inline bool is_special(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

// Is there anything special in the first n bytes (at most 16)?
inline bool is_special(__m128i x, std::size_t n) {
    const auto stops = static_cast<unsigned>(_mm_movemask_epi8(special(x))) | 1u << short_text;
    return static_cast<unsigned>(__builtin_ctz(stops)) < n;
}

}  // namespace weir
