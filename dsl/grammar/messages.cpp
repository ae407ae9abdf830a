#include "dsl/grammar/messages.hpp"

#include "dsl/grammar/scan.hpp"

namespace weir::grammar {
namespace {

struct Foreign {
    std::string_view sign;
    Message message;
};
// Longer signs first.
const Foreign signs[] = {
    {"&&", {Code::W0012, "unexpected `&&`", "write `and`"}},
    {"||", {Code::W0012, "unexpected `||`", "write `or`"}},
    {"|>", {Code::W0012, "unexpected `|>`", "no pipe: `x.f()`"}},
    {"=>", {Code::W0012, "unexpected `=>`", "write `->`"}},
    {"//", {Code::W0012, "unexpected `//`", "a comment begins with `#`"}},
    {"/*", {Code::W0012, "unexpected `/*`", "a comment begins with `#`"}},
    {"<>", {Code::W0012, "unexpected `<>`", "write `!=`"}},
    {"<<", {Code::W0012, "unexpected `<<`", "there are no bit operators"}},
    {">>", {Code::W0012, "unexpected `>>`", "there are no bit operators"}},
    {"++", {Code::W0012, "unexpected `++`", "`set x = x + 1`"}},
    {"--", {Code::W0012, "unexpected `--`", "`set x = x - 1`"}},
    {"+=", {Code::W0012, "unexpected `+=`", "`set x = x + 1`"}},
    {"-=", {Code::W0012, "unexpected `-=`", "`set x = x - 1`"}},
    {"*=", {Code::W0012, "unexpected `*=`", "`set x = x * 2`"}},
    {"/=", {Code::W0012, "unexpected `/=`", "`set x = x / 2`"}},
    {";", {Code::W0012, "unexpected `;`", "a new line ends a statement"}},
    {"'", {Code::W0012, "unexpected `'`", "text stands in double quotes, raw text in r\"..\""}},
    {"`", {Code::W0012, "unexpected backtick", "text stands in double quotes, raw text in r\"..\""}},
    {"%", {Code::W0012, "unexpected `%`", "`%` makes a percentage, the remainder is `a mod b`"}},
    {"${", {Code::W0012, "unexpected `${`", "`${ }` stands in text only"}},
    {"$", {Code::W0012, "unexpected `$`", "`$` stands in text only"}},
    {"\\", {Code::W0012, "unexpected `\\`", "a line goes on behind an operator, a comma or an open bracket"}},
    {"?:", {Code::W0012, "unexpected `?:`", "write `name: T?`"}},
    {"?.[", {Code::W0012, "unexpected `?.[`", "`a?[0]`"}},
};
const Message bang{Code::W0012, "unexpected `!`", "write `not`"};
const Message question{Code::W0012, "unexpected `?`", "write `if c then a else b`; an optional type is `T?`"};
const Message letters{Code::W0019, "unexpected `%`", "a name is made of a-z A-Z 0-9 _; other fields are `body[\"..\"]`"};
const Message if_inside{Code::W0053, "unexpected `if`", "`if` needs `( )` inside an expression"};
const Message if_step{Code::W0014, "`if` begins no step", "steps choose by `route`, `filter` or `detour when`"};
const Message ambiguous_not{Code::W0052, "unexpected `not`", "write `not x in y`, `not x is T`"};
const Message end_of_file{Code::W0011, "unexpected end of the file"};
const Message closes_nothing{Code::W0037, "this `%` closes nothing"};
const Message two_comparisons{Code::W0051, "unexpected `==`"};
const Message equals{Code::W0013, "unexpected `=`", "a path is changed by `set`, a name is bound by `let`; `==` compares"};
const Message spread_here{Code::W0054, "unexpected `...`", "`...` stands in `[ ]` and `{ }` only"};
const Message range_here{Code::W0054, "unexpected `..`", "a range stands in a pattern, in a type, behind `in` and in clauses"};
const Message text_here{Code::W0011, "unexpected text in quotes"};
const Message arrow_here{Code::W0013, "unexpected `->`", "one statement to a line"};
const Message call_blank{Code::W0011, "unexpected `(`", "no blank between a function and its `(`"};
const Message field_here{Code::W0011, "unexpected field", "a comma or a new line is missing before it, or a brace around it"};
const Message path_alone{Code::W0014, "a path alone is no step", "`set body.x = value`"};
const Message reserved_here{Code::W0011, "unexpected `%`"};
const Message header_here{Code::W0013, "unexpected `%`", "the next clause begins on a new line"};
const Message word_here{Code::W0011, "unexpected `%`"};
const Message sign_here{Code::W0012, "unexpected `%`"};
const Message newline_here{Code::W0011, "unexpected end of the line"};
const Message not_a_step{Code::W0014, "a step begins with a word, a name and `(`, or `->`"};

bool quoted(char c) { return c == '"'; }

}  // namespace

const char* token_end(const char* q, const char* e) {
    if (q >= e) return e;
    if (at_newline(q, e)) return q + (*q == '\r' ? 2 : 1);
    if (is_word(*q)) {
        while (q < e && is_word(*q)) ++q;
        return q;
    }
    if (static_cast<unsigned char>(*q) >= 0x80) {
        while (q < e && (static_cast<unsigned char>(*q) >= 0x80 || is_word(*q))) ++q;
        return q;
    }
    if (quoted(*q)) {
        const char* n = q + 1;
        while (n < e && *n != '"' && *n != '\n') n += *n == '\\' && n + 1 < e && n[1] != '\n' ? 2 : 1;
        return n < e && *n == '"' ? n + 1 : q + 1;
    }
    if (*q == '?' && q + 1 < e && q[1] == ':') return q + 2;
    for (const auto& [sign, message] : signs)
        if (begins(q, e, sign)) return q + sign.size();
    for (std::string_view sign : {"...", "->", "..", "==", "!=", "<=", ">=", "??", "?.", "?["})
        if (begins(q, e, sign)) return q + sign.size();
    return q + 1;
}

const Message* foreign(const char* q, const char* e) {
    if (q >= e) return nullptr;
    for (const auto& [sign, message] : signs)
        if (begins(q, e, sign)) return &message;
    if (word_at(q, e) == "if") return &if_inside;
    if (*q == '!' && !begins(q, e, "!=")) return &bang;
    if (*q == '?' && !begins(q, e, "?.") && !begins(q, e, "??") && !begins(q, e, "?[")) return &question;
    if (static_cast<unsigned char>(*q) >= 0x80) return &letters;
    return nullptr;
}

const Message* why_unexpected(const char* q, const char* e, const char*) {
    if (const auto* message = foreign(q, e)) return message;
    if (q >= e) return &end_of_file;
    if (at_newline(q, e)) return &newline_here;
    if (*q == '}' || *q == ')' || *q == ']') return &closes_nothing;
    if (begins(q, e, "==")) return &two_comparisons;
    if (*q == '=') return &equals;
    if (begins(q, e, "...")) return &spread_here;
    if (begins(q, e, "..")) return &range_here;
    if (*q == '"') return &text_here;
    if (begins(q, e, "->")) return &arrow_here;
    if (*q == '(') return &call_blank;
    const auto word = word_at(q, e);
    if (word.empty()) return &sign_here;
    if (word == "not") return &ambiguous_not;
    const char* n = q + word.size();
    if (n < e && *n == ':') return &field_here;
    if (flags_of(word) & reserved) return &reserved_here;
    if (flags_of(word) & header_word) return &header_here;
    return &word_here;
}

const Message* why_no_statement(const char* q, const char* e) {
    if (word_at(q, e) == "if") return &if_step;
    if (const auto* message = foreign(q, e)) return message;
    const auto word = word_at(q, e);
    if (!word.empty() && !(flags_of(word) & reserved)) return &path_alone;
    if (!word.empty()) return &reserved_here;
    if (q < e && (*q == ')' || *q == ']')) return &closes_nothing;
    return &not_a_step;
}

namespace {
const Message no_declaration{Code::W0003, "a file has no `%`", "declarations begin with a word such as `flow`, `queue`, `type`, `test`"};
struct Near {
    std::string_view word;
    Message message;
};
#define WEIR_NEAR(w) {w, {Code::W0003, "a file has no `%`", "`" w "`"}}
const Near near_words[] = {WEIR_NEAR("edition"), WEIR_NEAR("import"), WEIR_NEAR("param"), WEIR_NEAR("secret"), WEIR_NEAR("connector"), WEIR_NEAR("type"), WEIR_NEAR("command"),
                           WEIR_NEAR("event"), WEIR_NEAR("document"), WEIR_NEAR("queue"), WEIR_NEAR("topic"), WEIR_NEAR("table"), WEIR_NEAR("switch"), WEIR_NEAR("store"),
                           WEIR_NEAR("fn"), WEIR_NEAR("pattern"), WEIR_NEAR("flow"), WEIR_NEAR("process"), WEIR_NEAR("probe"), WEIR_NEAR("test"), WEIR_NEAR("allow")};
#undef WEIR_NEAR

// Edits between two short words; a swap of neighbours counts as one.
std::size_t distance(std::string_view a, std::string_view b) {
    constexpr std::size_t most = 16;
    if (a.size() >= most || b.size() >= most) return most;
    std::size_t d[most][most];
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t k = 0; k <= b.size(); ++k) {
            if (i == 0 || k == 0) {
                d[i][k] = i + k;
                continue;
            }
            d[i][k] = std::min({d[i - 1][k] + 1, d[i][k - 1] + 1, d[i - 1][k - 1] + (a[i - 1] == b[k - 1] ? 0 : 1)});
            if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1]) d[i][k] = std::min(d[i][k], d[i - 2][k - 2] + 1);
        }
    }
    return d[a.size()][b.size()];
}
}  // namespace

const Message* why_no_declaration(const char* q, const char* e) {
    if (const auto* message = foreign(q, e)) return message;
    const auto word = word_at(q, e);
    if (word.empty()) return q < e && (*q == '}' || *q == ')' || *q == ']') ? &closes_nothing : &sign_here;
    const Near* best = nullptr;
    std::size_t least = word.size() <= 4 ? 2 : 3;
    for (const auto& near : near_words)
        if (const auto d = distance(word, near.word); d < least && d > 0) {
            least = d;
            best = &near;
        }
    return best ? &best->message : &no_declaration;
}

}  // namespace weir::grammar
