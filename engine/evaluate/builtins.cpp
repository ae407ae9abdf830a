#include "engine/evaluate/builtins.hpp"

#include <algorithm>
#include <vector>

namespace weir {

std::span<const Implementation> implementations() {
    static const std::vector<Implementation> all = [] {
        std::vector<Implementation> list;
        for (const auto part : {text_implementations(), array_implementations(), object_implementations(), number_implementations(), conversion_implementations(), outside_implementations()})
            list.insert(list.end(), part.begin(), part.end());
        std::sort(list.begin(), list.end(), [](const Implementation& a, const Implementation& b) { return a.name < b.name; });
        return list;
    }();
    return all;
}
const Implementation* find_implementation(std::string_view name) {
    const auto all = implementations();
    const auto at = std::lower_bound(all.begin(), all.end(), name, [](const Implementation& a, std::string_view b) { return a.name < b; });
    return at != all.end() && at->name == name ? &*at : nullptr;
}

}  // namespace weir
