#pragma once
// Where the parse goes on after a syntax error (grammar.md 7). Plain functions over characters; always forward.

namespace weir::grammar {

struct Resume {
    const char* at;
    bool unbalanced;  // brackets on the way did not pair: a missing `}` is no news any more
};

// From the beginning of a statement, clause or item of a state to the newline at depth 0 behind the error, or to what can only be the next one.
enum class Room { block, header, state };
Resume recover_statement(const char* base, const char* statement, const char* error, const char* end, Room room);
// At the level of the file: the next line that begins a declaration.
const char* recover_declaration(const char* declaration, const char* error, const char* end);

}  // namespace weir::grammar
