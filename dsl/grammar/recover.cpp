#include "dsl/grammar/recover.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <vector>

#include "dsl/grammar/scan.hpp"

namespace weir::grammar {
namespace {

const char* line_begin(const char* q, const char* base) {
    while (q > base && q[-1] != '\n') --q;
    return q;
}
std::ptrdiff_t indentation(const char* line, const char* e) { return skip_blank(line, e) - line; }

struct Open {
    char sign;
    const char* at;
};

// The walk over brackets, texts and comments.
struct Walk {
    const char* base;
    const char* start;
    const char* error;
    const char* e;
    Room room;
    std::vector<Open> open{};
    std::size_t open_at_line = 0;
    bool unbalanced = false;

    const char* over_text(const char* q) {
        if (begins(q, e, "\"\"\"")) {
            const auto found = rest_of(q + 3, e).find("\"\"\"");
            return found == std::string_view::npos ? q + 1 : q + found + 6;
        }
        ++q;
        while (q < e && *q != '"' && *q != '\n') q += *q == '\\' && q + 1 < e && q[1] != '\n' ? 2 : 1;
        if (q < e && *q == '"') return q + 1;
        open.resize(std::min(open.size(), open_at_line));  // a text without its end hides the closing brackets of its line
        unbalanced = true;
        return q;
    }
    // A `\` at the end of the line was meant so.
    bool line_goes_on(const char* q) const {
        while (q > error && (q[-1] == '\r' || q[-1] == ' ' || q[-1] == '\t')) --q;
        return q > error && q[-1] == '\\';
    }
    void close(char sign) {
        auto k = open.size();
        while (k > 0 && open[k - 1].sign != sign) --k;
        if (k == 0) {
            unbalanced = true;
            return;
        }
        unbalanced = unbalanced || k != open.size();
        open.resize(k - 1);
    }
    // True where this `}` closes the block around.
    bool close_brace(const char* q) {
        while (!open.empty() && open.back().sign != '{') {
            open.pop_back();
            unbalanced = true;
        }
        if (!open.empty()) {
            open.pop_back();
            return false;
        }
        if (q > start && room != Room::header) {
            const char* line = line_begin(start, base);
            const char* n = skip_gap(q + 1, e);
            const char* next = line_begin(n, base);
            const bool same_line = line_begin(q, base) == line;
            const bool block_on_line = std::string_view(line, static_cast<std::size_t>(start - line)).find('{') != std::string_view::npos;
            unbalanced = unbalanced || (same_line && !block_on_line && q >= error);  // it may have lost its `{`
            if (!same_line || block_on_line || q < error || n >= e || next == line || indentation(next, e) < indentation(line, e)) return true;
        }
        unbalanced = true;  // this `}` has lost its `{`: go on behind it
        return false;
    }
    // At the `}` that begins a line: the `{` that is open was opened on the statement's line and never closed, this one closes the block around.
    bool closes_around(const char* line, const char* brace) const {
        if (open.empty() || open.front().at >= error || *brace != '}') return false;
        const char* own = line_begin(start, base);
        const auto here = indentation(line, e), there = indentation(own, e);
        if (here != there) return here < there;
        const char* first = skip_comment(skip_blank(open.back().at + 1, e), e);
        return line_begin(open.back().at, base) == own && !at_newline(first, e) && line_begin(skip_gap(line_end(own, e), e), base) == line;
    }
    std::uint16_t items() const {
        if (room == Room::header) return std::uint16_t{header_word};
        return room == Room::state ? std::uint16_t{state_word} : std::uint16_t{0};
    }
    Resume go() {
        bool line_start = false;
        const char* q = start;
        while (q < e) {
            if (line_start) {
                const char* n = skip_blank(q, e);
                if (n >= error && declaration_ahead(n, e)) return {q, !open.empty()};
                if (!open.empty() && open.back().at < error && line_end(q, e) >= error && statement_ahead(n, e)) return {q, true};
                if (n < e && closes_around(q, n)) return {q, true};
                line_start = false;
                open_at_line = open.size();
            }
            switch (*q) {
                case '#': q = skip_comment(q, e); continue;
                case '"': q = over_text(q); continue;
                case '(':
                case '[': open.push_back({*q, q}); break;
                case '{':
                    if (room == Room::header && open.empty() && q >= error && at_newline(skip_comment(skip_blank(q + 1, e), e), e)) return {q, unbalanced};
                    open.push_back({*q, q});
                    break;
                case ')': close('('); break;
                case ']': close('['); break;
                case '}':
                    if (close_brace(q)) return {q, unbalanced};
                    break;
                case '\n':
                    if (open.empty() && q >= error && !line_goes_on(q) && !line_continues(skip_gap(q, e), e, items())) return {q, unbalanced};
                    line_start = true;
                    break;
                default: break;
            }
            ++q;
        }
        return {e, unbalanced || !open.empty()};
    }
};

}  // namespace

Resume recover_statement(const char* base, const char* statement, const char* error, const char* end, Room room) {
    return Walk{base, statement, error, end, room}.go();
}

const char* recover_declaration(const char* q, const char* error, const char* e) {
    const char* const start = q;
    while (q < e) {
        const char* n = skip_blank(q, e);
        if (q > start && n >= error && (declaration_ahead(n, e))) return q;
        q = line_end(q, e);
        if (q < e) ++q;
    }
    return e;
}

}  // namespace weir::grammar
