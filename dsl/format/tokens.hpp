#pragma once
// A text as tokens that lose nothing but blanks, and what the nodes of the parser say of each.
#include <cstdint>
#include <string_view>
#include <vector>

#include "dsl/grammar/nodes.hpp"

namespace weir::format {

enum class Sort : std::uint8_t { word, sign, literal, comment };

struct Token {
    std::string_view text;  // a comment without the blanks at its end
    std::uint32_t at = 0;   // offset in the text
    std::uint32_t column = 0;  // where it stood in its line, in columns of a terminal
    std::uint32_t gap = 0;     // blanks before it on its line
    std::uint32_t pair = 0;    // of a bracket: the token that closes or opens it
    std::uint32_t cell = 0;    // of the first token of an entry or an arm: the token of its value, which is aligned; 0: none
    std::uint8_t newlines = 0;  // before it; 2 stands for one blank line or more
    Sort sort = Sort::word;
    bool item = false;    // begins a declaration, a clause of a header, a statement, an entry
    bool header = false;  // the item is a clause of a header
    bool clause = false;  // a word that begins a clause, where it is not a name
    bool block = false;   // the `{` of a block of statements
    bool body = false;    // ditto, of a declaration
    bool guarded = false; // an arm with a `when`
    bool binary = false;  // a sign or word between two operands

    bool is(std::string_view sign) const { return sort == Sort::sign && text == sign; }
    bool opens() const { return is("(") || is("[") || is("{") || is("?["); }
    bool closes() const { return is(")") || is("]") || is("}"); }
    bool own_line_comment() const { return sort == Sort::comment && newlines > 0; }
};
using Tokens = std::vector<Token>;

// `nodes` are those of a text without errors. The first token counts as one that begins a line.
Tokens tokens_of(std::string_view text, const grammar::Nodes& nodes);
// In columns of a terminal.
std::uint32_t width(std::string_view text);

}  // namespace weir::format
