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

// The tree and the comments, as a text to compare by.
std::string essence(const std::string& text) {
    Sources sources;
    Findings findings;
    const std::size_t file = sources.add("", text);
    std::string out = print(parse(sources, file, findings));
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
