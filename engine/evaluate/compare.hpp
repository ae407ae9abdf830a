#pragma once
// Comparison by value: 2.5 equals 2.50, texts by code points, objects whatever their order.
#include "engine/evaluate/node.hpp"

namespace weir {

enum class Order : std::int8_t { less = -1, equal = 0, greater = 1, incomparable = 2 };
// Of numbers (not across decimal and double), texts, bytes, timestamps, durations, sizes, percents of the same kind.
Order order(const Value& a, const Value& b, Arena& arena);
bool equal(const Value& a, const Value& b, Arena& arena);
// Equal values have the same hash.
std::uint64_t hash_of(const Value& value, Arena& arena);
std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash = 0xcbf29ce484222325u);

}  // namespace weir
