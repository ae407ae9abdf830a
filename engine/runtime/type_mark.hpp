#pragma once
#include <cstdint>

#include "dsl/plan/plan.hpp"

namespace weir {

// What a channel's reader must know of its type (C7).
struct TypeMark {
    std::uint32_t mark = 0;    // 24 bits over the structure; stands in each row, so that rows of an older type are validated when read. 0: untyped
    bool reads_text = false;   // has fields that stand as text in JSON and are read by their declared type (C1)
};
TypeMark mark_of(const plan::Plan& plan, plan::TypeId type);

}  // namespace weir
