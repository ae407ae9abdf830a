#pragma once
// What a text that is no sentence is told (grammar.md 7 and 8).
#include <cstdint>
#include <string>
#include <string_view>

#include "dsl/diagnostics/findings.hpp"

namespace weir::grammar {

// `text` is the first line. In it and in `help`, `{}` is the token that stands there.
struct Message {
    Code code;
    const char* text;
    const char* help = "";
    const char* label = "";
};

// Thrown by rules and scanners, caught by the guard of a statement. Never leaves the parser. `message` points at static storage.
struct SyntaxError {
    const char* at;
    const char* end;  // of what is wrong; nullptr: the token at `at`
    const Message* message;
    bool exact;  // the scanner knew better than "x is missing here": no foreign sign overrules it
    const char* opened = nullptr;  // a bracket that is still open
};

struct Told {
    const char* at;
    const char* end;  // nullptr: the token
    const Message* message;
};
// Habits of other languages at `q` or right before it; no message where nothing foreign stands. `statement`: where the walk back ends.
Told habit_at(const char* statement, const char* q, const char* end);
// Why nothing that may follow begins at `q`.
Told why_unexpected(const char* statement, const char* q, const char* end);
// What stands where a declaration or a statement must begin.
Told why_no_declaration(const char* q, const char* end);
Told why_no_statement(const char* q, const char* end);
// The text with the token in place of its `{}`.
std::string filled(std::string_view text, std::string_view token);
// The end of the token at `q`; the newline counts as one.
const char* token_end(const char* q, const char* end);

}  // namespace weir::grammar
