#include "dsl/grammar/characters.hpp"

#include <string_view>

#include "dsl/source/utf8.hpp"

namespace weir::grammar {
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
