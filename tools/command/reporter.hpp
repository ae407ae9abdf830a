#pragma once
// What a running engine tells on standard error: text and one line of progress on a terminal, JSON lines elsewhere.
// Thread: any. Owner of standard error while a run lasts. Promise: a line is written whole, and nothing in it steers the terminal.
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "engine/ports/log.hpp"
#include "engine/ports/world.hpp"

namespace weir::command {

class Reporter final : public Log {
public:
    Reporter(const Clock& clock, bool terminal, bool json) : clock_(clock), terminal_(terminal), json_(json) {}
    void write(LogLevel level, std::string_view flow, std::string_view text, std::string_view details) override;
    // Rewrites the line of progress; only on a terminal.
    void progress(std::string_view line);
    // A line of its own, as it is: the summary.
    void say(std::string_view line);
    bool shows_progress() const { return terminal_ && !json_; }

private:
    void clear();
    const Clock& clock_;
    const bool terminal_, json_;
    std::mutex mutex_;
    std::string shown_;
};

}  // namespace weir::command
