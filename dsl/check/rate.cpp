#include "dsl/check/header.hpp"

namespace weir {

HeaderWord rate_word() { return {step("rate", "At most so many messages are taken.").operand("rate", Want::rate, "for example 50/s")}; }

}  // namespace weir
