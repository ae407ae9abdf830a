#include "dsl/check/header.hpp"

namespace weir {

HeaderWord once_word() { return {step("once", "In a process: a key that has finished begins no new instance.").clause("for", Want::duration, false, "for so long")}; }

}  // namespace weir
