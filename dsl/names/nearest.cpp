#include "dsl/names/nearest.hpp"

#include <algorithm>

namespace weir {

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) row[j] = std::min(row[j], before[j - 2] + 1);
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return last[b.size()];
}

std::string nearest(std::string_view name, const std::vector<Candidate>& candidates) {
    if (name.size() < 3) return {};  // everything short is near to everything
    const std::size_t limit = std::max<std::size_t>(1, std::min(name.size(), std::size_t{64}) / 3);
    const Candidate* best = nullptr;
    std::size_t best_distance = limit + 1;
    if (name.size() > 64) return {};
    for (const Candidate& c : candidates) {
        if (c.name.size() > name.size() + limit || c.name == name) continue;
        const std::size_t distance = edit_distance(name, c.name);
        if (distance > limit) continue;
        if (!best || (c.lacking && !best->lacking) || (c.lacking == best->lacking && distance < best_distance)) {
            best = &c;
            best_distance = distance;
        }
    }
    return best ? best->name : std::string();
}

std::string nearest(std::string_view name, const std::vector<std::string>& candidates) {
    std::vector<Candidate> all;
    for (const std::string& c : candidates) all.push_back({c, false});
    return nearest(name, all);
}

}  // namespace weir
