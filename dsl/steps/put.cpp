#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec put_step() {
    return step("put", "Puts a row into a table.")
        .operand("table", Want::dotted, "a table")
        .equals("write `put t v`; the key is the field behind `by`")
        .operand("row", Want::value, "the row; its key is the field behind `by`")
        .example("put seen body");
}
StepSpec remove_step() {
    return step("remove", "Removes a row of a table.").operand("row", Want::entry, "the table and the key: `remove seen[body.id]`").example("remove seen[body.id]");
}

}  // namespace weir
