#include "dsl/format/tokens.hpp"

#include <algorithm>

#include "dsl/grammar/scan.hpp"
#include "dsl/source/utf8.hpp"

namespace weir::format {
namespace {
using grammar::Kind;
using grammar::Node;
using grammar::Nodes;

bool is_literal(Kind kind) {
    return kind == Kind::number || kind == Kind::timestamp || kind == Kind::plain_text || kind == Kind::raw_text || kind == Kind::block_text;
}

std::size_t sign_length(std::string_view rest) {
    for (std::string_view sign : {"...", "->", "..", "??", "?.", "?[", "?:", "==", "!=", "<=", ">="})
        if (rest.starts_with(sign)) return sign.size();
    return 1;
}

constexpr std::uint32_t tab = 8;

Tokens cut(std::string_view text, const Nodes& nodes) {
    Tokens out;
    const char* const base = text.data();
    const char* const end = base + text.size();
    const char* q = text.starts_with("\xEF\xBB\xBF") ? base + 3 : base;
    auto literal = nodes.begin();
    std::uint32_t column = 0, gap = 0;
    unsigned newlines = 1;
    while (q < end) {
        if (*q == ' ' || *q == '\t') {
            const std::uint32_t step = *q == '\t' ? tab - column % tab : 1;
            column += step;
            gap += step;
            ++q;
            continue;
        }
        if (*q == '\n' || *q == '\r') {
            newlines += *q == '\n' ? 1 : 0;
            column = gap = 0;
            ++q;
            continue;
        }
        Token token;
        token.at = static_cast<std::uint32_t>(q - base);
        token.column = column;
        token.gap = gap;
        token.newlines = static_cast<std::uint8_t>(std::min(newlines, 2u));
        while (literal != nodes.end() && (literal->begin < token.at || !is_literal(literal->kind))) ++literal;
        std::size_t length;
        if (literal != nodes.end() && literal->begin == token.at) {
            token.sort = Sort::literal;
            length = literal->end - literal->begin;
        } else if (*q == '#') {
            token.sort = Sort::comment;
            length = static_cast<std::size_t>(grammar::skip_comment(q, end) - q);
        } else if (grammar::is_letter(*q)) {
            length = static_cast<std::size_t>(grammar::word_end(q, end) - q);
        } else {
            token.sort = Sort::sign;
            length = sign_length({q, static_cast<std::size_t>(end - q)});
        }
        token.text = {q, length};
        q += length;
        column += width(token.text);
        gap = 0;
        newlines = 0;
        if (token.sort == Sort::comment) token.text = token.text.substr(0, token.text.find_last_not_of(" \t") + 1);
        out.push_back(token);
    }
    return out;
}

void pair_brackets(Tokens& tokens) {
    std::vector<std::uint32_t> open;
    for (std::uint32_t n = 0; n < tokens.size(); ++n) {
        if (tokens[n].opens()) open.push_back(n);
        if (!tokens[n].closes() || open.empty()) continue;
        tokens[n].pair = open.back();
        tokens[open.back()].pair = n;
        open.pop_back();
    }
}

// What the nodes say, put to the tokens where they begin.
class Marker {
public:
    Marker(Tokens& tokens, const Nodes& nodes) : tokens_(tokens), nodes_(nodes) {}
    void all() {
        for (std::uint32_t n = 0; n < nodes_.size();) n = mark(n, Kind::file);
    }

private:
    // The first token at or behind an offset, comments left out.
    std::uint32_t token_at(std::uint32_t offset) const {
        auto found = std::lower_bound(tokens_.begin(), tokens_.end(), offset, [](const Token& token, std::uint32_t at) { return token.at < at; });
        while (found != tokens_.end() && found->sort == Sort::comment) ++found;
        return static_cast<std::uint32_t>(found - tokens_.begin());
    }
    static bool is_item(Kind kind, Kind parent) {
        switch (parent) {
            case Kind::file:
            case Kind::header:
            case Kind::block: return true;
            case Kind::object: return kind == Kind::entry || kind == Kind::spread;
            case Kind::record: return kind == Kind::field;
            case Kind::options: return kind == Kind::option;
            case Kind::match: return kind == Kind::match_arm;
            default: return false;
        }
    }
    void mark_cell(Token& first, const Node& node, std::uint32_t index) {
        std::uint32_t behind = 0;
        for (std::uint32_t child = index + 1; child < node.last; child = nodes_[child].last) {
            const Kind kind = nodes_[child].kind;
            if (kind == Kind::when) first.guarded = true;
            if (kind == Kind::key || kind == Kind::pattern || kind == Kind::when || kind == Kind::otherwise) behind = nodes_[child].end;
        }
        if (behind == 0 || behind >= node.end) return;
        std::uint32_t cell = token_at(behind);
        if (cell < tokens_.size() && (tokens_[cell].is(":") || tokens_[cell].is("?:"))) cell = token_at(tokens_[cell].at + 1);
        if (cell < tokens_.size() && tokens_[cell].is(":")) ++cell;
        if (cell < tokens_.size() && tokens_[cell].at < node.end) first.cell = cell;
    }
    // The node with all that is below it; gives the next one. By hand, since nodes nest as deep as the text does.
    std::uint32_t mark(std::uint32_t index, Kind parent) {
        struct Open {
            std::uint32_t last;
            Kind kind;
        };
        std::vector<Open> open{{nodes_[index].last, parent}};
        const std::uint32_t last = nodes_[index].last;
        for (std::uint32_t n = index; n < last; ++n) {
            while (open.size() > 1 && open.back().last <= n) open.pop_back();
            one(n, open.back().kind);
            open.push_back({nodes_[n].last, nodes_[n].kind});
        }
        return last;
    }
    void one(std::uint32_t n, Kind parent) {
        const Node& node = nodes_[n];
        if (node.kind == Kind::file || node.begin == node.end) return;
        const std::uint32_t at = token_at(node.begin);
        if (at >= tokens_.size()) return;
        Token& token = tokens_[at];
        if (is_item(node.kind, parent)) {
            token.item = true;
            token.header = parent == Kind::header;
            if (node.kind == Kind::entry || node.kind == Kind::field || node.kind == Kind::option || node.kind == Kind::arm || node.kind == Kind::match_arm) mark_cell(token, node, n);
        }
        switch (node.kind) {
            case Kind::block:
                token.block = true;
                token.body = parent == Kind::declaration;
                break;
            case Kind::op:
            case Kind::is:
            case Kind::in: token.binary = true; break;
            case Kind::word: token.clause = (grammar::flags_of(token.text) & grammar::clause_word) != 0; break;
            case Kind::binding:
            case Kind::replies:
            case Kind::type_by:
            case Kind::annotation: token.clause = true; break;
            default: break;
        }
    }

    Tokens& tokens_;
    const Nodes& nodes_;
};

}  // namespace

Tokens tokens_of(std::string_view text, const Nodes& nodes) {
    Tokens tokens = cut(text, nodes);
    pair_brackets(tokens);
    Marker(tokens, nodes).all();
    return tokens;
}

std::uint32_t width(std::string_view text) {
    std::uint32_t columns = 0;
    for (std::size_t at = 0; at < text.size();) {
        std::uint32_t character = 0;
        const std::size_t length = utf8_length(text, at, character);
        columns += length == 0 ? 1 : static_cast<std::uint32_t>(display_width(character));
        at += std::max<std::size_t>(length, 1);
    }
    return columns;
}

}  // namespace weir::format
