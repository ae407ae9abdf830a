// Words of the language that this version reads and refuses: each gets a file of its own when it is built.
#include "dsl/steps/steps.hpp"

namespace weir {

std::vector<StepSpec> later_steps() {
    return {
        step("enrich", "Puts the answer of a call into the body.").form("P = call T [V] [timeout D]"),
        step("decode", "Reads the body's format: json, csv, xml, ..").form("F"),
        step("encode", "Writes the body in a format.").form("F"),
        step("claim", "The claim check: stores a part of the body and leaves a ticket.").form("P [for D]"),
        step("redeem", "Puts back what `claim` took out.").form("P"),
        step("put", "Puts a row into a table.").form("NAME V"),
        step("remove", "Removes a row of a table.").form("NAME[V]"),
        step("slip", "The routing slip: the arms in the order of a list.").form("V [max V] ARMS"),
        step("detour", "Goes another way while a condition holds.").form("when V { .. }"),
        step("repeat", "Repeats a block while a condition holds.").form("while V max V { .. }"),
        step("split", "The splitter: each part of a list on its own.").form("(V / call T [V]) [as NAME] [workers V] { .. } [join GROUP]"),
        step("aggregate", "The aggregator: many messages into one.").form("by V [window D of V late D] [starts when V] [complete when (all / V)] [or after D [idle] / else after D A] [max V] [newest V] [once for D] [into V]"),
        step("resequence", "The resequencer: puts messages back into their order.").form("V [by V] [from V] [or after D / else after D A] [max V] [for D]"),
        step("scatter", "Scatter-gather: asks many and puts their answers together.").form("[V] ARMS [gather GROUP]"),
        step("parallel", "Steps that run at the same time.").form("{ .. }"),
        step("call", "Asks an endpoint or a flow and waits for its answer.").form("T [V] [timeout D] [cached D [by V]] [whole]"),
        step("reply", "Answers whoever asked.").form("[V] [V] [header V]"),
        step("transaction", "Steps in one transaction of a database.").form("NAME { .. }"),
        step("count", "Counts into a metric.").form("NAME [add V] [by V]"),
        step("gauge", "Sets a metric.").form("NAME = V [by V]"),
        step("observe", "Puts a value into a metric's histogram.").form("NAME = V [buckets V] [by V]"),
        step("delay", "Waits, durably.").form("(V / until V)"),
        step("throttle", "Lets at most so many messages through; the others wait.").form("RATE [by V]"),
        step("expire", "The message fails as `expired` after a time.").form("(after D / at V)"),
        step("become", "In a process: another state.").form("NAME"),
        step("finish", "In a process: its end.").form(""),
        step("compensate", "In a process: undoes what was done.").form(""),
    };
}

}  // namespace weir
