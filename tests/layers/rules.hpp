#pragma once
// The arrows between the rooms of the house, read from tools/layers.txt, and what breaks them.
#include <string>
#include <string_view>
#include <vector>

namespace weir::layers {

struct Room {
    std::string folder;
    std::vector<std::string> may;  // patterns
};
struct Only {
    std::string header;              // beginning of the name
    std::vector<std::string> where;  // patterns
};
struct Rules {
    std::vector<Room> rooms;
    std::vector<Only> only;
    std::vector<std::string> bad_lines;
};

// `*` is any text, also none, also with slashes.
bool fits(std::string_view pattern, std::string_view text);
Rules read_rules(std::string_view text);
// What is wrong with one file, a sentence each: "dsl/a/b.cpp:3: ...". `path` is relative to the root.
std::vector<std::string> broken(const Rules& rules, std::string_view path, std::string_view text);

}  // namespace weir::layers
