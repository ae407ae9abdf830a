#include "tools/command/test_report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/message/text.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

std::string seconds_text(double seconds) { return fmt::format("{:.2f} s", seconds); }

std::string expected_lines(const TestFailure& failure, std::string_view indent) {
    std::string out;
    out += fmt::format("{}expected: {}\n{}was:      {}\n", indent, visible(failure.expected), indent, visible(failure.was));
    for (const std::string& note : failure.notes) out += fmt::format("{}  {}\n", indent, visible(note));
    return out;
}

std::string seed_note(const TestOutcome& outcome) { return outcome.seed ? fmt::format(" (--seed {})", *outcome.seed) : std::string(); }

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : visible(text)) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            default: out += c;
        }
    }
    return out;
}

}  // namespace

void place_failure(TestOutcome& outcome, const Sources& sources) {
    if (!outcome.result.failure) return;
    const Span at = outcome.result.failure->at;
    const Place place = sources.place(at.begin);
    outcome.failed_file = sources.file(place.file).path;
    outcome.failed_line = place.line;
    outcome.failed_column = place.column;
    outcome.step = std::string(sources.text(at));
    if (const std::size_t end = outcome.step.find('\n'); end != std::string::npos) outcome.step = outcome.step.substr(0, end) + " ..";
}

std::string report_text(const TestOutcome& outcome, bool colour) {
    const auto painted = [&](std::string_view word, int code) { return colour ? fmt::format("\x1b[{}m{}\x1b[0m", code, word) : std::string(word); };
    if (!outcome.result.failure) return fmt::format("{}    {}: {}\n", painted("ok", 32), outcome.file, visible(outcome.name));
    std::string out = fmt::format("{}  {}: {}{}\n", painted("FAIL", 31), outcome.file, visible(outcome.name), seed_note(outcome));
    const std::string number = std::to_string(outcome.failed_line);
    const std::string blank(number.size(), ' ');
    out += fmt::format("  --> {}:{}:{}\n", outcome.failed_file, outcome.failed_line, outcome.failed_column);
    out += fmt::format("  {} | {}\n  {} | {}\n", number, visible(outcome.step), blank, std::string(std::min<std::size_t>(outcome.step.size(), 120), '^'));
    return out + expected_lines(*outcome.result.failure, "  " + blank + "   ");
}

std::string summary_text(const std::vector<TestOutcome>& all, std::size_t runs, double seconds) {
    if (all.empty()) return "no tests\n";
    std::size_t failed = 0;
    for (const TestOutcome& each : all) failed += each.result.failure.has_value();
    std::string out = counted(all.size(), "test");
    if (runs != all.size()) out += ", " + counted(runs, "run");
    return out + (failed == 0 ? ", all passed" : ", " + std::to_string(failed) + " failed") + ", " + seconds_text(seconds) + "\n";
}

std::string report_json(const std::vector<TestOutcome>& all, double seconds) {
    std::size_t failed = 0;
    std::string out = "{\"tests\":[";
    for (const TestOutcome& each : all) {
        if (&each != &all.front()) out += ',';
        out += "{\"file\":";
        write_string(out, each.file);
        out += ",\"line\":" + std::to_string(each.line) + ",\"name\":";
        write_string(out, each.name);
        out += std::string(",\"ok\":") + (each.result.failure ? "false" : "true");
        if (each.seed) out += ",\"seed\":" + std::to_string(*each.seed);
        std::string took;
        write_duration(took, each.result.took.count());
        out += ",\"virtual_time\":\"" + took + "\",\"seconds\":" + fmt::format("{:.3f}", each.seconds);
        if (const auto& failure = each.result.failure) {
            ++failed;
            out += ",\"failure\":{\"file\":";
            write_string(out, each.failed_file);
            out += fmt::format(",\"line\":{},\"column\":{},\"step\":", each.failed_line, each.failed_column);
            write_string(out, each.step);
            out += ",\"expected\":";
            write_string(out, failure->expected);
            out += ",\"was\":";
            write_string(out, failure->was);
            out += ",\"notes\":[";
            for (const std::string& note : failure->notes) {
                if (&note != &failure->notes.front()) out += ',';
                write_string(out, note);
            }
            out += "]}";
        }
        out += '}';
    }
    return out + fmt::format("],\"passed\":{},\"failed\":{},\"seconds\":{:.3f}}}\n", all.size() - failed, failed, seconds);
}

std::string report_junit(const std::vector<TestOutcome>& all, double seconds) {
    std::size_t failed = 0;
    std::string cases;
    for (const TestOutcome& each : all) {
        cases += fmt::format("  <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\" time=\"{:.3f}\"", escaped(each.file), escaped(each.name), escaped(each.file), each.line, each.seconds);
        if (!each.result.failure) {
            cases += "/>\n";
            continue;
        }
        ++failed;
        const std::string where = fmt::format("{}:{}:{}{}\n{}\n", each.failed_file, each.failed_line, each.failed_column, seed_note(each), each.step);
        cases += fmt::format(">\n    <failure message=\"expected {}, was {}\">", escaped(each.result.failure->expected), escaped(each.result.failure->was));
        std::string text = where + expected_lines(*each.result.failure, "");
        std::string lines;
        for (std::size_t from = 0; from < text.size();) {
            const std::size_t end = std::min(text.find('\n', from), text.size());
            lines += escaped(text.substr(from, end - from)) + "\n";
            from = end + 1;
        }
        cases += lines + "</failure>\n  </testcase>\n";
    }
    return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"weir\" tests=\"{}\" failures=\"{}\" time=\"{:.3f}\">\n", all.size(), failed, seconds) + cases + "</testsuite>\n";
}

}  // namespace weir::command
