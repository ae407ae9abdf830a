#include "dsl/steps/clauses.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec split_step() {
    return step("split", "The splitter: each part of a list on its own.")
        .operand("list", Want::value, "the list: `split body.lines { .. }`")
        .operand("call", Want::call, "a call that answers in pages")
        .either()
        .behind(call_clauses(), "..")
        .clause("as", Want::name, Optional, "the name of the part in the block")
        .clause("workers", Want::number, Optional, "so many parts at the same time")
        .operand("steps", Want::block, "the steps of each part")
        .clause("join", Want::nothing, Optional, "puts the parts together again")
        .behind(group_clauses("join "), "..")
        .example("split body.items as i workers 4 { log i.name } join complete when all into { n: group.count }");
}

}  // namespace weir
