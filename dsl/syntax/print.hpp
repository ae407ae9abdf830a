#pragma once
#include <string>

#include "dsl/syntax/tree.hpp"

namespace weir {

// The tree as indented text, for `weir dump --stage=ast` and the goldens.
std::string print(const syntax::File& file);

}  // namespace weir
