#pragma once
// What a text that is no sentence is told (grammar.md 7 and 8).
#include <cstdint>
#include <string>
#include <string_view>

#include "dsl/diagnostics/findings.hpp"

namespace weir::grammar {

// `text` is the first line, "unexpected %" where the token that stands there is to be named in place of %. `help` may be empty.
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

// Habits of other languages that begin at `q`; nullptr where nothing foreign stands.
const Message* foreign(const char* q, const char* end);
// Why nothing that may follow begins at `q`. `line`: where the statement that ends here began.
const Message* why_unexpected(const char* q, const char* end, const char* statement);
// What stands where a declaration or a statement must begin.
const Message* why_no_declaration(const char* q, const char* end);
const Message* why_no_statement(const char* q, const char* end);
// The end of the token at `q`; the newline counts as one.
const char* token_end(const char* q, const char* end);

}  // namespace weir::grammar
