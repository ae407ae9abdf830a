#include "tests/layers/rules.hpp"

#include <sstream>

namespace weir::layers {
namespace {

std::string folder_of(std::string_view path) {
    const auto slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string() : std::string(path.substr(0, slash));
}

const Room* room_of(const Rules& rules, std::string_view folder) {
    const Room* best = nullptr;
    for (const Room& room : rules.rooms) {
        const bool holds = folder == room.folder || (folder.size() > room.folder.size() && folder.substr(0, room.folder.size()) == room.folder && folder[room.folder.size()] == '/');
        if (holds && (best == nullptr || best->folder.size() < room.folder.size())) best = &room;
    }
    return best;
}

bool fits_any(const std::vector<std::string>& patterns, std::string_view text) {
    for (const std::string& pattern : patterns)
        if (fits(pattern, text)) return true;
    return false;
}

// What an include line names, with its first quote or bracket; empty: none.
std::string_view included(std::string_view line) {
    std::size_t at = line.find_first_not_of(" \t");
    if (at == std::string_view::npos || line[at] != '#') return {};
    at = line.find_first_not_of(" \t", at + 1);
    if (at == std::string_view::npos || line.substr(at, 7) != "include") return {};
    at = line.find_first_of("\"<", at + 7);
    if (at == std::string_view::npos) return {};
    const std::size_t end = line.find_first_of("\">", at + 1);
    return end == std::string_view::npos ? std::string_view() : line.substr(at, end - at);
}

// A coroutine's temporaries live as long as its frame only by luck of the compiler: no lambda and no braces in the awaited expression.
bool risky_await(std::string_view line) {
    const std::size_t comment = line.find("//");
    line = line.substr(0, comment);
    const std::size_t at = line.find("co_await");
    if (at == std::string_view::npos) return false;
    std::string_view behind = line.substr(at);
    while (!behind.empty() && (behind.back() == ' ' || behind.back() == '{')) behind.remove_suffix(1);  // of an if or a loop
    return behind.find('{') != std::string_view::npos || behind.find("[=") != std::string_view::npos || behind.find("[&") != std::string_view::npos ||
           behind.find("[]") != std::string_view::npos || behind.find("[this") != std::string_view::npos;
}

}  // namespace

bool fits(std::string_view pattern, std::string_view text) {
    const std::size_t star = pattern.find('*');
    if (star == std::string_view::npos) return pattern == text;
    if (text.substr(0, star) != pattern.substr(0, star)) return false;
    for (std::size_t skip = star; skip <= text.size(); ++skip)
        if (fits(pattern.substr(star + 1), text.substr(skip))) return true;
    return false;
}

Rules read_rules(std::string_view text) {
    Rules out;
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line);
        std::string kind, name;
        if (!(words >> kind) || kind[0] == '#') continue;
        words >> name;
        if ((kind != "room" && kind != "only") || name.size() < 2 || name.back() != ':') {
            out.bad_lines.push_back(line);
            continue;
        }
        name.pop_back();
        std::vector<std::string> rest;
        for (std::string word; words >> word;) rest.push_back(word);
        if (kind == "room")
            out.rooms.push_back({name, rest});
        else
            out.only.push_back({name, rest});
    }
    return out;
}

std::vector<std::string> broken(const Rules& rules, std::string_view path, std::string_view text) {
    std::vector<std::string> out;
    const Room* mine = room_of(rules, folder_of(path));
    if (mine == nullptr) return {std::string(path) + ": no room of tools/layers.txt holds it"};
    std::istringstream lines{std::string(text)};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line);) {
        ++number;
        const auto at = [&] { return std::string(path) + ":" + std::to_string(number) + ": "; };
        if (risky_await(line)) out.push_back(at() + "a lambda or a brace in a co_await expression");
        const std::string_view header = included(line);
        if (header.empty()) continue;
        const std::string_view name = header.substr(1);
        if (header[0] == '<') {
            for (const Only& rule : rules.only) {
                const bool meant = rule.header.back() == '/' ? name.substr(0, rule.header.size()) == rule.header : name == rule.header;
                if (meant && !fits_any(rule.where, path)) out.push_back(at() + "<" + std::string(name) + "> may not be included here");
            }
            continue;
        }
        const Room* other = room_of(rules, folder_of(name));
        if (other == nullptr)
            out.push_back(at() + "\"" + std::string(name) + "\" is in no room of tools/layers.txt");
        else if (other != mine && !fits_any(mine->may, other->folder))
            out.push_back(at() + mine->folder + " may not include " + other->folder + " (\"" + std::string(name) + "\")");
    }
    return out;
}

}  // namespace weir::layers
