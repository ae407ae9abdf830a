#include "engine/message/json.hpp"
#include "engine/steps/catalog.hpp"

#include <atomic>

namespace weir {
namespace {

// A line in the engine's log. What goes in is text with control characters escaped by the log itself.
class LogStep final : public Step {
public:
    LogStep(LogLevel level, CodePtr text, CodePtr details, std::uint64_t every) : level_(level), text_(std::move(text)), details_(std::move(details)), every_(every) {}
    Go on(Scope& scope, Emissions& out) const override {
        if (every_ > 1 && seen_.fetch_add(1, std::memory_order_relaxed) % every_ != 0) return Go::next;
        Value text, details;
        if (!text_->run(scope, text)) return Go::failed;
        if (details_ != nullptr && !details_->run(scope, details)) return Go::failed;
        std::string line, more;
        if (text.kind() == Kind::string) line = text.text();
        else write_json(line, text);
        if (details_ != nullptr) write_json(more, details);
        if (out.log != nullptr) out.log->write(level_, out.flow, line, more);
        return Go::next;
    }

private:
    LogLevel level_;
    CodePtr text_, details_;
    std::uint64_t every_;
    mutable std::atomic<std::uint64_t> seen_{0};  // `every n` counts over all messages of the step
};

LogLevel level_of(const std::string& word) {
    if (word == "debug") return LogLevel::debug;
    if (word == "warn") return LogLevel::warn;
    if (word == "error") return LogLevel::error;
    return LogLevel::info;
}

}  // namespace

StepPtr make_log(const plan::Node& node, StepMaker& maker, At) {
    return std::make_unique<LogStep>(level_of(node.text), maker.operand(node, 0), maker.operand(node, 1), node.number);
}

}  // namespace weir
