#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

// The length of the character at `at`, 0 where it is no UTF-8 (overlong forms, surrogates and what is beyond 10FFFF included).
std::size_t utf8_length(std::string_view text, std::size_t at, std::uint32_t& value);
// U+202E and its kind: they make a line look different from what it says.
bool turns_direction(std::uint32_t character);
// Columns of a terminal: 0 for marks that combine, 2 for wide characters.
int display_width(std::uint32_t character);

}  // namespace weir
