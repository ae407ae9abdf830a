#include "dsl/diagnostics/render.hpp"

#include <algorithm>
#include <map>

#include "dsl/source/utf8.hpp"

namespace weir {
namespace {

// A line as a terminal shows it, and where each of its bytes stands there.
struct Shown {
    std::string text;
    std::vector<std::size_t> column;  // of each byte of the line, and of its end
};

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::size_t tab_width = 4;
constexpr std::size_t widest_line = 160;

// Tabs become blanks; what a terminal would obey, or could not show, becomes U+FFFD.
Shown shown(std::string_view line) {
    Shown out;
    std::size_t column = 0;
    for (std::size_t at = 0; at < line.size();) {
        std::uint32_t value = 0;
        const std::size_t length = utf8_length(line, at, value);
        const std::size_t bytes = length == 0 ? 1 : length;
        out.column.insert(out.column.end(), bytes, column);
        if (line[at] == '\t') {
            const std::size_t width = tab_width - column % tab_width;
            out.text.append(width, ' ');
            column += width;
        } else if (length == 0 || value < 32 || value == 127 || (value >= 0x80 && value < 0xA0) || turns_direction(value)) {
            out.text += replacement;
            ++column;
        } else {
            out.text += line.substr(at, bytes);
            column += static_cast<std::size_t>(display_width(value));
        }
        at += bytes;
    }
    out.column.push_back(column);
    return out;
}

struct Mark {
    std::size_t begin, end;  // bytes of the line
    char sign;
    std::string text;
};

// The lines of one file that a finding talks about, by number from 0.
using Lines = std::map<std::size_t, std::vector<Mark>>;

class Renderer {
public:
    Renderer(const Sources& sources, bool colour) : sources_(sources), colour_(colour) {}

    std::string take() { return std::move(out_); }

    void finding(const Finding& finding) {
        if (!out_.empty()) out_ += '\n';
        const bool error = finding.severity == Severity::error;
        const std::string_view main_colour = error ? "1;31" : "1;33";
        out_ += painted(fmt::format("{}[{}]", error ? "error" : "warning", name_of(finding.code)), main_colour) + painted(": " + finding.message, "1") + "\n";

        // A single help without an edit stands behind the caret.
        const bool help_inline = finding.label.empty() && finding.fixes.empty() && finding.help.size() == 1;
        std::map<std::size_t, Lines> files;
        const std::size_t home = sources_.count() > 0 ? sources_.index_of(finding.at.begin) : 0;
        add(files, finding.at, '^', help_inline ? "help: " + finding.help[0] : finding.label);
        for (const auto& label : finding.labels) add(files, label.at, '-', label.text);
        width_ = 1;
        for (const auto& [file, lines] : files) width_ = std::max(width_, fmt::format("{}", lines.rbegin()->first + 1).size());
        for (const auto& fix : finding.fixes)
            for (const auto& edit : fix.edits) width_ = std::max(width_, fmt::format("{}", sources_.place(edit.at.begin).line).size());

        if (sources_.count() > 0) {
            snippet(home, files[home], finding.at, "-->", main_colour);
            for (const auto& [file, lines] : files)
                if (file != home) snippet(file, lines, first_of(finding, file), ":::", main_colour);
        }
        for (const auto& fix : finding.fixes) replaced(fix);
        if (!help_inline)
            for (const auto& help : finding.help) note("help: " + help);
        note(fmt::format("see `weir explain {}`", name_of(finding.code)));
    }

private:
    std::string painted(std::string text, std::string_view code) const { return colour_ ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text; }
    std::string gutter(std::string_view number, char bar) const { return painted(fmt::format("{:>{}} {}", number, width_, bar), "34"); }
    void note(const std::string& text) { out_ += gutter("", '=') + " " + text + "\n"; }

    Span first_of(const Finding& finding, std::size_t file) const {
        for (const auto& label : finding.labels)
            if (sources_.index_of(label.at.begin) == file) return label.at;
        return finding.at;
    }

    std::size_t line_begin(Span at) const {
        const SourceFile& file = sources_.file_of(at.begin);
        return file.begin + file.line_starts[sources_.place(at.begin).line - 1];
    }

    void add(std::map<std::size_t, Lines>& files, Span at, char sign, std::string text) const {
        if (sources_.count() == 0) return;
        const Place place = sources_.place(at.begin);
        const std::size_t length = sources_.line(at.begin).size();
        const std::size_t begin = std::min(at.begin - line_begin(at), length);
        const std::size_t end = std::min(std::max<std::size_t>(at.end - line_begin(at), begin), length);  // a span of many lines is marked on its first
        files[place.file][place.line - 1].push_back({begin, end, sign, std::move(text)});
    }

    std::string_view line_text(std::size_t file, std::size_t line) const {
        return sources_.line(sources_.file(file).begin + sources_.file(file).line_starts[line]);
    }

    void snippet(std::size_t file, Lines lines, Span at, std::string_view arrow, std::string_view main_colour) {
        const Place place = sources_.place(at.begin);
        out_ += fmt::format("{:>{}}{} {}:{}:{}\n", "", width_, painted(std::string(arrow), "34"), sources_.file(file).path, place.line, place.column);
        out_ += gutter("", '|') + "\n";
        std::size_t previous = lines.begin()->first;
        for (auto& [line, marks] : lines) {
            if (line > previous + 1) out_ += gutter("", ':') + "\n";
            previous = line;
            std::stable_sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) { return a.begin < b.begin; });
            source_line(line + 1, line_text(file, line), marks, main_colour);
        }
    }

    void source_line(std::size_t number, std::string_view text, const std::vector<Mark>& marks, std::string_view main_colour) {
        // A very long line is cut to what stands around its first mark.
        std::string_view before = "", after = "";
        std::size_t from = 0;
        if (text.size() > widest_line) {
            const std::size_t mark = marks.empty() ? 0 : marks.front().begin;
            const auto whole = [&](std::size_t at) {
                while (at > 0 && at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0) == 0x80) --at;
                return at;
            };
            from = whole(mark > widest_line / 2 ? mark - widest_line / 2 : 0);
            const std::size_t to = whole(std::min(text.size(), from + widest_line));
            before = from > 0 ? ".." : "";
            after = to < text.size() ? ".." : "";
            text = text.substr(from, to - from);
        }
        const Shown line = shown(text);
        auto column = [&](std::size_t byte) { return before.size() + line.column[std::min(byte < from ? 0 : byte - from, text.size())]; };
        std::string content = fmt::format("{} {}{}{}", gutter(fmt::format("{}", number), '|'), before, line.text, after);
        while (!content.empty() && content.back() == ' ') content.pop_back();
        out_ += content + "\n";
        for (const auto& mark : marks) {
            const std::size_t begin = column(mark.begin);
            const std::size_t length = std::max<std::size_t>(1, column(mark.end) - begin);
            std::string under(length, mark.sign);
            if (!mark.text.empty()) under += " " + mark.text;
            out_ += fmt::format("{} {:>{}}{}\n", gutter("", '|'), "", begin, painted(under, mark.sign == '^' ? main_colour : mark.sign == '~' ? "32" : "34"));
        }
    }

    // The lines as they would be with the edits made, what is new underlined.
    void replaced(const Fix& fix) {
        out_ += gutter("", '|') + "\n" + painted("help", "36") + ": " + fix.why + "\n";
        auto edits = fix.edits;
        std::stable_sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.at.begin < b.at.begin; });
        if (!edits.empty()) out_ += gutter("", '|') + "\n";
        for (std::size_t i = 0; i < edits.size();) {
            const std::size_t begin = line_begin(edits[i].at);
            const std::string_view old = sources_.line(edits[i].at.begin);
            std::string text;
            std::vector<Mark> marks;
            std::size_t at = 0;
            const std::size_t number = sources_.place(edits[i].at.begin).line;
            for (; i < edits.size() && line_begin(edits[i].at) == begin; ++i) {
                const std::size_t from = std::clamp<std::size_t>(edits[i].at.begin - begin, at, std::max(at, old.size()));
                text += old.substr(std::min(at, old.size()), from - at);
                if (!edits[i].text.empty()) marks.push_back({text.size(), text.size() + edits[i].text.size(), '~', ""});
                text += edits[i].text;
                at = std::min(std::max(from, static_cast<std::size_t>(edits[i].at.end) - begin), old.size());
            }
            text += old.substr(at);
            if (text.find('\n') == std::string::npos) {
                source_line(number, text, marks, "32");
                continue;
            }
            std::size_t line = number;
            for (std::size_t from = 0; from <= text.size(); ++line) {
                const std::size_t to = std::min(text.find('\n', from), text.size());
                source_line(line, std::string_view(text).substr(from, to - from), {}, "32");
                from = to + 1;
            }
        }
    }

    const Sources& sources_;
    bool colour_;
    std::size_t width_ = 1;
    std::string out_;
};

// ---- JSON ----
void append_json(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        std::uint32_t value = 0;
        const std::size_t length = utf8_length(text, at, value);
        if (length == 0) {
            out += replacement;
            ++at;
            continue;
        }
        const char c = text[at];
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (c == '\r') {
            out += "\\r";
        } else if (value < 32) {
            out += fmt::format("\\u{:04x}", value);
        } else {
            out += text.substr(at, length);
        }
        at += length;
    }
    out += '"';
}

std::string json(std::string_view text) {
    std::string out;
    append_json(out, text);
    return out;
}

std::string json_place(const Sources& sources, Span at) {
    if (sources.count() == 0) return R"("file": "", "line": 1, "column": 1, "end_line": 1, "end_column": 1)";
    const Place begin = sources.place(at.begin);
    // The end within the file: a span never reaches into the next one.
    const Place end = sources.place(std::min(at.end, sources.file(begin.file).span().end));
    return fmt::format(R"("file": {}, "line": {}, "column": {}, "end_line": {}, "end_column": {})", json(sources.file(begin.file).path), begin.line, begin.column, end.line, end.column);
}

template <class T, class F> std::string json_list(const std::vector<T>& all, F each) {
    std::string out = "[";
    for (const auto& one : all) {
        if (out.size() > 1) out += ", ";
        out += each(one);
    }
    return out + "]";
}

}  // namespace

std::string render_text(const Findings& findings, const Sources& sources, bool colour) {
    Renderer renderer(sources, colour);
    for (const auto& finding : findings.all()) renderer.finding(finding);
    return renderer.take();
}

std::string render_json(const Findings& findings, const Sources& sources) {
    std::string out = "{\"findings\": [";
    bool first = true;
    for (const auto& finding : findings.all()) {
        out += first ? "\n  " : ",\n  ";
        first = false;
        out += fmt::format(R"({{"severity": "{}", "code": "{}", "message": {}, {}, "label": {}, "labels": {}, "fixes": {}, "help": {}}})",
                           finding.severity == Severity::error ? "error" : "warning", name_of(finding.code), json(finding.message), json_place(sources, finding.at), json(finding.label),
                           json_list(finding.labels, [&](const Label& label) { return fmt::format(R"({{{}, "text": {}}})", json_place(sources, label.at), json(label.text)); }),
                           json_list(finding.fixes,
                                     [&](const Fix& fix) {
                                         return fmt::format(R"({{"why": {}, "edits": {}}})", json(fix.why), json_list(fix.edits, [&](const Edit& edit) {
                                                                return fmt::format(R"({{{}, "text": {}}})", json_place(sources, edit.at), json(edit.text));
                                                            }));
                                     }),
                           json_list(finding.help, [](const std::string& help) { return json(help); }));
    }
    return out + (first ? "]}\n" : "\n]}\n");
}

}  // namespace weir
