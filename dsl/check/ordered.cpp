#include "dsl/check/header.hpp"

namespace weir {

HeaderWord ordered_word() { return {step("ordered", "Messages of one key one behind the other.").clause("by", Want::value, false, "the key")}; }

}  // namespace weir
