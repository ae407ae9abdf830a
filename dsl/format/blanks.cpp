#include "dsl/format/lines.hpp"
#include "dsl/grammar/words.hpp"

namespace weir::format {
namespace {

bool is_dot(const Token& token) { return token.is(".") || token.is("?."); }

// `-` before its operand.
bool is_minus(const Token& token) { return token.is("-") && !token.binary; }

// `f(` calls and `f (` does not, `a[` looks into it and `a [` does not: what the author wrote stands, but behind words that can be no name.
std::uint32_t before_bracket(const Token* before, const Token& left, const Token& right) {
    if (is_minus(left)) return 0;
    if (left.sort == Sort::sign && !left.closes()) return 1;
    const bool name = before != nullptr && is_dot(*before);
    if (left.sort == Sort::word && !name && (grammar::flags_of(left.text) & grammar::reserved) != 0) return 1;
    return right.gap > 0 ? 1 : 0;
}

// `discard"x"` is two values to the parser, and the checker's to refuse: a blank would make it something else.
bool needs_its_blank(const Token& left) { return left.sort == Sort::word && ((grammar::flags_of(left.text) & grammar::action_word) != 0 || left.text == "fail" || left.text == "call"); }

}  // namespace

std::uint32_t blanks_between(const Token* before, const Token& left, const Token& right) {
    if (right.sort == Sort::comment) return 1;
    if (left.is("{") && right.is("}")) return right.gap > 0 ? 1 : 0;
    if (left.is("(") || left.is("[") || left.is("?[") || right.is(")") || right.is("]")) return 0;
    if (right.is(",") || right.is(":") || right.is("?:") || right.is("?") || right.is("?[")) return 0;
    if (is_dot(left) || is_dot(right) || left.is("..") || right.is("..") || left.is("...")) return 0;
    if (right.is("(") || right.is("[")) return before_bracket(before, left, right);
    if (is_minus(left)) return is_minus(right) && right.gap > 0 ? 1 : 0;  // `a --b` is two values, `a - -b` is one
    if (needs_its_blank(left) && right.gap == 0 && right.newlines == 0) return right.is("}") ? 1 : 0;
    return 1;
}

}  // namespace weir::format
