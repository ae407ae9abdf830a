#include "dsl/steps/steps.hpp"

namespace weir {

// What a state of a process holds.
std::vector<StepSpec> state_words() {
    return {
        step("on", "A message of this channel has come for the instance.").operand("source", Want::subject, "a channel of the process").clause("where", Want::condition, Optional, "selects messages").operand("action", Want::action, "what is done"),
        step("after", "The instance has been in this state for so long.").operand("time", Want::value, "how long").operand("action", Want::action, "what is done"),
        step("when", "A condition on the data holds.").operand("condition", Want::condition, "a condition on `data`").operand("action", Want::action, "what is done"),
        step("enter", "The state begins.").operand("steps", Want::block, "what is done"),
    };
}
// `later`: the message waits for a state that takes it.
ActionSpec later_action() { return {step("later", "The message waits for a state that takes it."), ActionWord::later, in_process, false, "in a process only"}; }

}  // namespace weir
