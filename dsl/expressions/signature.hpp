#pragma once
// The notation in which built-ins state their types (builtins.hpp), read against the types of a call.
#include <string>
#include <string_view>

#include "dsl/types/types.hpp"

namespace weir {

struct SignatureTypes {  // what the variables stand for in one call
    plan::TypeId self = 0;     // S: the first argument
    plan::TypeId element = 0;  // T
    plan::TypeId made = 0;     // U: what the first lambda gives
};
plan::TypeId read_signature(Types& types, std::string_view text, const SignatureTypes& variables);
// Does a value of this type fit what the parameter says? `number` and `object` are words for several kinds.
Fit fits_signature(Types& types, plan::TypeId from, std::string_view text, const SignatureTypes& variables);

}  // namespace weir
