// Texts: escapes decoded, holes built, the indentation of texts over lines taken off.
#include <algorithm>

#include "dsl/grammar/build.hpp"
#include "dsl/grammar/scan.hpp"

namespace weir::grammar {
using namespace syntax;

namespace {

void append_utf8(std::string& out, std::uint32_t c) {
    auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    if (c < 0x80) put(c);
    else if (c < 0x800) {
        put(0xC0 | c >> 6);
        put(0x80 | (c & 63));
    } else if (c < 0x10000) {
        put(0xE0 | c >> 12);
        put(0x80 | (c >> 6 & 63));
        put(0x80 | (c & 63));
    } else {
        put(0xF0 | c >> 18);
        put(0x80 | (c >> 12 & 63));
        put(0x80 | (c >> 6 & 63));
        put(0x80 | (c & 63));
    }
}

std::uint32_t hexadecimal(std::string_view digits) {
    std::uint32_t value = 0;
    for (char h : digits) value = value * 16 + static_cast<std::uint32_t>(is_digit(h) ? h - '0' : (h | 32) - 'a' + 10);
    return value;
}

// The scanner has proved every escape.
std::string decode(std::string_view raw) {
    if (raw.find('\\') == std::string_view::npos) return std::string(raw);
    std::string out;
    out.reserve(raw.size());
    for (std::size_t i = 0; i < raw.size(); ++i) {
        if (raw[i] != '\\') {
            out += raw[i];
            continue;
        }
        switch (raw[++i]) {
            case 'b': out += '\b'; break;
            case 'f': out += '\f'; break;
            case 'n': out += '\n'; break;
            case 'r': out += '\r'; break;
            case 't': out += '\t'; break;
            case 'u': {
                if (raw[i + 1] == '{') {
                    const auto close = raw.find('}', i);
                    append_utf8(out, hexadecimal(raw.substr(i + 2, close - i - 2)));
                    i = close;
                    break;
                }
                std::uint32_t value = hexadecimal(raw.substr(i + 1, 4));
                i += 4;
                if (value >= 0xD800 && value < 0xDC00) {  // the first half of a pair
                    value = 0x10000 + ((value - 0xD800) << 10) + (hexadecimal(raw.substr(i + 3, 4)) - 0xDC00);
                    i += 6;
                }
                append_utf8(out, value);
                break;
            }
            default: out += raw[i]; break;
        }
    }
    return out;
}

std::string_view without_return(std::string_view line) {
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

// The newline behind the first """ and the common indentation go; CRLF becomes LF, so that a checkout does not change a value.
std::string unindent(std::string_view raw) {
    std::vector<std::string_view> lines;
    for (std::size_t at = 0;;) {
        const auto n = raw.find('\n', at);
        if (n == std::string_view::npos) {
            lines.push_back(raw.substr(at));
            break;
        }
        lines.push_back(without_return(raw.substr(at, n - at)));
        at = n + 1;
    }
    const bool opens_line = lines.size() > 1 && lines[0].find_first_not_of(" \t") == std::string_view::npos;
    std::size_t common = std::string_view::npos;
    for (std::size_t i = 1; i < lines.size(); ++i)
        if (const auto first = lines[i].find_first_not_of(" \t"); first != std::string_view::npos) common = std::min(common, first);
    std::string out;
    for (std::size_t i = opens_line ? 1 : 0; i < lines.size(); ++i) {
        std::string_view line = lines[i];
        if (i > 0) line.remove_prefix(std::min(common, line.size()));
        out += line;
        if (i + 1 < lines.size()) out += '\n';
    }
    return out;
}

}  // namespace

std::vector<TextPiece> Builder::pieces(Index i) {
    std::vector<TextPiece> out;
    const std::string_view whole = file_.text;
    auto add = [&](std::string text) {
        if (!text.empty()) out.push_back({std::move(text), nullptr});
    };
    const Node& node = nodes_[i];
    if (node.kind == Kind::raw_text) add(std::string(whole.substr(node.begin + 2, node.end - node.begin - 3)));
    else if (node.kind == Kind::block_text) add(unindent(whole.substr(node.begin + 3, node.end - node.begin - 6)));
    else {
        std::size_t at = node.begin + 1;
        for (Children c = children(i); c.more();) {
            const Index hole = take(c);
            add(decode(whole.substr(at, nodes_[hole].begin - at)));
            out.push_back({{}, expression(hole + 1)});
            at = nodes_[hole].end;
        }
        add(decode(whole.substr(at, node.end - 1 - at)));
    }
    return out;
}

ExprBox Builder::text_literal(Index i) {
    Text node;
    node.form = kind(i) == Kind::raw_text ? TextForm::raw : kind(i) == Kind::block_text ? TextForm::block : TextForm::plain;
    node.pieces = pieces(i);
    auto expr = std::make_unique<Expr>();
    expr->at = span(i);
    expr->node = std::move(node);
    return expr;
}

std::string Builder::plain(Index i) {
    std::string out;
    bool told = false;
    for (auto& piece : pieces(i)) {
        if (piece.hole && !told) {
            told = true;
            findings_.error(Code::W0011, piece.hole->at, "`${{ }}` in a text that must be known before anything runs").help("write the text itself");
        }
        out += piece.text;
    }
    return out;
}

}  // namespace weir::grammar
