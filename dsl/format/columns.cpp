// Alignment. Values of entries and actions of arms stand under each other; what else the author aligned with a neighbour stays aligned.
#include <algorithm>

#include "dsl/format/lines.hpp"

namespace weir::format {
namespace {

constexpr std::uint32_t none = 0xffffffff;

class Aligner {
public:
    Aligner(const Tokens& tokens, const std::vector<Line>& lines) : tokens_(tokens), lines_(lines), group_(tokens.size(), none), columns_(tokens.size()) {}

    std::vector<std::uint32_t> all() {
        blanks_.resize(tokens_.size());
        for (const Line& line : lines_)
            for (std::uint32_t n = line.first + 1; n < line.last; ++n) blanks_[n] = blanks_between(n > line.first + 1 ? &tokens_[n - 2] : nullptr, tokens_[n - 1], tokens_[n]);
        for (std::uint32_t n = 0; n < lines_.size(); ++n) cells_.push_back(cell_of(n));
        for (std::uint32_t n = 0; n + 1 < lines_.size(); ++n) {
            if (lines_[n].comment) continue;
            comments(n);
            const std::uint32_t next = neighbour(n);
            if (next == none) continue;
            if (cells_[n] != 0 && cells_[next] != 0 && (alike(n, next) || were_aligned(cells_[n], cells_[next]))) join(cells_[n], cells_[next]);
            kept(n, next);
        }
        if (!lines_.empty() && !lines_.back().comment) comments(static_cast<std::uint32_t>(lines_.size() - 1));
        place();
        return std::move(columns_);
    }

private:
    // The next line with tokens; none where a blank line lies between or it stands elsewhere.
    std::uint32_t following(std::uint32_t n) const {
        for (++n; n < lines_.size() && !lines_[n].blank_before; ++n)
            if (!lines_[n].comment) return n;
        return none;
    }
    std::uint32_t neighbour(std::uint32_t n) const {
        const std::uint32_t next = following(n);
        return next != none && lines_[next].bracket == lines_[n].bracket && lines_[next].indent == lines_[n].indent ? next : none;
    }
    // The value on a line that holds one entry or arm, the whole of it; 0: it holds none.
    std::uint32_t cell_of(std::uint32_t n) const {
        const Line& line = lines_[n];
        const Token& first = tokens_[line.first];
        if (!first.item || first.cell == 0 || first.cell >= line.last) return 0;
        std::uint32_t depth = 0;  // of the brackets on this line
        for (std::uint32_t k = line.first + 1; k < line.last; ++k) {
            const Token& token = tokens_[k];
            if (token.closes() && depth-- == 0) return 0;
            if (token.item && depth == 0) return 0;
            if (token.opens()) ++depth;
        }
        if (depth > 0) return 0;
        std::uint32_t next = n + 1;
        while (next < lines_.size() && lines_[next].comment) ++next;
        if (next == lines_.size()) return 0;
        const Token& behind = tokens_[lines_[next].first];
        return behind.item || behind.closes() ? first.cell : 0;
    }
    // Short values beside a long condition may stand apart: arms with a `when` are aligned among themselves, `else` with what it ends.
    bool alike(std::uint32_t n, std::uint32_t next) const {
        const Token &above = tokens_[lines_[n].first], &below = tokens_[lines_[next].first];
        return above.guarded == below.guarded || above.text == "else" || below.text == "else";
    }
    bool were_aligned(std::uint32_t i, std::uint32_t k) const {
        const Token &left = tokens_[i], &right = tokens_[k];
        return left.column == right.column && blanks_[i] == 1 && blanks_[k] == 1 && left.gap > 0 && right.gap > 0 && (left.gap > 1 || right.gap > 1);
    }

    std::uint32_t root(std::uint32_t group) const {
        while (parent_[group] != group) group = parent_[group];
        return group;
    }
    std::uint32_t group_of(std::uint32_t token) {
        if (group_[token] == none) {
            group_[token] = static_cast<std::uint32_t>(parent_.size());
            parent_.push_back(group_[token]);
            at_.push_back(0);
        }
        return root(group_[token]);
    }
    void join(std::uint32_t left, std::uint32_t right) {
        const std::uint32_t a = group_of(left), b = group_of(right);
        parent_[b] = a;
        at_[a] = std::max(at_[a], at_[b]);
    }

    // Tokens of two neighbours that stood in one column, one of them behind more than a blank.
    void kept(std::uint32_t n, std::uint32_t next) {
        const Line &a = lines_[n], &b = lines_[next];
        if ((cells_[n] == 0) != (cells_[next] == 0)) return;
        std::uint32_t i = cells_[n] == 0 ? a.first + 1 : cells_[n] + 1, k = cells_[next] == 0 ? b.first + 1 : cells_[next] + 1;
        while (i < a.last && k < b.last) {
            const Token &left = tokens_[i], &right = tokens_[k];
            if (left.sort == Sort::comment || right.sort == Sort::comment || spans_lines(left) || spans_lines(right)) return;
            if (were_aligned(i, k)) join(i, k);
            if (left.column <= right.column) ++i;
            if (right.column <= left.column) ++k;
        }
    }
    // A comment behind a line that stood apart keeps its column where there is room, together with the one on the next line.
    void comments(std::uint32_t n) {
        const std::uint32_t here = lines_[n].last - 1;
        if (!trails(n)) return;
        if (tokens_[here].gap > 1) {
            const std::uint32_t group = group_of(here);
            at_[group] = std::max(at_[group], tokens_[here].column);
        }
        const std::uint32_t next = n + 1;
        if (next == lines_.size() || lines_[next].blank_before || !trails(next)) return;
        const std::uint32_t there = lines_[next].last - 1;
        if (tokens_[here].column == tokens_[there].column && (tokens_[here].gap > 1 || tokens_[there].gap > 1)) join(here, there);
    }
    bool trails(std::uint32_t n) const {
        if (lines_[n].comment || tokens_[lines_[n].last - 1].sort != Sort::comment) return false;
        for (std::uint32_t k = lines_[n].first; k < lines_[n].last; ++k)
            if (spans_lines(tokens_[k])) return false;
        return true;
    }
    static bool spans_lines(const Token& token) { return token.text.find('\n') != std::string_view::npos; }

    // Columns only grow from round to round, and a column shared by a group lies right of all that decides on it: this comes to an end.
    void place() {
        for (bool again = true; again;) {
            again = false;
            for (const Line& line : lines_) {
                std::uint32_t column = line.indent;
                for (std::uint32_t n = line.first; n < line.last; ++n) {
                    if (n > line.first) column += blanks_[n];
                    if (group_[n] != none) {
                        std::uint32_t& shared = at_[root(group_[n])];
                        if (shared < column) {
                            shared = column;
                            again = true;
                        }
                        column = shared;
                    }
                    columns_[n] = column;
                    column += width(tokens_[n].text);
                }
            }
        }
    }

    const Tokens& tokens_;
    const std::vector<Line>& lines_;
    std::vector<std::uint32_t> blanks_, cells_, group_, parent_, at_, columns_;
};

}  // namespace

std::vector<std::uint32_t> columns_of(const Tokens& tokens, const std::vector<Line>& lines) { return Aligner(tokens, lines).all(); }

}  // namespace weir::format
