#include "tests/golden/files.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "connectors/catalog.hpp"

namespace golden {

std::optional<std::string> read(const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return std::nullopt;
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

void write(const std::filesystem::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

bool update() {
    const char* value = std::getenv("WEIR_UPDATE");
    return value && std::string_view(value) == "1";
}

std::vector<std::filesystem::path> flows_below(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> all;
    if (!std::filesystem::exists(folder)) return all;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
        if (entry.path().extension() == ".flow") all.push_back(entry.path());
    std::sort(all.begin(), all.end());
    return all;
}

void check(const std::filesystem::path& path, const std::string& text, Checked& out, bool strict) {
    const std::string name = path.filename().string();
    const auto reader = [&](const std::string& wanted) -> std::optional<std::string> {
        if (wanted == name) return text;
        if (wanted.rfind("std/", 0) == 0)
            if (auto found = read(std::filesystem::path(WEIR_ROOT) / "stdlib" / wanted.substr(4))) return found;
        return read(path.parent_path() / wanted);
    };
    weir::CheckOptions options;
    options.strict = strict;
    options.notes = &out.notes;
    out.plan = weir::check({name}, reader, weir::builtin_specs(), options, out.sources, out.findings);
}

}  // namespace golden
