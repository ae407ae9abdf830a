#pragma once
// Reads the arguments that the engine evaluated: by name, or by their place among those without a name.
#include <string_view>
#include <vector>

#include "engine/ports/connector.hpp"

namespace weir {

inline const Value* find_argument(const std::vector<Argument>& arguments, std::string_view name, std::size_t place = static_cast<std::size_t>(-1)) {
    std::size_t nameless = 0;
    for (const Argument& a : arguments) {
        if (a.name.empty() ? nameless++ == place : a.name == name) return &a.value;
    }
    return nullptr;
}
inline std::string_view text_argument(const std::vector<Argument>& arguments, std::string_view name, std::size_t place = static_cast<std::size_t>(-1)) {
    const Value* value = find_argument(arguments, name, place);
    return value != nullptr && value->kind() == Kind::string ? value->text() : std::string_view();
}
inline std::int64_t duration_argument(const std::vector<Argument>& arguments, std::string_view name, std::size_t place = static_cast<std::size_t>(-1)) {
    const Value* value = find_argument(arguments, name, place);
    return value != nullptr && value->kind() == Kind::duration ? value->i : 0;
}
// The name of the source, part of the ids it gives (I1): the engine's argument `source`, without one what the source is about.
inline std::string source_name(const std::vector<Argument>& arguments, std::string_view otherwise) {
    const std::string_view given = text_argument(arguments, "source");
    return std::string(given.empty() ? otherwise : given);
}

}  // namespace weir
