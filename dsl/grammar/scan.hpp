#pragma once
// Blanks, words, literals and bounded looks ahead, by hand: plain functions over characters that know no rule. Thread: any, no state.
#include <cstdint>
#include <cstring>
#include <string_view>

#include "dsl/grammar/words.hpp"

namespace weir::grammar {

// Where newlines count and where not; saved and restored by the rules for brackets.
struct State {
    const char* base = nullptr;
    const char* end = nullptr;
    bool round = false;     // inside ( ) or [ ]: newlines are blanks
    bool one_line = false;  // inside "${ }"
    bool arms = false;      // behind the pattern of an arm
    unsigned depth = 0;
};
inline constexpr unsigned max_depth = 256;

inline bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool is_word(char c) { return is_letter(c) || is_digit(c); }
inline bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

inline const char* word_end(const char* q, const char* e) {
    if (q < e && is_letter(*q)) {
        ++q;
        while (q < e && is_word(*q)) ++q;
    }
    return q;
}
inline std::string_view word_at(const char* q, const char* e) { return {q, static_cast<std::size_t>(word_end(q, e) - q)}; }
inline std::string_view rest_of(const char* q, const char* e) { return {q, static_cast<std::size_t>(e - q)}; }
inline bool begins(const char* q, const char* e, std::string_view text) { return rest_of(q, e).substr(0, text.size()) == text; }

inline const char* skip_blank(const char* q, const char* e) {
    while (q < e && (*q == ' ' || *q == '\t')) ++q;
    return q;
}
inline const char* line_end(const char* q, const char* e) {
    const auto* found = static_cast<const char*>(std::memchr(q, '\n', static_cast<std::size_t>(e - q)));
    return found ? found : e;
}
inline const char* skip_comment(const char* q, const char* e) {
    if (q >= e || *q != '#') return q;
    const char* n = line_end(q, e);
    return n < e && n[-1] == '\r' ? n - 1 : n;
}
inline bool at_newline(const char* q, const char* e) { return q < e && (*q == '\n' || (*q == '\r' && q + 1 < e && q[1] == '\n')); }
// Blanks, comments and newlines.
inline const char* skip_gap(const char* q, const char* e) {
    for (;;) {
        q = skip_comment(skip_blank(q, e), e);
        if (!at_newline(q, e)) return q;
        q += *q == '\r' ? 2 : 1;
    }
}
inline bool touches_bracket(const char* q, const char* e) { return q < e && (*q == '(' || *q == '.' || *q == '['); }

// Scanners: the end of what they read, or nullptr. A broken literal is thrown as SyntaxError.
using Scanner = const char* (*)(const char*, State&);

const char* scan_blank(const char* q, State& s);
const char* scan_gap(const char* q, State& s);
const char* scan_some_blank(const char* q, State& s);
const char* scan_before_operator(const char* q, State& s);  // the newline too, where the next line continues the expression
const char* scan_before_then_else(const char* q, State& s);
const char* scan_before_part(const char* q, State& s);         // ditto for clause words
const char* scan_before_header_part(const char* q, State& s);  // ditto, header words excepted
const char* scan_before_state_part(const char* q, State& s);   // ditto, items of a state excepted
const char* scan_before_suffix(const char* q, State& s);
const char* scan_separator(const char* q, State& s);       // a comma, a newline or both, and more follows
const char* scan_last_separator(const char* q, State& s);  // perhaps a comma, and blanks

const char* scan_word(const char* q, State& s);
const char* scan_name(const char* q, State& s);
const char* scan_bound_name(const char* q, State& s);
const char* scan_dotted(const char* q, State& s);
const char* scan_bound_dotted(const char* q, State& s);
const char* scan_type_pattern(const char* q, State& s);
const char* scan_clause_word(const char* q, State& s);
const char* scan_header_word(const char* q, State& s);
const char* scan_action_word(const char* q, State& s);
const char* scan_step_word(const char* q, State& s);
const char* scan_argument_name(const char* q, State& s);
const char* scan_completing_or(const char* q, State& s);  // `or after`, `or when`
const char* scan_operator(const char* q, State& s);
const char* scan_minus(const char* q, State& s);
const char* scan_dot(const char* q, State& s);  // `.` or `?.`
const char* scan_part_comma(const char* q, State& s);
const char* scan_item_separator(const char* q, State& s);
const char* scan_assign(const char* q, State& s);

const char* scan_number(const char* q, State& s);
const char* scan_timestamp(const char* q, State& s);
const char* scan_text(const char* q, State& s);      // up to `"` or `${`
const char* scan_raw_begin(const char* q, State& s);  // r"
const char* scan_raw(const char* q, State& s);       // up to `"`
const char* scan_block_text(const char* q, State& s);  // up to `"""`

// Looks ahead.
bool object_ahead(const char* q, const char* e);  // `{`, then `}`, `...` or a key and a colon
bool lambda_ahead(const char* q, const char* e);
bool arm_ahead(const char* q, const char* e);
bool call_ahead(const char* q, const char* e);         // dotted(
bool declaration_ahead(const char* q, const char* e);  // a line that can only be a declaration
bool statement_ahead(const char* q, const char* e);    // inside an open bracket: a line that can only be a statement
bool selector_ahead(const char* q, const char* e);     // `expect flow f ..`, `expect no reply`
// A line that belongs to the statement above. `never`: flags of words that begin an item of their own where this statement stands.
bool line_continues(const char* q, const char* e, std::uint16_t never);
// A statement ends here: newline, `}`, the end, in arms a comma; in a header also `{`.
bool statement_ends(const char* q, const char* e, bool header);

}  // namespace weir::grammar
