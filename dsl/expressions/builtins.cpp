#include "dsl/expressions/builtins.hpp"

#include <algorithm>

#include "dsl/expressions/builtin_lists.hpp"

namespace weir {

const std::vector<Builtin>& builtins() {
    static const std::vector<Builtin> all = [] {
        std::vector<Builtin> list;
        for (auto part : {text_builtins(), array_builtins(), value_builtins()}) list.insert(list.end(), part.begin(), part.end());
        std::sort(list.begin(), list.end(), [](const Builtin& a, const Builtin& b) { return a.name < b.name; });
        return list;
    }();
    return all;
}

const Builtin* find_builtin(std::string_view name) {
    const auto& all = builtins();
    auto at = std::lower_bound(all.begin(), all.end(), name, [](const Builtin& a, std::string_view b) { return a.name < b; });
    return at != all.end() && at->name == name ? &*at : nullptr;
}

}  // namespace weir
