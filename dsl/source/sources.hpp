#pragma once
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/source/span.hpp"

namespace weir {

struct Place {
    std::size_t file = 0;    // index into Sources
    std::uint32_t line = 1;  // from 1
    std::uint32_t column = 1;  // from 1, in characters (code points)
};

struct SourceFile {
    std::string path;  // as the user wrote it, or relative to the file that imports it; `std.name` for the standard library
    std::string text;
    std::uint32_t begin = 0;                 // the position of its first byte
    std::vector<std::uint32_t> line_starts;  // offsets within text
    Span span() const { return {begin, begin + static_cast<std::uint32_t>(text.size())}; }
};

// Owns the texts of all files of one check. Texts never move: the syntax tree holds views into them.
// Thread: one. Promise: a Span made from a file stays valid as long as Sources lives.
class Sources {
public:
    // Adds a text; the returned index is good for `file`. A text over 16 MiB is the caller's to refuse.
    std::size_t add(std::string path, std::string text);
    std::size_t count() const { return files_.size(); }
    const SourceFile& file(std::size_t index) const { return files_[index]; }
    const SourceFile& file_of(std::uint32_t position) const { return files_[index_of(position)]; }
    std::size_t index_of(std::uint32_t position) const;
    Place place(std::uint32_t position) const;
    std::string_view text(Span span) const;
    // The whole line, without its end, that holds the position.
    std::string_view line(std::uint32_t position) const;

private:
    std::deque<SourceFile> files_;
    std::uint32_t next_ = 0;
};

}  // namespace weir
