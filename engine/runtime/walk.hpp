#pragma once
// How a message goes from step to step: one way, for the flow that runs it and for the trace that computes it again.
// The run holds where it is; what leaves, and what a failure of the whole message means, is the caller's.
#include "engine/runtime/run.hpp"

namespace weir {

// C7: a row of a typed channel whose type has texts that stand for other values, or that was put under another version of the type.
bool read_typed(const plan::Plan& plan, plan::TypeId type, Compiler& compiler, Run& run, Scope& scope);
// Into a step that has failure lines of its own, or out of it. False: the node is a step.
bool cross(Run& run, const Program::Node& node);
// Behind a step that has neither failed nor waits.
void go_behind(Run& run, const Program::Node& node, Go go);
// The next of the copies that are to be made of a message, or on behind them. False: the message itself has ended.
bool next_copy(Run& run, Scope& scope);
// The first line that fits, read top to bottom; a retry that has had its tries gives way to its `then`, or to the lines below it.
const FailureAction* pick(const FailureTable& table, FailureClass kind, std::uint32_t attempt);
// Takes `run.failing` to the lines of the step that failed and of the steps around it. True: the run goes on at `run.at`, and what was sent behind `back`
// is undone. False: `run.action` is the line that ends the message; null: none fits.
bool find_line(Run& run, Scope& scope, Outputs::Mark& back);

}  // namespace weir
