#include "dsl/check/header.hpp"

namespace weir {

HeaderWord together_word() {
    return {step("together", "Messages that belong together are taken together.").clause("by", Want::value, false, "what they have in common").clause("until", Want::condition, false, "true: all are there").clause("within", Want::duration, Optional, "how long is waited for them")};
}

}  // namespace weir
