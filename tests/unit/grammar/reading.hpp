#pragma once
// What the tests of the parser share: a text read, files found.
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "dsl/diagnostics/findings.hpp"
#include "dsl/source/sources.hpp"
#include "dsl/syntax/tree.hpp"

namespace weir::tests {

struct Reading {
    Sources sources;
    Findings findings;
    syntax::File file;
};
// `Reading` owns the text that the tree looks into, so it is never copied.
std::unique_ptr<Reading> read(std::string path, std::string text);

std::string load(const std::filesystem::path& path);
void save(const std::filesystem::path& path, std::string_view text);
// All *.flow files below a folder of the repository, sorted; those that begin with `fail_` are left out.
std::vector<std::filesystem::path> flows_below(std::string_view folder);
// Everything that must parse: the small sentences, the goldens, the library and the flows.
std::vector<std::filesystem::path> all_flows();
// "W0012 3:7 unexpected `&&` | label | help | fix": one finding to a line.
std::string told(const Reading& reading);

// The text equals that of the golden file; with WEIR_UPDATE=1 the file is written instead.
bool same_as_golden(const std::filesystem::path& path, const std::string& text);

}  // namespace weir::tests
