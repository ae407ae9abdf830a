#include "dsl/format/lines.hpp"

namespace weir::format {
namespace {

constexpr std::uint32_t step = 2;

// The newlines before each token: the author's, without blank lines at the ends of brackets, and with those that braces want.
std::vector<std::uint8_t> breaks_of(const Tokens& tokens) {
    std::vector<std::uint8_t> breaks(tokens.size());
    struct Open {
        std::uint32_t at;
        bool several;  // an item of it begins a line
    };
    std::vector<Open> open;
    for (std::uint32_t n = 0; n < tokens.size(); ++n) {
        const Token& token = tokens[n];
        breaks[n] = token.newlines;
        const bool edge = n == 0 || tokens[n - 1].opens() || token.closes();
        if (edge && breaks[n] > 1) breaks[n] = 1;
        if (token.newlines > 0 && !open.empty() && (token.item || token.closes() || token.sort == Sort::comment)) open.back().several = true;
        if (token.opens()) open.push_back({n, false});
        if (!token.closes() || open.empty()) continue;
        const Open closed = open.back();
        open.pop_back();
        if (!token.is("}") || !closed.several || closed.at + 1 == n) continue;
        if (breaks[n] == 0) breaks[n] = 1;
        if (breaks[closed.at + 1] == 0 && tokens[closed.at + 1].sort != Sort::comment) breaks[closed.at + 1] = 1;
    }
    return breaks;
}

// A bracket that is open, or the file itself.
struct Frame {
    std::uint32_t bracket = 0;      // its token plus one
    std::uint32_t line_indent = 0;  // of the line that it stands on
    std::uint32_t base = 0;         // where its items stand
    std::uint32_t item = 0;         // the indent of the line on which the item now began
    std::uint32_t clause = 0;       // ditto of its last clause that has a line of its own, or of the item
    std::uint32_t list = 0;         // where a list goes on that ended its line with a comma
    bool round = false;
    bool fresh = true;  // in ( ) and [ ]: an item begins here
};

class Reader {
public:
    explicit Reader(const Tokens& tokens) : tokens_(tokens), breaks_(breaks_of(tokens)) { frames_.emplace_back(); }

    std::vector<Line> all() {
        for (std::uint32_t n = 0; n < tokens_.size();) {
            Line line;
            line.first = n;
            line.last = n + 1;
            while (line.last < tokens_.size() && breaks_[line.last] == 0) ++line.last;
            line.comment = tokens_[n].sort == Sort::comment;
            // `#!` is a comment like any other where it does not begin the file, and stays one.
            line.blank_before = n > 0 ? breaks_[n] > 1 : tokens_[n].at > 0 && tokens_[n].text.starts_with("#!");
            line.indent = line.comment ? comment_indent(n) : indent(n);
            line.bracket = frames_.back().bracket;
            lines_.push_back(line);
            if (!line.comment) walk(line);
            n = line.last;
        }
        return std::move(lines_);
    }

private:
    // A comment stands as deep as what it is written above.
    std::uint32_t comment_indent(std::uint32_t n) {
        if (n < commented_) return comment_indent_;  // one more line of the same block
        std::uint32_t next = n;
        while (next < tokens_.size() && tokens_[next].sort == Sort::comment) ++next;
        commented_ = next;
        return comment_indent_ = indent_above(next);
    }
    std::uint32_t indent_above(std::uint32_t next) const {
        if (next == tokens_.size()) return 0;
        if (tokens_[next].closes()) return frames_.back().base;
        if (tokens_[next].body) return tokens_[next - 1].column > 0 ? step : 0;  // between a header and its body
        return indent(next);
    }
    std::uint32_t indent(std::uint32_t n) const {
        const Token& token = tokens_[n];
        const Frame& frame = frames_.back();
        if (token.closes()) return frame.line_indent;
        if (frame.round) return frame.fresh ? frame.base : frame.item + step;
        if (token.item) return token.header ? step : frame.base;
        if (token.block) return token.body ? 0 : frame.item;
        if (token.clause) return frame.item + step;
        if (ends_with_comma(n)) return frame.list;
        return frame.clause + step;
    }
    bool ends_with_comma(std::uint32_t n) const {
        while (n > 0 && tokens_[n - 1].sort == Sort::comment) --n;
        return n > 0 && tokens_[n - 1].is(",");
    }
    void begin_item(const Token& token, const Line& line, bool first) {
        Frame& frame = frames_.back();
        frame.item = frame.clause = token.header ? step : line.indent;
        frame.list = first ? frame.item + width(token.text) + 1 : frame.item + step;
        frame.fresh = false;
    }
    void walk(const Line& line) {
        for (std::uint32_t n = line.first; n < line.last; ++n) {
            const Token& token = tokens_[n];
            if (token.sort == Sort::comment) continue;
            if (token.closes()) {
                if (frames_.size() > 1) frames_.pop_back();
                continue;
            }
            Frame& frame = frames_.back();
            if (frame.round ? frame.fresh : token.item) begin_item(token, line, n == line.first);
            else if (!frame.round && token.clause && n == line.first) {
                frame.clause = line.indent;
                frame.list = line.indent + width(token.text) + 1;
            }
            if (frame.round && token.is(",")) frame.fresh = true;
            if (!token.opens()) continue;
            Frame inner;
            inner.bracket = n + 1;
            inner.line_indent = inner.item = inner.clause = token.body ? 0 : line.indent;
            inner.base = inner.list = inner.item + step;
            inner.round = !token.is("{");
            frames_.push_back(inner);
        }
    }

    const Tokens& tokens_;
    std::vector<std::uint8_t> breaks_;
    std::vector<Frame> frames_;
    std::vector<Line> lines_;
    std::uint32_t commented_ = 0, comment_indent_ = 0;  // the token behind the comments that were read last, and where they stand
};

}  // namespace

std::vector<Line> lines_of(const Tokens& tokens) { return Reader(tokens).all(); }

}  // namespace weir::format
