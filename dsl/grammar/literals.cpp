// Numbers, timestamps and texts.
#include "dsl/grammar/messages.hpp"
#include "dsl/grammar/scan.hpp"

namespace weir::grammar {
namespace {

const Message number_before_letter{Code::W0024, "a number ends before a letter", "`1e9` is a double, `10MB` a size, `90s` a duration"};
const Message leading_zero{Code::W0024, "a number has no leading zero", "write `7`, not `007`"};
const Message not_whole{Code::W0025, "a duration or a size is made of whole numbers", "write `1h30m`, not `1.5h`"};
const Message unknown_unit{Code::W0025, "unknown unit `{}`", "durations are us ms s m h d w, sizes B KB MB GB KiB MiB GiB"};
const Message no_unit{Code::W0025, "a duration ends in a unit", "for example `2h30m`"};
const Message three_dots{Code::W0054, "a range has two dots", "write `1..9`"};
const Message bare_dot{Code::W0024, "a number has digits on both sides of its dot", "write `5.0`, or `1..9` for a range"};
const Message wrong_timestamp{Code::W0026, "a timestamp has a date, a time and a zone", "for example `@2026-01-31T10:00:00Z`"};
const Message unknown_escape{Code::W0022, "unknown escape `{}`", "an escape is one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX \\u{X} \\$; in a regular expression write r\"..\""};
const Message four_digits{Code::W0022, "`\\u` takes four hexadecimal digits", "for example `\\u00e9`, or `\\u{1F600}`"};
const Message open_escape{Code::W0022, "`\\u{` takes one to six hexadecimal digits and `}`", "for example `\\u{1F600}`"};
const Message raw_already{Code::W0023, "text between \"\"\" is raw already", "leave out the `r`"};
const Message safe_index{Code::W0012, "unexpected `?.[`", "`a?[0]`"};
const Message control_character{Code::W0022, "a control character stands in this text", "write it as an escape"};
const Message no_character{Code::W0022, "this escape is no character", "characters end at 10FFFF, and D800 to DFFF stand in pairs only"};

const char* digits_end(const char* q, const char* e) {
    while (q < e && (is_digit(*q) || (*q == '_' && q + 1 < e && is_digit(q[1]) && is_digit(q[-1])))) ++q;
    return q;
}
bool is_time_unit(std::string_view u) { return u == "us" || u == "ms" || u == "s" || u == "m" || u == "h" || u == "d" || u == "w"; }
bool is_size_unit(std::string_view u) { return u == "B" || u == "KB" || u == "MB" || u == "GB" || u == "KiB" || u == "MiB" || u == "GiB"; }

[[noreturn]] void wrong(const char* at, const char* end, const Message& message) { throw SyntaxError{at, end, &message, true}; }

const char* words_end(const char* q, const char* e) {
    while (q < e && is_word(*q)) ++q;
    return q;
}

}  // namespace

const char* scan_number(const char* start, State& s) {
    const char* e = s.end;
    const char* q = start;
    if (q >= e || !is_digit(*q)) return nullptr;
    q = digits_end(q, e);
    bool whole = true;
    if (*start == '0' && q - start > 1) wrong(start, words_end(q, e), leading_zero);
    if (q + 1 < e && *q == '.' && is_digit(q[1])) {
        q = digits_end(q + 1, e);
        whole = false;
    }
    if (q < e && (*q == 'e' || *q == 'E')) {
        const char* x = q + 1;
        if (x < e && (*x == '+' || *x == '-')) ++x;
        if (x < e && is_digit(*x)) {
            q = digits_end(x, e);
            if (q < e && is_letter(*q)) wrong(start, words_end(q, e), number_before_letter);
            return q;
        }
    }
    if (q < e && is_letter(*q)) {
        const char* all = words_end(q, e);
        bool first = true;
        while (q < e && is_letter(*q)) {
            const char* u = q;
            while (q < e && is_letter(*q)) ++q;
            const std::string_view unit(u, static_cast<std::size_t>(q - u));
            const bool time = is_time_unit(unit), size = is_size_unit(unit);
            if (!time && !(size && first)) wrong(u, all, unknown_unit);
            if (!whole) wrong(start, all, not_whole);
            if (!(q < e && is_digit(*q))) break;
            if (size) wrong(start, all, unknown_unit);
            q = digits_end(q, e);
            if (!(q < e && is_letter(*q))) wrong(start, q, no_unit);
            first = false;
        }
        return q;
    }
    if (q < e && *q == '%') return q + 1;
    if (whole && q < e && *q == '/') {  // a rate: 50/s, 100/15m, no blanks
        const char* u = digits_end(q + 1, e);
        const char* v = words_end(u, e);
        if (v != u && is_time_unit({u, static_cast<std::size_t>(v - u)})) return v;
    }
    if (begins(q, e, "...")) wrong(q, q + 3, three_dots);
    if (q < e && *q == '.' && whole && !(q + 1 < e && (q[1] == '.' || is_letter(q[1])))) {
        wrong(start, q + 1, bare_dot);
    }
    return q;
}

const char* scan_timestamp(const char* start, State& s) {
    const char* e = s.end;
    if (start >= e || *start != '@') return nullptr;
    const char* q = start + 1;
    const char* all = q;
    while (all < e && (is_word(*all) || *all == '-' || *all == ':' || *all == '+' || (*all == '.' && all + 1 < e && is_digit(all[1])))) ++all;
    auto take = [&](const char* pattern) {
        for (; *pattern; ++pattern, ++q)
            if (q >= e || (*pattern == '9' ? !is_digit(*q) : *q != *pattern)) return false;
        return true;
    };
    if (!take("9999-99-99T99:99")) wrong(start, all, wrong_timestamp);
    if (q < e && *q == ':') {
        if (!take(":99")) wrong(start, all, wrong_timestamp);
        if (q + 1 < e && *q == '.' && is_digit(q[1])) {
            ++q;
            while (q < e && is_digit(*q)) ++q;
        }
    }
    if (q < e && *q == 'Z') return q + 1;
    if (q < e && (*q == '+' || *q == '-')) {
        ++q;
        if (take("99:99")) return q;
    }
    wrong(start, all, wrong_timestamp);
}

const char* scan_text(const char* q, State& s) {
    const char* e = s.end;
    for (; q < e; ++q) {
        const char c = *q;
        if (c == '"' || c == '\n' || (c == '$' && q + 1 < e && q[1] == '{')) return q;
        if (c == '\r' && at_newline(q, e)) return q;
        if (c == '\\') {
            const char* const escape = q++;
            const char x = q < e ? *q : ' ';
            if (x == 'u') {
                std::uint32_t value = 0;
                auto digit = [&](char h) { value = value * 16 + static_cast<std::uint32_t>(is_digit(h) ? h - '0' : (h | 32) - 'a' + 10); };
                if (q + 1 < e && q[1] == '{') {
                    int count = 0;
                    for (q += 2; q < e && is_hex(*q) && count < 7; ++q, ++count) digit(*q);
                    if (q >= e || *q != '}' || count < 1 || count > 6) wrong(escape, q, open_escape);
                    if (value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) wrong(escape, q + 1, no_character);
                } else {
                    for (int i = 1; i <= 4; ++i) {
                        if (q + i >= e || !is_hex(q[i])) wrong(escape, q + i, four_digits);
                        digit(q[i]);
                    }
                    q += 4;
                    if (value >= 0xDC00 && value <= 0xDFFF) wrong(escape, q + 1, no_character);
                    if (value >= 0xD800 && value <= 0xDBFF) {
                        const bool pair = q + 6 < e && q[1] == '\\' && q[2] == 'u' && (q[3] | 32) == 'd' && std::strchr("cdefCDEF", q[4]) && q[4] && is_hex(q[5]) && is_hex(q[6]);
                        if (!pair) wrong(escape, q + 1, no_character);
                        q += 6;
                    }
                }
            } else if (x == '\n' || x == '\r' || q >= e) {
                return escape;  // the text has no closing quote: its own finding
            } else if (x == '\0' || !std::strchr("\"\\/bfnrt$", x)) {
                wrong(escape, q + 1, unknown_escape);
            }
        } else if (static_cast<unsigned char>(c) < 32 && c != '\t') {
            wrong(q, q + 1, control_character);
        }
    }
    return q;
}
const char* scan_raw_begin(const char* q, State& s) {
    if (!begins(q, s.end, "r\"")) return nullptr;
    if (begins(q, s.end, "r\"\"\"")) wrong(q, q + 4, raw_already);
    return q + 2;
}
const char* scan_dot(const char* q, State& s) {
    if (begins(q, s.end, "?.[")) wrong(q, q + 3, safe_index);
    if (begins(q, s.end, "?.")) return q + 2;
    return q < s.end && *q == '.' && !(q + 1 < s.end && (q[1] == '.' || is_digit(q[1]))) ? q + 1 : nullptr;
}
const char* scan_raw(const char* q, State& s) {
    while (q < s.end && *q != '"' && *q != '\n') ++q;
    return q;
}
const char* scan_block_text(const char* q, State& s) {
    const auto found = rest_of(q, s.end).find("\"\"\"");
    return found == std::string_view::npos ? s.end : q + found;
}

namespace {
const Message reserved_name{Code::W0017, "`{}` is a word of the language, it can't be a name", "choose another name"};
}
const char* scan_bound_name(const char* q, State& s) {
    const auto word = word_at(q, s.end);
    if (word.empty()) return nullptr;
    if (flags_of(word) & (reserved | clause_word)) wrong(q, q + word.size(), reserved_name);
    return q + word.size();
}
const char* scan_bound_dotted(const char* q, State& s) {
    const auto word = word_at(q, s.end);
    const char* n = q + word.size();
    const bool dotted = n + 1 < s.end && *n == '.' && is_letter(n[1]);
    if ((flags_of(word) & reserved) || ((flags_of(word) & clause_word) && !dotted)) wrong(q, n, reserved_name);
    return scan_dotted(q, s);
}

}  // namespace weir::grammar
