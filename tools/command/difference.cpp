#include "tools/command/difference.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "tools/command/output.hpp"

namespace weir::command {
namespace {

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
    Lines out;
    for (std::size_t from = 0; from < text.size();) {
        const std::size_t end = std::min(text.find('\n', from), text.size());
        out.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return out;
}

constexpr std::size_t most_cells = std::size_t{4} << 20;

// For each pair of ends the length of what they have in common, as a table; empty where it would be too large.
std::vector<std::uint32_t> common(const Lines& old_lines, const Lines& new_lines) {
    const std::size_t width = new_lines.size() + 1;
    if ((old_lines.size() + 1) * width > most_cells) return {};
    std::vector<std::uint32_t> table((old_lines.size() + 1) * width);
    for (std::size_t i = old_lines.size(); i-- > 0;)
        for (std::size_t k = new_lines.size(); k-- > 0;)
            table[i * width + k] = old_lines[i] == new_lines[k] ? table[(i + 1) * width + k + 1] + 1 : std::max(table[(i + 1) * width + k], table[i * width + k + 1]);
    return table;
}

// A line as it is, but that what can't be seen is named.
std::string shown(std::string_view line) {
    std::string out = visible(line, 300);
    if (line.ends_with(' ')) out += "  (blanks at its end)";
    return out;
}

}  // namespace

std::string difference(const std::string& before, const std::string& after, std::size_t most) {
    Lines old_lines = lines_of(before), new_lines = lines_of(after);
    std::size_t same = 0;
    while (same < old_lines.size() && same < new_lines.size() && old_lines[same] == new_lines[same]) ++same;
    old_lines.erase(old_lines.begin(), old_lines.begin() + static_cast<std::ptrdiff_t>(same));
    new_lines.erase(new_lines.begin(), new_lines.begin() + static_cast<std::ptrdiff_t>(same));
    while (!old_lines.empty() && !new_lines.empty() && old_lines.back() == new_lines.back()) {
        old_lines.pop_back();
        new_lines.pop_back();
    }
    if (old_lines.empty() && new_lines.empty()) return before == after ? "" : "  the end of the last line\n";

    const std::vector<std::uint32_t> table = common(old_lines, new_lines);
    const std::size_t width = new_lines.size() + 1;
    std::string out, added;
    std::size_t count = 0;
    bool open = false;
    const auto flush = [&] {
        out += added;
        added.clear();
    };
    std::size_t i = 0, k = 0;
    while (i < old_lines.size() || k < new_lines.size()) {
        const bool both = i < old_lines.size() && k < new_lines.size();
        if (both && old_lines[i] == new_lines[k] && !table.empty()) {
            flush();
            open = false;
            ++i;
            ++k;
            continue;
        }
        if (++count > most) break;
        if (!open) out += "  line " + std::to_string(same + i + 1) + "\n";
        open = true;
        const bool take_old = k == new_lines.size() || (i < old_lines.size() && (table.empty() || table[(i + 1) * width + k] >= table[i * width + k + 1]));
        if (take_old) out += "  - " + shown(old_lines[i++]) + "\n";
        else added += "  + " + shown(new_lines[k++]) + "\n";
    }
    flush();
    if (count > most) out += "  and more\n";
    return out;
}

}  // namespace weir::command
