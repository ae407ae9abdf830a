#include "dsl/steps/steps.hpp"

namespace weir {

namespace {

// What a stub does: `(reply [V] [V] / fail CLASS [V]) [after D] [for D / times N]`.
Places outcome() {
    return Places()
        .clause("reply", Want::nothing, false, "answers")
        .behind(Places().operand("first", Want::value, "the status or the body", Optional).operand("second", Want::value, "the body", Optional))
        .operand("failure", Want::failing, "fails as this class")
        .either()
        .clause("after", Want::duration, Optional, "so long after it was asked")
        .clause("for", Want::duration, Optional, "for so long")
        .clause("times", Want::number, Optional, "so often")
        .either();
}

}  // namespace

// The words of a test and of a probe that are no steps.
std::vector<StepSpec> test_words() {
    return {
        step("stub", "Stands for an endpoint.").operand("target", Want::subject, "an endpoint").add(outcome()).clause("then", Want::nothing, Optional, "what it does after that").many().behind(outcome(), "..").text("T OUT {then OUT}"),
        step("send", "Sends a message.")
            .operand("target", Want::subject, "a channel or an endpoint")
            .operand("message", Want::value, "the body", Optional)
            .clause("header", Want::value, Optional, "its headers")
            .clause("meta", Want::value, Optional, "what the engine says of it")
            .clause("source", Want::value, Optional, "what the connector says of it")
            .clause("reply to", Want::subject, Optional, "where the answer goes")
            .clause("times", Want::number, Optional, "so often")
            .clause("as", Want::name, Optional, "a name for its answer"),
        step("expect", "What must be so.").text("[always] T{, T} PREDICATE [where V] [within D]"),
        step("advance", "Lets virtual time pass.").operand("time", Want::duration, "how long"),
        step("pause", "Holds a flow.").clause("flow", Want::dotted, false, "the flow's name"),
        step("resume", "Lets a flow go on.").clause("flow", Want::dotted, false, "the flow's name"),
        step("crash", "Ends the engine and starts it again.").clause("before commit", Want::nothing, Optional, "right before the commit"),
        step("replay", "Sends dead letters again.").operand("channel", Want::dotted, "a channel"),
        step("purge", "Empties a channel.").operand("channel", Want::dotted, "a channel").clause("discard", Want::value, false, "why"),
        step("switch", "Turns a switch.").operand("switch", Want::dotted, "a switch").clause("on", Want::nothing, false, "").clause("off", Want::nothing, false, "").either(),
    };
}

}  // namespace weir
