#pragma once
#include <cstddef>
#include <string_view>

namespace weir {

// Texts are UTF-8; a character is a code point.
inline bool begins_character(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) != 0x80; }
inline std::size_t count_characters(std::string_view text) {
    std::size_t count = 0;
    for (const char byte : text) count += begins_character(byte) ? 1u : 0u;
    return count;
}
// The byte where character `n` begins; the end where there are less.
inline std::size_t byte_of(std::string_view text, std::size_t n) {
    for (std::size_t at = 0; at < text.size(); ++at)
        if (begins_character(text[at]) && n-- == 0) return at;
    return text.size();
}
inline std::string_view first_character(std::string_view text) { return text.substr(0, byte_of(text, 1)); }

}  // namespace weir
