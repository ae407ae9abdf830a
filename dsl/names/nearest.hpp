#pragma once
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// How many letters to insert, remove, replace or swap with their neighbour.
std::size_t edit_distance(std::string_view a, std::string_view b);

struct Candidate {
    std::string name;
    bool lacking = false;  // the graph has a hole that this one would fill: it goes before nearer ones
};
// The best near miss, or empty: nothing is near enough to be meant.
std::string nearest(std::string_view name, const std::vector<Candidate>& candidates);
std::string nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace weir
