#pragma once
#include <memory>
#include <string>
#include <vector>

#include "engine/runtime/memo.hpp"
#include "engine/runtime/outputs.hpp"
#include "engine/runtime/program.hpp"

namespace weir {

// Where a run comes back to: behind the copies of a message, or out of a step that has failure lines of its own.
struct Frame {
    std::vector<At> blocks;               // copies: those that are still to run, from `next`
    std::size_t next = 0;
    const FailureTable* on = nullptr;     // a guard
    At behind = at_end;
    Message whole;                        // as the message was
    std::vector<Value> lets;
    Outputs::Mark mark;                   // a guard: what had been sent
};

// One message on its way through the steps. A flow that never waits has one and uses it for every message; where a step can wait each message
// has its own until its commit. Owner: the flow's runner, or the message's flight. Thread: the flow's.
struct Run {
    Run(const plan::Plan& plan, Compiler& compiler, const plan::Flow& flow, Log& log);
    Arena arena;
    Message current;
    Outputs outputs;
    Emissions emissions;
    std::vector<Value> lets;
    std::vector<Frame> frames;
    Memo memo;
    std::vector<std::shared_ptr<const void>> held;  // what the answers of calls point into
    Failure failing;                                // what the last step failed with
    const FailureAction* action = nullptr;          // a step's own line that ends the message; null: the flow's table decides
    std::int64_t retry_after = 0;                   // nanoseconds that a peer asked for
    std::shared_ptr<const Failure> failure;         // while a failure action runs
    At at = at_end;
    At waiting = at_end;                            // the step whose call is under way
    Outcome outcome = Outcome::done;
    std::string failed_step;
    bool over = false;                              // it failed because its time is over: no retry can help
    std::uint64_t action_node = 0;                  // with in_action: which
    bool in_action = false;                         // of the flow's table: a failure now consults no table (F2)
    std::int64_t now = 0;                           // wall
};

enum class Walked : std::uint8_t { ended, failed, waits };

}  // namespace weir
