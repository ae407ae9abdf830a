#include "tools/command/reporter.hpp"

#include "tools/command/output.hpp"

namespace weir::command {
namespace {

constexpr std::size_t longest_text = 8192;

const char* name_of(LogLevel level) {
    switch (level) {
        case LogLevel::debug: return "debug";
        case LogLevel::info: return "info";
        case LogLevel::warn: return "warn";
        case LogLevel::error: return "error";
    }
    return "error";
}

}  // namespace

void Reporter::clear() {
    if (shown_.empty()) return;
    print_error("\r\x1b[K");
    shown_.clear();
}

void Reporter::write(LogLevel level, std::string_view flow, std::string_view text, std::string_view details) {
    std::string line;
    if (terminal_ && !json_) {
        line = time_text(clock_.wall()).substr(11, 8) + " " + name_of(level) + (flow.empty() ? "" : " " + visible(flow, 200)) + ": " + visible(text, longest_text);
        if (!details.empty()) line += " " + visible(details, longest_text);
    } else {
        const bool cut = text.size() > longest_text;
        line = "{\"at\":\"" + time_text(clock_.wall()) + "\",\"level\":\"" + name_of(level) + "\"";
        if (!flow.empty()) {
            line += ",\"flow\":";
            write_string(line, flow.substr(0, 200));
        }
        line += ",\"text\":";
        write_string(line, cut ? std::string(text.substr(0, longest_text)) + ".." : std::string(text));
        if (details.size() > longest_text) line += ",\"details_left_out\":" + std::to_string(details.size());
        else if (!details.empty()) line += ",\"details\":" + std::string(details);
        line += "}";
    }
    line += '\n';
    const std::lock_guard lock(mutex_);
    clear();
    print_error(line);
}

void Reporter::progress(std::string_view line) {
    if (!shows_progress()) return;
    const std::lock_guard lock(mutex_);
    if (line == shown_) return;
    print_error("\r" + std::string(line) + "\x1b[K");
    shown_ = line;
}

void Reporter::say(std::string_view line) {
    const std::lock_guard lock(mutex_);
    clear();
    print_error(std::string(line) + "\n");
}

}  // namespace weir::command
