#include "dsl/grammar/characters.hpp"

#include <string_view>

namespace weir::grammar {
namespace {

// The length of the character at `at`, 0 where it is no UTF-8 (overlong forms, surrogates and what is beyond 10FFFF included).
std::size_t utf8_length(std::string_view text, std::size_t at, std::uint32_t& value) {
    const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])) : 0u; };
    const std::uint32_t first = byte(at);
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC2 ? 2 : 0;
    if (length == 0 || first > 0xF4) return 0;
    value = first & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        const std::uint32_t next = byte(at + i);
        if ((next & 0xC0) != 0x80) return 0;
        value = value << 6 | (next & 0x3F);
    }
    if ((length == 3 && value < 0x800) || (length == 4 && (value < 0x10000 || value > 0x10FFFF)) || (value >= 0xD800 && value < 0xE000)) return 0;
    return length;
}

bool turns_direction(std::uint32_t c) {
    return c == 0x061C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

bool check_characters(const SourceFile& file, Findings& findings) {
    const std::string_view text = file.text;
    auto place = [&](std::size_t at, std::size_t length) {
        const auto begin = file.begin + static_cast<std::uint32_t>(at);
        return Span{begin, begin + static_cast<std::uint32_t>(length)};
    };
    if (text.size() > largest_file) {
        findings.error(Code::W0002, place(0, 1), "this file is larger than 16 MiB").help("data belongs into a table that is read from a file");
        return false;
    }
    int found = 0;
    for (std::size_t at = 0; at < text.size() && found < most_character_findings;) {
        const auto c = static_cast<unsigned char>(text[at]);
        if (c < 0x80) {
            const bool returns = c == '\r' && !(at + 1 < text.size() && text[at + 1] == '\n');
            if (returns) {
                findings.error(Code::W0001, place(at, 1), "a carriage return without its line feed").help("lines end in LF or CRLF");
                ++found;
            } else if (c < 0x20 && c != '\n' && c != '\t' && c != '\r') {
                findings.error(Code::W0001, place(at, 1), "the control character U+{:04X} can't stand in a file", static_cast<unsigned>(c)).help("in a text, write the escape `\\u{:04x}`", static_cast<unsigned>(c));
                ++found;
            }
            ++at;
            continue;
        }
        std::uint32_t value = 0;
        const auto length = utf8_length(text, at, value);
        if (length == 0) {
            findings.error(Code::W0006, place(at, 1), "the byte 0x{:02X} is not UTF-8", static_cast<unsigned>(c)).help("save the file as UTF-8");
            ++found;
            ++at;
            while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) ++at;  // one character, one finding
            continue;
        }
        if (turns_direction(value)) {
            findings.error(Code::W0005, place(at, length), "U+{:04X} turns the direction of the text and can't stand in a file", value).help("in a text, write the escape `\\u{:04x}`", value);
            ++found;
        }
        at += length;
    }
    return true;
}

}  // namespace weir::grammar
