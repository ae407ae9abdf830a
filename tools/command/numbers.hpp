#pragma once
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weir::command {

// A whole number, all of the text. False: it is none.
inline bool read_number(std::string_view text, std::uint64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size() && !text.empty();
}
// How many to list: 1 to a million, which is what fits in memory.
inline bool read_count(std::string_view text, std::size_t& out) {
    std::uint64_t number = 0;
    if (!read_number(text, number) || number == 0 || number > 1'000'000) return false;
    out = number;
    return true;
}

}  // namespace weir::command
