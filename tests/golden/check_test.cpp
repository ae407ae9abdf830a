// Findings stand in the flow itself, under the line that they are about:
//     route body.x -> a
//     #     ^^^^^^ error[W0000] what is wrong, label
//     #            other: the label of another place (line 3)
//     #            help: ..
// `fail_` in the name if and only if there is an error. WEIR_UPDATE=1 rewrites; a plain run proves that nothing would change.
#include <doctest/doctest.h>

#include <map>
#include <set>
#include <sstream>

#include "dsl/steps/spec.hpp"
#include "tests/golden/files.hpp"

namespace {

using weir::Finding;

const std::filesystem::path folder = std::filesystem::path(WEIR_ROOT) / "tests" / "golden" / "check";

bool is_expectation(const std::string& line) {
    const std::size_t at = line.find_first_not_of(' ');
    if (at == std::string::npos || line[at] != '#') return false;
    const std::size_t word = line.find_first_not_of(' ', at + 1);
    return word != std::string::npos && (line[word] == '^' || line.compare(word, 3, ":: ") == 0);
}

// The flow without what an earlier run wrote into it.
std::string stripped(const std::string& text) {
    std::istringstream in(text);
    std::string out, line;
    while (std::getline(in, line))
        if (!is_expectation(line)) out += line + "\n";
    return out;
}

std::string with_findings(const golden::Checked& checked, std::size_t file, const std::string& text) {
    std::map<std::uint32_t, std::vector<const Finding*>> by_line;
    for (const Finding& f : checked.findings.all()) {
        if (checked.sources.index_of(f.at.begin) != file) continue;
        by_line[checked.sources.place(f.at.begin).line].push_back(&f);
    }
    std::istringstream in(text);
    std::string out, line;
    std::uint32_t number = 0;
    auto write = [&](const Finding& f, const std::string& of) {
        const std::uint32_t column = checked.sources.place(f.at.begin).column;
        std::uint32_t width = f.at.end > f.at.begin ? f.at.end - f.at.begin : 1;
        if (column - 1 + width > of.size()) width = static_cast<std::uint32_t>(std::max<std::size_t>(1, of.size() + 1 - column));
        // A caret in the first columns has no room for the `#` before it: it stands behind, with its column.
        std::string prefix = column > 2 ? "#" + std::string(column - 2, ' ') : "# ";
        out += prefix + std::string(width, '^') + (column > 2 ? "" : " (column " + std::to_string(column) + ")") + " " + (f.severity == weir::Severity::error ? "error" : "warning") + "[" + std::string(name_of(f.code)) + "] " + f.message +
               (f.label.empty() ? "" : " | " + f.label) + "\n";
        const std::string more = "#" + std::string(column > 2 ? column - 2 : 1, ' ') + ":: ";
        for (const weir::Label& l : f.labels) {
            const weir::Place place = checked.sources.place(l.at.begin);
            out += more + "line " + std::to_string(place.line) + ": " + l.text + "\n";
        }
        for (const std::string& h : f.help) out += more + "help: " + h + "\n";
        for (const weir::Fix& fix : f.fixes) out += more + "help: " + fix.why + ": `" + fix.edits.front().text + "`\n";
    };
    while (std::getline(in, line)) {
        out += line + "\n";
        for (const Finding* f : by_line[++number]) write(*f, line);
    }
    for (const Finding& f : checked.findings.all()) {
        const weir::Place place = checked.sources.place(f.at.begin);
        if (checked.sources.index_of(f.at.begin) != file)
            out += "# ^ " + checked.sources.file(place.file).path + ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + " " + (f.severity == weir::Severity::error ? "error" : "warning") + "[" + std::string(name_of(f.code)) + "] " + f.message +
                   (f.label.empty() ? "" : " | " + f.label) + "\n";
    }
    for (auto& [at, list] : by_line)
        if (at > number)
            for (const Finding* f : list) write(*f, "");
    return out;
}

// A file in a folder whose main file is another one is only read by it.
bool is_main(const std::filesystem::path& path) {
    const std::string name = path.filename().string();
    return name.rfind("ok_", 0) == 0 || name.rfind("fail_", 0) == 0;
}

}  // namespace

TEST_CASE("every golden of the check says what stands in it") {
    int count = 0;
    for (const auto& path : golden::flows_below(folder)) {
        if (!is_main(path)) continue;
        ++count;
        CAPTURE(path.string());
        const std::string written = *golden::read(path);
        const std::string text = stripped(written);
        golden::Checked checked;
        golden::check(path, text, checked, path.string().find("strict") != std::string::npos);
        std::string now = text;
        for (std::size_t i = 0; i < checked.sources.count(); ++i)
            if (checked.sources.file(i).path == path.filename().string()) now = with_findings(checked, i, text);
        const bool should_fail = path.filename().string().rfind("fail_", 0) == 0;
        CHECK_MESSAGE(checked.findings.has_errors() == should_fail, "`fail_` in the name if and only if there is an error");
        if (golden::update()) golden::write(path, now);
        else CHECK(now == written);
    }
    CHECK(count > 20);
}

TEST_CASE("every code of the checker is shown by a golden") {
    std::set<std::string> shown;
    for (const auto& path : golden::flows_below(folder)) {
        const std::string text = *golden::read(path);
        for (std::size_t at = text.find("[W"); at != std::string::npos; at = text.find("[W", at + 1)) shown.insert(text.substr(at + 1, 5));
    }
    const char* codes[] = {
#define WEIR_CODE(code, title, page) #code,
#include "dsl/diagnostics/codes.def"
#undef WEIR_CODE
    };
    for (const std::string code : codes)
        if (code >= "W0100") CHECK_MESSAGE(shown.count(code) == 1, code << " has no golden");
}

TEST_CASE("every step that runs has its folder of goldens") {
    for (const weir::StepSpec& s : weir::step_catalog())
        if (s.lower) CHECK_MESSAGE(!golden::flows_below(folder / (s.word == "->" ? "send" : s.word)).empty(), s.word << " has no golden");
}

// What an example may name, around it.
std::string frame(const std::string& source, const std::string& example) {
    return "connector web = http(listen: \"127.0.0.1:8080\")\nconnector bank = http(url: \"http://127.0.0.1:9000\")\nconnector people = http(url: \"http://127.0.0.1:9001\")\n"
           "queue in_queue\nqueue log_queue\nflow example\n  from " + source + "\n{\n  " + example + "\n}\n";
}

TEST_CASE("the example of every step that runs parses and checks") {
    for (const weir::StepSpec& s : weir::step_catalog()) {
        if (!s.lower) continue;
        CHECK_MESSAGE(!s.examples.empty(), s.word << " has no example");
        for (const std::string& example : s.examples) {
            CAPTURE(example);
            golden::Checked checked;
            golden::check("example.flow", frame(s.word == "reply" ? "web.post(\"/in\")" : "in_queue", example), checked);
            for (const Finding& f : checked.findings.all()) FAIL_CHECK(f.message);
        }
    }
}

TEST_CASE("every word of the language that is not built says so, once, where its form fits") {
    for (const weir::StepSpec& s : weir::step_catalog()) {
        if (s.lower) continue;
        CHECK_MESSAGE(!s.examples.empty(), s.word << " has no example");
        for (const std::string& example : s.examples) {
            CAPTURE(example);
            golden::Checked checked;
            golden::check("example.flow", "queue in_queue\nflow example\n  from in_queue\n{\n  " + example + "\n}\n", checked);
            for (const Finding& f : checked.findings.all()) CAPTURE(f.message);
            REQUIRE(checked.findings.all().size() == 1);
            CHECK(checked.findings.all().front().code == weir::Code::W0300);
        }
    }
}

TEST_CASE("a word that is not built is told what its form lacks before it is told that it is not built") {
    for (const weir::StepSpec& s : weir::step_catalog()) {
        if (s.lower || s.places.all.empty()) continue;
        CAPTURE(s.word);
        for (const std::string& wrong : {s.word + " $ $", s.word + " nonsense_1 nonsense_2 nonsense_3"}) {
            golden::Checked checked;
            golden::check("example.flow", "queue in_queue\nflow example\n  from in_queue\n{\n  " + wrong + "\n}\n", checked);
            REQUIRE(checked.findings.all().size() == 1);
            CHECK(checked.findings.all().front().code != weir::Code::W0300);
        }
    }
}
