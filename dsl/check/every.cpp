#include "dsl/check/header.hpp"

namespace weir {

HeaderWord every_word() { return {step("every", "A probe is sent again and again.").operand("time", Want::duration, "for example 1m")}; }

}  // namespace weir
