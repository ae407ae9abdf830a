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
    {"...", {Code::W0054, "unexpected `...`", "`...` stands in `[ ]` and `{ }` only"}},
    {"..", {Code::W0054, "unexpected `..`", "a range stands in a pattern, in a type, behind `in` and in clauses"}},
};
const Message bang{Code::W0012, "unexpected `!`", "write `not`"};
const Message question{Code::W0012, "unexpected `?`", "write `if c then a else b`; an optional type is `T?`"};
const Message letters{Code::W0019, "unexpected `{}`", "a name is made of a-z A-Z 0-9 _; other fields are `body[\"{}\"]`"};
const Message if_inside{Code::W0053, "unexpected `if`", "`if` needs `( )` inside an expression"};
const Message if_step{Code::W0014, "`if` begins no step", "steps choose by `route`, `filter` or `detour when`"};
const Message half_number{Code::W0024, "a number has digits on both sides of its dot", "write `0{}`"};
const Message call_inside{Code::W0015, "unexpected `call`", "a call is a step: `let r = call x()`"};
const Message is_arm{Code::W0048, "unexpected `is`", "the type's name alone: `Order -> x`"};
const Message minus_line{Code::W0014, "a line that begins with `-`", "put the `-` at the end of the line above"};
const Message path_set{Code::W0014, "`{}` begins no step", "a path is changed by `set`, a name is bound by `let`: `set {} = ..`"};
const Message on_first{Code::W0014, "`on` begins no step", "`on` follows the step or the `}` it belongs to"};
const Message clause_first{Code::W0014, "`{}` begins a clause and no step", "it stands under the step that it belongs to"};
const Message ambiguous_not{Code::W0052, "unexpected `not`", "write `not x in y`, `not x is T`"};
const Message end_of_file{Code::W0011, "unexpected end of the file"};
const Message closes_nothing{Code::W0037, "this `{}` closes nothing"};
const Message equals{Code::W0013, "unexpected `=`", "a path is changed by `set`, a name is bound by `let`; `==` compares"};
const Message text_here{Code::W0011, "unexpected text in quotes"};
const Message arrow_here{Code::W0013, "unexpected `->`", "one statement to a line"};
const Message call_blank{Code::W0011, "unexpected `(`", "no blank between a function and its `(`"};
const Message field_here{Code::W0011, "unexpected field", "a comma or a new line is missing before it, or a brace around it"};
const Message path_alone{Code::W0014, "`{}` alone is no step", "a path is changed by `set {} = ..`"};
const Message reserved_here{Code::W0011, "unexpected `{}`"};
const Message header_here{Code::W0013, "unexpected `{}`", "the next clause begins on a new line"};
const Message word_here{Code::W0011, "unexpected `{}`"};
const Message sign_here{Code::W0012, "unexpected `{}`"};
const Message newline_here{Code::W0011, "unexpected end of the line"};
const Message not_a_step{Code::W0014, "a step begins with a word, a name and `(`, or `->`"};


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
    if (*q == '"') {
        const char* n = q + 1;
        while (n < e && *n != '"' && *n != '\n') n += *n == '\\' && n + 1 < e && n[1] != '\n' ? 2 : 1;
        return n < e && *n == '"' ? n + 1 : q + 1;
    }
    if (*q == '?' && q + 1 < e && q[1] == ':') return q + 2;
    for (const auto& [sign, message] : signs)
        if (begins(q, e, sign)) return q + sign.size();
    for (std::string_view sign : {"->", "==", "!=", "<=", ">=", "??", "?.", "?["})
        if (begins(q, e, sign)) return q + sign.size();
    return q + 1;
}

std::string filled(std::string_view text, std::string_view token) {
    std::string out(text);
    for (auto at = out.find("{}"); at != std::string::npos; at = out.find("{}", at + token.size())) out.replace(at, 2, token);
    return out;
}

namespace {

const Message* foreign(const char* q, const char* e) {
    if (q >= e) return nullptr;
    for (const auto& [sign, message] : signs)
        if (begins(q, e, sign)) return &message;
    if (word_at(q, e) == "if") return &if_inside;
    if (*q == '!' && !begins(q, e, "!=")) return &bang;
    if (*q == '?' && !begins(q, e, "?.") && !begins(q, e, "??") && !begins(q, e, "?[")) return &question;
    return nullptr;
}

// The word that ends right before the blanks before `q`.
const char* word_before(const char* begin, const char* q) {
    while (q > begin && (q[-1] == ' ' || q[-1] == '\t')) --q;
    while (q > begin && is_word(q[-1])) --q;
    return q;
}

const char* path_end(const char* q, const char* e) {
    q = word_end(q, e);
    for (;;) {
        if (q + 1 < e && *q == '.' && is_letter(q[1])) q = word_end(q + 1, e);
        else if (q < e && *q == '[') {
            const char* n = q;
            while (n < e && *n != ']' && *n != '\n') ++n;
            if (n >= e || *n != ']') return q;
            q = n + 1;
        } else return q;
    }
}

}  // namespace

Told habit_at(const char* statement, const char* q, const char* e) {
    if (q >= e) return {q, nullptr, nullptr};
    if (static_cast<unsigned char>(*q) >= 0x80) {
        while (q > statement && (is_word(q[-1]) || static_cast<unsigned char>(q[-1]) >= 0x80)) --q;
        const char* n = q;
        while (n < e && (is_word(*n) || static_cast<unsigned char>(*n) >= 0x80)) ++n;
        return {q, n, &letters};
    }
    if (const auto* message = foreign(q, e)) return {q, nullptr, message};
    if (*q == '.' && q + 1 < e && is_digit(q[1])) return {q, token_end(q + 1, e), &half_number};
    const auto word = word_at(q, e);
    const char* before = word_before(statement, q);
    const auto previous = word_at(before, e);
    if (word == "not" && previous == "is") return {q, nullptr, &ambiguous_not};
    if ((word == "in" || word == "is") && previous == "not") return {before, nullptr, &ambiguous_not};
    if (!word.empty() && previous == "call" && before != q) return {before, nullptr, &call_inside};
    return {q, nullptr, nullptr};
}

Told why_unexpected(const char* statement, const char* q, const char* e) {
    if (const auto habit = habit_at(statement, q, e); habit.message) return habit;
    auto told = [&](const Message& message) { return Told{q, nullptr, &message}; };
    if (q >= e) return told(end_of_file);
    if (at_newline(q, e)) return told(newline_here);
    if (*q == '}' || *q == ')' || *q == ']') return told(closes_nothing);
    if (*q == '=' && !begins(q, e, "==")) return told(equals);
    if (*q == '"') return told(text_here);
    if (begins(q, e, "->")) return told(arrow_here);
    if (*q == '(') return told(call_blank);
    const auto word = word_at(q, e);
    if (word.empty()) return told(sign_here);
    if (word == "not") return told(ambiguous_not);
    const char* n = q + word.size();
    if (n < e && *n == ':') return told(field_here);
    if (flags_of(word) & reserved) return told(reserved_here);
    if (flags_of(word) & header_word) return told(header_here);
    return told(word_here);
}

Told why_no_statement(const char* q, const char* e) {
    auto told = [&](const Message& message) { return Told{q, nullptr, &message}; };
    const auto word = word_at(q, e);
    if (word == "if") return told(if_step);
    if (word == "is") return told(is_arm);
    if (const auto habit = habit_at(q, q, e); habit.message) return habit;
    if (word == "on") return told(on_first);
    if (flags_of(word) & reserved) return told(reserved_here);
    const char* path = path_end(q, e);
    if (!word.empty()) {
        if ((flags_of(word) & clause_word) && path == q + word.size()) return told(clause_first);
        if (path < e && *path == ':') return told(field_here);
        const char* n = skip_blank(path, e);
        return {q, path, n < e && *n == '=' ? &path_set : &path_alone};
    }
    if (*q == ')' || *q == ']') return told(closes_nothing);
    if (*q == '-') return told(minus_line);
    return told(not_a_step);
}

namespace {
const Message cache_declaration{Code::W0003, "a file has no `{}`", "`table c: T by key for 7d max N`"};
const Message no_declaration{Code::W0003, "a file has no `{}`", "declarations begin with a word such as `flow`, `queue`, `type`, `test`"};
struct Near {
    std::string_view word;
    Message message;
};
#define WEIR_NEAR(w) {w, {Code::W0003, "a file has no `{}`", "`" w "`"}}
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

Told why_no_declaration(const char* q, const char* e) {
    if (const auto habit = habit_at(q, q, e); habit.message) return habit;
    const auto word = word_at(q, e);
    if (word.empty()) return {q, nullptr, q < e && (*q == '}' || *q == ')' || *q == ']') ? &closes_nothing : &sign_here};
    if (word == "cache") return {q, nullptr, &cache_declaration};
    const Near* best = nullptr;
    std::size_t least = word.size() <= 4 ? 2 : 3;
    for (const auto& near : near_words)
        if (const auto d = distance(word, near.word); d < least && d > 0) {
            least = d;
            best = &near;
        }
    return {q, nullptr, best ? &best->message : &no_declaration};
}

}  // namespace weir::grammar
