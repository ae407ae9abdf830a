#include "dsl/format/format.hpp"

#include "dsl/format/lines.hpp"
#include "dsl/grammar/parse.hpp"
#include "dsl/grammar/rules.hpp"
#include "dsl/syntax/print.hpp"

namespace weir {
namespace {

std::string write(std::string_view text, const format::Tokens& tokens) {
    const std::vector<format::Line> lines = format::lines_of(tokens);
    const std::vector<std::uint32_t> columns = format::columns_of(tokens, lines);
    // A file keeps the line ends that it came with: they are the business of the editor and of git.
    const std::size_t newline = text.find('\n');
    const std::string_view end = newline != std::string_view::npos && newline > 0 && text[newline - 1] == '\r' ? "\r\n" : "\n";
    std::string out;
    out.reserve(text.size() + text.size() / 8);
    for (const format::Line& line : lines) {
        if (line.blank_before) out += end;
        std::uint32_t column = 0;
        for (std::uint32_t n = line.first; n < line.last; ++n) {
            out.append(columns[n] - column, ' ');
            out += tokens[n].text;
            column = columns[n] + format::width(tokens[n].text);
        }
        out += end;
    }
    return out;
}

// A printed tree without the blanks around the lines of a documentation: they are layout.
std::string without_layout(const std::string& tree) {
    std::string out;
    for (std::size_t at = 0; at < tree.size();) {
        const std::size_t word = tree.find("document", at);
        if (word == std::string::npos) return out + tree.substr(at);
        const std::string_view rest = std::string_view(tree).substr(word);
        const std::size_t text = word + (rest.starts_with("documentation \"") ? 15 : rest.starts_with("documented \"") ? 12 : 8);
        out += tree.substr(at, text - at);
        if (tree[text - 1] != '"') {
            at = text;
            continue;
        }
        std::string blanks;  // that stand at a line's end unless something follows
        bool begun = false;  // the line has more than blanks
        for (at = text; at < tree.size() && tree[at] != '"';) {
            const std::string_view sign = std::string_view(tree).substr(at, tree[at] == '\\' ? 2 : 1);
            at += sign.size();
            if (sign == "\\n") {
                out += sign;
                blanks.clear();
                begun = false;
            } else if (sign == " " || sign == "\\t" || sign == "\\r") {
                blanks += sign;
            } else {
                out += (begun ? blanks : "") + std::string(sign);
                blanks.clear();
                begun = true;
            }
        }
    }
    return out;
}

// The tree and the comments, as a text to compare by.
std::string essence(const std::string& text) {
    Sources sources;
    Findings findings;
    const std::size_t file = sources.add("", text);
    std::string out = without_layout(print(parse(sources, file, findings)));
    if (findings.has_errors()) return out + "errors";
    Findings again;
    for (const format::Token& token : format::tokens_of(sources.file(file).text, grammar::read(sources.file(file), again)))
        if (token.sort == format::Sort::comment) (out += token.text) += '\n';
    return out;
}

}  // namespace

std::optional<std::string> format_flow(const Sources& sources, std::size_t file, Findings& findings) {
    const SourceFile& source = sources.file(file);
    Findings found;
    parse(sources, file, found);
    const bool broken = found.has_errors();
    for (Finding& finding : found.all()) findings.all().push_back(std::move(finding));
    if (broken) return std::nullopt;
    Findings again;
    return write(source.text, format::tokens_of(source.text, grammar::read(source, again)));
}

bool same_flows(const std::string& left, const std::string& right) { return essence(left) == essence(right); }

}  // namespace weir
