#include "dsl/check/header.hpp"

namespace weir {

HeaderWord idempotent_word() {
    return {step("idempotent", "The idempotent receiver: a message of a key that was seen is done once.").clause("by", Want::value, false, "the key").clause("for", Want::duration, false, "how long a key is remembered")};
}

}  // namespace weir
