#pragma once
// The three parts of the list of built-ins; only builtins.cpp puts them together.
#include "dsl/expressions/builtins.hpp"

namespace weir {

inline FailureSet raises_invalid() {
    FailureSet set;
    set.add(FailureClass::invalid);
    return set;
}

std::vector<Builtin> text_builtins();
std::vector<Builtin> array_builtins();
std::vector<Builtin> value_builtins();

}  // namespace weir
