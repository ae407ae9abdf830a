#pragma once
// Computes one expression for one message after the other, without an engine. Thread: one. The plan outlives it.
#include <vector>

#include "engine/evaluate/evaluate.hpp"
#include "engine/message/arena.hpp"
#include "engine/message/json.hpp"
#include "engine/system/world.hpp"

namespace weir::command {

class Evaluation {
public:
    Evaluation(const plan::Plan& plan, plan::ExprId expression);
    // The value as a line on standard output; false: the failure stands on standard error.
    bool run(std::string_view message, std::uint64_t number);
    bool writable() const { return writable_; }

private:
    Compiler compiler_;
    std::vector<Value> lets_;
    CodePtr code_;
    Arena arena_;
    JsonReader reader_;
    Message message_;
    SystemClock clock_;
    SystemRandom random_;
    SystemEnvironment environment_;
    Scope scope_;
    bool writable_ = true;
};

}  // namespace weir::command
