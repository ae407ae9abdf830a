#pragma once
// Texts, 16 bytes at a time.
#include <emmintrin.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace weir {

inline __m128i load(const char* p) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
}
inline void store(char* p, __m128i x) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), x);
}

// A text of at most 16 bytes, with anything behind its end. Reading beside it does no harm within its page, which is readable as a whole; at the end
// of a page (and for a sanitizer, which is stricter than the machine) the text is copied first.
inline constexpr std::size_t short_text = 16;
[[gnu::always_inline]] inline __m128i load_short(const char* p, std::size_t n) {
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    constexpr std::uintptr_t page = 4096;
    // Less one, so that an empty text at no address is none to read.
    if (((reinterpret_cast<std::uintptr_t>(p) - 1) & (page - 1)) < page - short_text) [[likely]] return load(p);
#endif
    char copy[short_text] = {};
    if (n != 0) std::memcpy(copy, p, n);
    return load(copy);
}

}  // namespace weir
