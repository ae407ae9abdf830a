#include "dsl/grammar/scan.hpp"

namespace weir::grammar {

// ---- blanks and newlines ----
const char* scan_blank(const char* q, State& s) { return s.round ? skip_gap(q, s.end) : skip_blank(q, s.end); }
const char* scan_gap(const char* q, State& s) { return s.one_line ? skip_blank(q, s.end) : skip_gap(q, s.end); }
const char* scan_some_blank(const char* q, State& s) {
    const char* n = scan_blank(q, s);
    return n == q ? nullptr : n;
}

namespace {

bool blank_or_newline(const char* q, const char* e) { return q >= e || *q == ' ' || *q == '\t' || *q == '\n' || *q == '\r'; }

bool continues_expression(const char* q, const char* e) {
    if (q >= e) return false;
    switch (*q) {
        case '.': return q + 1 < e && is_letter(q[1]);
        case '?': return q + 1 < e && (q[1] == '.' || q[1] == '?' || q[1] == '[');
        case '|':
        case '+':
        case '*':
        case '/': return blank_or_newline(q + 1, e);
        case '=':
        case '!': return q + 1 < e && q[1] == '=';
        default: break;
    }
    const auto word = word_at(q, e);
    return (flags_of(word) & continues) && !touches_bracket(q + word.size(), e);
}

bool completing_or(const char* q, const char* e) {
    if (word_at(q, e) != "or") return false;
    const char* n = skip_blank(q + 2, e);
    const auto word = word_at(n, e);
    return (flags_of(word) & completes) && !touches_bracket(n + word.size(), e);
}

// Blanks; and where the next line begins with a word that has one of the `wanted` flags and none of `never`, the newline too.
const char* over_newline(const char* q, State& s, std::uint16_t wanted, std::uint16_t never) {
    q = scan_blank(q, s);
    const char* e = s.end;
    if (s.round || s.one_line || !(q < e && (*q == '#' || at_newline(q, e)))) return q;
    const char* n = skip_gap(q, e);
    if (n >= e) return q;
    if (!is_letter(*n)) return (wanted & continues) && continues_expression(n, e) ? n : q;
    const auto word = word_at(n, e);
    const auto flags = flags_of(word);
    if (s.arms && (flags & arm_line)) return q;
    const char* after = n + word.size();
    const bool field = after < e && (*after == ':' || touches_bracket(after, e) || (*after == '?' && after + 1 < e && after[1] == ':'));
    return !field && (flags & wanted) && !(flags & never) ? n : q;
}

}  // namespace

const char* scan_before_operator(const char* q, State& s) { return over_newline(q, s, continues, 0); }
const char* scan_before_then_else(const char* q, State& s) {
    const bool arms = s.arms;
    s.arms = false;
    q = over_newline(q, s, continues, 0);
    s.arms = arms;
    return q;
}
const char* scan_before_part(const char* q, State& s) {
    q = over_newline(q, s, clause_word, 0);
    if (s.round || s.one_line) return q;
    const char* n = skip_gap(q, s.end);
    return completing_or(n, s.end) ? n : q;
}
const char* scan_before_header_part(const char* q, State& s) { return over_newline(q, s, clause_word, header_word); }
const char* scan_before_state_part(const char* q, State& s) { return over_newline(q, s, clause_word, state_word); }
const char* scan_before_suffix(const char* q, State& s) {
    const char* e = s.end;
    const char* n = q;
    if (s.round) n = skip_gap(q, e);
    else if (!s.one_line) {
        const char* b = skip_blank(q, e);
        if (b < e && (*b == '#' || at_newline(b, e))) n = skip_gap(b, e);
    }
    if (n == q) return q;
    return n + 1 < e && ((*n == '.' && is_letter(n[1])) || (*n == '?' && n[1] == '.')) ? n : q;
}
const char* scan_separator(const char* q, State& s) {
    const char* e = s.end;
    bool found = at_newline(skip_comment(skip_blank(q, e), e), e);
    const char* n = skip_gap(q, e);
    if (n < e && *n == ',') {
        found = true;
        n = skip_gap(n + 1, e);
    }
    return found && n < e && *n != '}' && *n != ',' ? n : nullptr;
}
const char* scan_last_separator(const char* q, State& s) {
    q = skip_gap(q, s.end);
    return q < s.end && *q == ',' ? skip_gap(q + 1, s.end) : q;
}
const char* scan_part_comma(const char* q, State& s) {
    if (q >= s.end || *q != ',') return nullptr;
    const char* n = s.one_line ? skip_blank(q + 1, s.end) : skip_gap(q + 1, s.end);
    // In a block of arms a comma ends the arm.
    return s.arms && (arm_ahead(n, s.end) || (n < s.end && *n == '}')) ? nullptr : n;
}
const char* scan_item_separator(const char* q, State& s) { return scan_last_separator(q, s); }

// ---- words ----
const char* scan_word(const char* q, State& s) {
    const char* n = word_end(q, s.end);
    return n == q ? nullptr : n;
}
const char* scan_name(const char* q, State& s) {
    const auto word = word_at(q, s.end);
    return word.empty() || (flags_of(word) & reserved) ? nullptr : q + word.size();
}
const char* scan_dotted(const char* q, State& s) {
    q = scan_name(q, s);
    if (!q) return nullptr;
    while (q + 1 < s.end && *q == '.' && is_letter(q[1])) q = word_end(q + 1, s.end);
    return q;
}
const char* scan_type_pattern(const char* q, State& s) {
    const char* last = q;
    for (;;) {
        const char* n = word_end(q, s.end);
        if (n == q) return nullptr;
        last = q;
        q = n;
        if (q + 1 < s.end && *q == '.' && is_letter(q[1])) ++q;
        else break;
    }
    return *last >= 'A' && *last <= 'Z' ? q : nullptr;
}
namespace {
const char* flagged(const char* q, State& s, std::uint16_t flag) {
    const auto word = word_at(q, s.end);
    if (!(flags_of(word) & flag)) return nullptr;
    return touches_bracket(q + word.size(), s.end) ? nullptr : q + word.size();
}
}  // namespace
const char* scan_clause_word(const char* q, State& s) { return flagged(q, s, clause_word); }
const char* scan_header_word(const char* q, State& s) { return flagged(q, s, header_word); }
const char* scan_action_word(const char* q, State& s) {
    const char* n = flagged(q, s, action_word);
    return n && (blank_or_newline(n, s.end) || *n == '}' || *n == ',' || *n == '#') ? n : nullptr;
}
const char* scan_step_word(const char* q, State& s) {
    const auto word = word_at(q, s.end);
    if (word.empty() || ((flags_of(word) & (reserved | declares | clause_word)) && word != "switch")) return nullptr;
    const char* n = q + word.size();
    return n < s.end && (*n == ':' || touches_bracket(n, s.end)) ? nullptr : n;
}
const char* scan_argument_name(const char* q, State& s) {
    const char* n = word_end(q, s.end);
    return n != q && n < s.end && *n == ':' ? n : nullptr;
}
const char* scan_completing_or(const char* q, State& s) { return completing_or(q, s.end) ? q + 2 : nullptr; }

// ---- operators ----
const char* scan_operator(const char* q, State& s) {
    const char* e = s.end;
    if (q >= e) return nullptr;
    const char a = *q, b = q + 1 < e ? q[1] : ' ';
    switch (a) {
        case '*':
        case '+': return b == '=' || b == a ? nullptr : q + 1;
        case '/': return b == '/' || b == '*' || b == '=' ? nullptr : q + 1;
        case '-': return b == '>' || b == '=' || b == '-' ? nullptr : q + 1;
        case '?': return b == '?' ? q + 2 : nullptr;
        case '=':
        case '!': return b == '=' ? q + 2 : nullptr;
        case '<': return b == '<' || b == '>' ? nullptr : q + (b == '=' ? 2 : 1);
        case '>': return b == '>' ? nullptr : q + (b == '=' ? 2 : 1);
        default: break;
    }
    if (!is_letter(a)) return nullptr;
    const auto word = word_at(q, e);
    if (word == "and" || word == "mod" || word == "div") return q + 3;
    return word == "or" && !completing_or(q, e) ? q + 2 : nullptr;
}
const char* scan_minus(const char* q, State& s) { return q < s.end && *q == '-' && !(q + 1 < s.end && q[1] == '>') ? q + 1 : nullptr; }
const char* scan_assign(const char* q, State& s) {
    return q < s.end && *q == '=' && !(q + 1 < s.end && (q[1] == '=' || q[1] == '>')) ? q + 1 : nullptr;
}

// ---- looks ahead ----
bool object_ahead(const char* q, const char* e) {
    if (q >= e || *q != '{') return false;
    q = skip_gap(q + 1, e);
    if (q >= e) return false;
    if (*q == '}' || begins(q, e, "...")) return true;
    if (*q == '"') {
        ++q;
        while (q < e && *q != '"' && *q != '\n') q += *q == '\\' && q + 1 < e ? 2 : 1;
        if (q < e) ++q;
    } else {
        const char* n = word_end(q, e);
        if (n == q) return false;
        q = n;
    }
    if (begins(q, e, "?:")) return true;
    q = skip_gap(q, e);
    return q < e && *q == ':';
}
bool lambda_ahead(const char* q, const char* e) {
    if (q < e && *q == '(') {
        ++q;
        for (;;) {
            q = skip_gap(q, e);
            const char* n = word_end(q, e);
            if (n == q) return false;
            q = skip_gap(n, e);
            if (q < e && *q == ',') ++q;
            else break;
        }
        if (q >= e || *q != ')') return false;
        ++q;
    } else {
        const char* n = word_end(q, e);
        if (n == q) return false;
        q = n;
    }
    return begins(skip_blank(q, e), e, "->");
}
bool arm_ahead(const char* q, const char* e) {
    if (q >= e) return false;
    if ((*q >= 'A' && *q <= 'Z') || *q == '"' || is_digit(*q) || *q == '@' || *q == '<' || *q == '>') return true;
    if (*q == '-' && q + 1 < e && is_digit(q[1])) return true;
    const auto word = word_at(q, e);
    return word == "when" || word == "else" || word == "_" || word == "is" || word == "true" || word == "false" || word == "null";
}
bool call_ahead(const char* q, const char* e) {
    const auto word = word_at(q, e);
    if (word.empty() || (flags_of(word) & reserved)) return false;
    q += word.size();
    while (q + 1 < e && *q == '.' && is_letter(q[1])) q = word_end(q + 1, e);
    return q < e && *q == '(';
}
bool declaration_ahead(const char* q, const char* e) {
    const auto word = word_at(q, e);
    if (!(flags_of(word) & declares) || word == "allow") return false;
    const char* b = skip_blank(q + word.size(), e);
    if (b == q + word.size() || b >= e || !(is_word(*b) || *b == '"')) return false;
    if (word != "switch") return true;
    return begins(skip_blank(word_end(b, e), e), e, "=");  // `switch x on` is a test step
}
bool statement_ahead(const char* q, const char* e) {
    if (begins(q, e, "->")) return true;
    if (q < e && *q == '"') {  // an arm; a key has a colon
        const char* n = q + 1;
        while (n < e && *n != '"' && *n != '\n') n += *n == '\\' && n + 1 < e ? 2 : 1;
        if (n >= e || *n != '"') return false;
        const char* b = skip_blank(n + 1, e);
        return begins(b, e, "->") || (b < e && (is_letter(*b) || *b == '{'));
    }
    const auto word = word_at(q, e);
    if (word == "else") {
        const char* b = skip_blank(q + 4, e);
        return begins(b, e, "->") || (b < e && *b == '{');
    }
    if (word.empty() || (flags_of(word) & (reserved | clause_word))) return false;
    const char* b = skip_blank(q + word.size(), e);
    if (b == q + word.size() || b >= e) return false;
    const auto next = word_at(b, e);
    if (!next.empty()) return !(flags_of(next) & reserved);
    return *b == '"' || begins(b, e, "->");
}
bool line_continues(const char* q, const char* e, std::uint16_t never) {
    if (q >= e) return false;
    if (!is_letter(*q)) return continues_expression(q, e);
    const auto word = word_at(q, e);
    const auto flags = flags_of(word);
    const char* after = q + word.size();
    return (flags & (clause_word | continues)) && !(flags & never) && !touches_bracket(after, e) && !(after < e && *after == ':');
}
bool selector_ahead(const char* q, const char* e) {
    const auto word = word_at(q, e);
    if (word != "flow" && word != "process" && word != "probe" && word != "no") return false;
    const char* b = skip_blank(q + word.size(), e);
    if (b == q + word.size() || b >= e || !(is_letter(*b) || *b == '"')) return false;
    const auto next = word_at(b, e);
    for (std::string_view verb : {"has", "holds", "is", "called", "succeeded", "purged", "filtered", "finished", "discarded", "passed", "where", "within"})
        if (next == verb) return false;
    return true;
}
bool statement_ends(const char* q, const char* e, bool header) {
    q = skip_comment(skip_blank(q, e), e);
    if (header && q < e && *q == '{') return true;
    if (q < e && *q == ',') {
        q = skip_gap(q + 1, e);
        return q >= e || *q == '}' || arm_ahead(q, e);
    }
    return q >= e || *q == '}' || at_newline(q, e);
}

}  // namespace weir::grammar
