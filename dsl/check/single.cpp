#include "dsl/check/header.hpp"

namespace weir {

HeaderWord single_word() {
    return {step("single", "One engine among several runs the flow.").clause("by", Want::value, false, "who decides: `connector(\"name\")`").clause("for", Want::duration, false, "how long the right is held")};
}

}  // namespace weir
