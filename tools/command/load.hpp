#pragma once
// From the paths on the command line to a checked plan, with the texts that were read on the way.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "dsl/check/check.hpp"
#include "dsl/diagnostics/findings.hpp"
#include "dsl/source/sources.hpp"
#include "engine/ports/files.hpp"

namespace weir::command {

inline constexpr std::uint64_t largest_file = std::uint64_t{16} << 20;  // of a flow's text

struct Loaded {
    Sources sources;
    Findings findings;
    plan::Plan plan;
    std::map<std::string, std::string> texts;  // by path, all that was read
    std::map<std::string, std::string> params; // of a plan in a store: what its run was given, by file.name; no secrets
    bool good() const { return !findings.has_errors(); }
};
// Every root must be readable: else the error names the path and why.
Result<Done> load(Loaded& into, const std::vector<std::string>& roots, Files& files, const ConnectorCatalog& connectors, bool strict);
// The same from texts that were kept (a plan in a store).
void load_texts(Loaded& into, const std::vector<std::string>& roots, std::map<std::string, std::string> texts, const ConnectorCatalog& connectors);
// { path: text, .. }, and back; a text that is no such object gives nothing.
std::string write_texts(const std::vector<std::string>& roots, const std::map<std::string, std::string>& texts);
bool read_texts(std::string_view json, std::vector<std::string>& roots, std::map<std::string, std::string>& texts);
// What the engine has put beside them: the parameters, as they stand there and by name. Empty: none.
std::string read_params(std::string_view json, std::map<std::string, std::string>& params);

// "3 errors, 1 warning", or empty.
std::string count_findings(const Findings& findings);
// To standard error, as people read them, with the count below.
void show_findings(const Loaded& loaded);

}  // namespace weir::command
