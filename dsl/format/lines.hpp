#pragma once
// Tokens as lines: where each begins, how deep it stands, which columns it shares with its neighbours.
#include "dsl/format/tokens.hpp"

namespace weir::format {

struct Line {
    std::uint32_t first = 0, last = 0;  // tokens, `last` one past
    std::uint32_t indent = 0;
    std::uint32_t bracket = 0;  // the token of the bracket around its first token, plus one; 0: none
    bool blank_before = false;
    bool comment = false;  // nothing else on it
};

// One blank or none between two tokens of a line. `before` is what stands left of `left`, or null.
std::uint32_t blanks_between(const Token* before, const Token& left, const Token& right);

// Lines as the author broke them; braces that hold several lines stand at the ends of theirs.
std::vector<Line> lines_of(const Tokens& tokens);
// The column of each token.
std::vector<std::uint32_t> columns_of(const Tokens& tokens, const std::vector<Line>& lines);

}  // namespace weir::format
