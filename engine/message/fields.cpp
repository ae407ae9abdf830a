#include "engine/message/fields.hpp"

#include <algorithm>

#include "engine/message/value.hpp"

namespace weir {

namespace {

constexpr std::size_t most_nodes = 4096;  // who looks at more of a body needs no short cut

}  // namespace

std::uint32_t Fields::head_of(At at) {
    return static_cast<std::uint32_t>(Kind::object) | (std::uint32_t{at} + 1) << 16;
}

Fields::At Fields::add() {
    if (nodes_.size() == most_nodes) return none;
    nodes_.emplace_back();
    return static_cast<At>(nodes_.size() - 1);
}

std::size_t Fields::place(At of, std::string_view name) const {
    const std::vector<std::string>& names = nodes_[of].names;
    return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

Fields::Slot Fields::field(At of, std::string_view name) {
    if (of == none) return {};
    const auto place = static_cast<std::uint32_t>(this->place(of, name));
    if (place != nodes_[of].names.size()) return {head_of(of), place, nodes_[of].fields[place]};
    const At below = add();
    if (below == none) {
        keep_whole(of);
        return {};
    }
    nodes_[of].names.emplace_back(name);
    nodes_[of].fields.push_back(below);
    return {head_of(of), place, below};
}

Fields::At Fields::items(At of) {
    if (of == none) return none;
    if (nodes_[of].items == none) {
        const At below = add();
        if (below == none) keep_whole(of);
        else nodes_[of].items = below;
    }
    return nodes_[of].items;
}

void Fields::keep_whole(At of) {
    if (of != none) nodes_[of].whole = true;
}

}  // namespace weir
