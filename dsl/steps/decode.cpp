#include "dsl/steps/steps.hpp"

namespace weir {

StepSpec decode_step() {
    return step("decode", "Reads the body's format: json, csv, xml, ..").operand("format", Want::format, "the format that the body is in").example("decode csv(separator: \";\")");
}
StepSpec encode_step() {
    return step("encode", "Writes the body in a format.").operand("format", Want::format, "the format that the body gets").example("encode json");
}

}  // namespace weir
