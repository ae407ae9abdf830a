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

}  // namespace

std::uint32_t blanks_between(const Token* before, const Token& left, const Token& right) {
    if (right.sort == Sort::comment) return 1;
    if (left.is("{") && right.is("}")) return right.gap > 0 ? 1 : 0;
    if (left.is("(") || left.is("[") || left.is("?[") || right.is(")") || right.is("]")) return 0;
    if (right.is(",") || right.is(":") || right.is("?:") || right.is("?") || right.is("?[")) return 0;
    if (is_dot(left) || is_dot(right) || left.is("..") || right.is("..") || left.is("...")) return 0;
    if (right.is("(") || right.is("[")) return before_bracket(before, left, right);
    if (is_minus(left)) return is_minus(right) ? 1 : 0;
    return 1;
}

}  // namespace weir::format
