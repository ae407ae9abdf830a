#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/message/arena.hpp"
#include "engine/message/value.hpp"

namespace weir {

// A table as text (RFC 4180): records end with a newline or CRLF, fields in quotes may hold separators, line ends and doubled quotes.
struct CsvOptions {
    char separator = ',';
    char quote = '"';
    bool quotes = true;                // false: a quote is a letter like any other
    bool header = true;                // the first line names the fields
    std::vector<std::string> columns;  // reading: the names, where no header has them; writing: which fields, in this order
    std::uint64_t skip = 0;            // reading: so many lines stand before the table
};

// Where and why: the line and the byte in it, counted from 1; the record (a header is none) and its field, 0 where it is about neither.
struct CsvError {
    std::size_t at = 0;  // byte of the text
    std::size_t line = 0, byte = 0, record = 0, field = 0;
    std::string why;
    bool too_large = false;
    std::string text() const;  // line 3, byte 7 (record 2, field 1): ..
};

// The records as an array: of objects where the fields have names, else of arrays; every field is a string. Fields without doubled quotes, and the
// names of a header, are views into the text, which must outlive the tree. A byte order mark in front and lines without a letter are skipped. Every
// record has as many fields as the first line, or `columns`. Bound: `most_csv_fields`, else `too_large`.
// False: `error` says where and why.
inline constexpr std::size_t most_csv_fields = 4'000'000;
bool read_csv(std::string_view text, const CsvOptions& options, Arena& arena, Value& out, CsvError& error);

// Appends the table: an array of objects or of arrays, or one object. Absent fields are empty, scalars stand as JSON has them, texts as they are.
// Lines end with CRLF. False: `path` and `why` say what can't be written; nothing has a field of its own, so nothing is left out in silence.
struct CsvMisfit {
    std::string path, why;  // [2].lines
};
bool write_csv(std::string& out, const Value& table, const CsvOptions& options, CsvMisfit& misfit);

}  // namespace weir
