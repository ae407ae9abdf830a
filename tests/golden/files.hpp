#pragma once
// What the golden tests share: the files of a folder, and checking one as the command would.
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dsl/check/check.hpp"
#include "dsl/check/notes.hpp"

namespace golden {

std::optional<std::string> read(const std::filesystem::path& path);
void write(const std::filesystem::path& path, const std::string& text);
bool update();  // WEIR_UPDATE=1: rewrite instead of compare
std::vector<std::filesystem::path> flows_below(const std::filesystem::path& folder);

struct Checked {
    weir::Sources sources;
    weir::Findings findings;
    weir::plan::Plan plan;
    weir::Notes notes;
};
// `text` stands for the file itself; what it imports is read from its folder (and `std.x` from the library's).
void check(const std::filesystem::path& path, const std::string& text, Checked& out, bool strict = false);

}  // namespace golden
