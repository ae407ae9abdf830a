#include "dsl/check/header.hpp"

namespace weir {

HeaderWord timeout_word() { return {step("timeout", "The longest that a message may take.").operand("time", Want::duration, "for example 30s")}; }

}  // namespace weir
