#include "dsl/check/header.hpp"

namespace weir {

HeaderWord history_word() {
    return {step("history", "Whether the way of each message is kept.").choice("`off`", {"off"}, "behind `history` stands `off`"), [](HeaderLowering& h, const syntax::Clause&, const Form&) { h.flow.history = false; }};
}

}  // namespace weir
