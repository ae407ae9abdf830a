#pragma once
// The parts of the file kind; kind.cpp puts them together.
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "engine/ports/connector.hpp"

namespace weir::file {

inline constexpr std::uint64_t max_file = std::uint64_t{16} << 20;

struct LinesOptions {
    std::string path;
    std::string name;   // of the source, in its ids
    Format format = Format::text;
};
std::unique_ptr<Source> lines_source(LinesOptions options, No number, ConnectorWorld world);

struct ReadOptions {
    std::string glob;
    std::string name;
    std::string done;             // folder; empty: the files stay
    bool remove = false;          // done: delete
    std::int64_t settled = 0;     // nanoseconds that size and mtime must have stayed
    std::int64_t every = 0;       // 0: looks once
    std::optional<Format> format; // else by extension
};
std::unique_ptr<Source> read_source(ReadOptions options, No number, ConnectorWorld world);

std::unique_ptr<Sink> write_sink(ConnectorWorld world);

// The path that a send goes to: argument `path`, the first without a name. Argument `root`: the folder of the constant text before the first `${`,
// "." where there is none; what follows comes from a message and stays below it. Without `root` the path is all constant. False: `failure` (invalid).
bool target_path(const std::vector<Argument>& arguments, std::string& path, Failure& failure);

// Small ones.
std::string_view folder_of(std::string_view path);     // "" where there is none, else with its slash
std::string_view name_of(std::string_view path);
Format format_of(std::string_view path, Format otherwise);  // json for .json, .jsonl, .ndjson
std::string shown(std::string_view path);              // for a sentence: control characters escaped, 200 bytes at most
std::string explain(const Error& error, std::string_view path, const std::string& working_folder, std::string_view what);
Failure failure_of(const Error& error);
Id128 identity(std::string_view what, const FileStatus& status, std::uint64_t more = 0);

// Files that fit a glob, regular ones only, by name. `*` and `?` within a part, `**` for any folders; a leading dot must be written. Links are not followed.
struct Found {
    std::string path;
    FileStatus status;
};
struct GlobResult {
    std::vector<Found> files;
    std::uint64_t others = 0;       // fit the name, but are no regular file
    std::optional<Error> error;     // the folder of the constant beginning can't be read
    bool cut = false;               // more than max_found
};
inline constexpr std::size_t max_found = 100'000;
bool fits(std::string_view pattern, std::string_view name);
GlobResult find_files(Files& files, const std::string& glob);

}  // namespace weir::file
