#include <algorithm>
#include <cerrno>

#include "connectors/file/parts.hpp"

namespace weir::file {
namespace {

constexpr unsigned max_depth = 32;

struct Search {
    Files& files;
    std::vector<std::string> parts;
    GlobResult& out;

    void visit(const std::string& folder, std::size_t part, unsigned depth) {
        if (out.cut || depth > max_depth) return;
        const std::string& pattern = parts[part];
        const bool last = part + 1 == parts.size();
        if (pattern == "**") {
            if (!last) visit(folder, part + 1, depth);  // no folder at all
        } else if (!last && pattern.find_first_of("*?") == std::string::npos) {
            return visit(folder + pattern + "/", part + 1, depth + 1);
        }
        Result<std::vector<std::string>> names = files.list(folder.empty() ? "." : folder);
        if (!names) {
            // Below the constant beginning folders come and go; only the beginning itself is the author's word.
            if (depth == constant_depth) out.error = names.error();
            return;
        }
        for (const std::string& name : *names) {
            const bool any_folder = pattern == "**";
            if (any_folder ? name.starts_with('.') : !fits(pattern, name)) continue;
            const std::string path = folder + name;
            const Result<FileStatus> status = files.status(path);
            if (!status) continue;  // gone between two looks
            if (status->sort == FileStatus::Sort::folder) {
                if (any_folder) visit(path + "/", part, depth + 1);
                else if (!last) visit(path + "/", part + 1, depth + 1);
                continue;
            }
            if (!last) continue;
            if (status->sort != FileStatus::Sort::file) {
                ++out.others;
                continue;
            }
            if (out.files.size() == max_found) {
                out.cut = true;
                return;
            }
            out.files.push_back({path, *status});
        }
    }
    unsigned constant_depth = 0;
};

}  // namespace

bool fits(std::string_view pattern, std::string_view name) {
    if (name.starts_with('.') && !pattern.starts_with('.')) return false;
    std::size_t p = 0, n = 0, star = std::string_view::npos, from = 0;
    while (n < name.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            from = n;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == name[n])) {
            ++p;
            ++n;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            n = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

GlobResult find_files(Files& files, const std::string& glob) {
    GlobResult out;
    Search search{files, {}, out};
    std::string_view rest = glob;
    const std::string root = rest.starts_with('/') ? "/" : "";
    while (!rest.empty()) {
        const std::size_t slash = std::min(rest.find('/'), rest.size());
        if (slash > 0 && rest.substr(0, slash) != ".") search.parts.emplace_back(rest.substr(0, slash));
        rest.remove_prefix(std::min(slash + 1, rest.size()));
    }
    if (search.parts.empty()) {
        out.error = Error{EINVAL, "the pattern is empty"};
        return out;
    }
    if (search.parts.back() == "**") search.parts.emplace_back("*");
    for (std::size_t i = 0; i + 1 < search.parts.size() && search.parts[i].find_first_of("*?") == std::string::npos; ++i) ++search.constant_depth;
    search.visit(root, 0, 0);
    std::sort(out.files.begin(), out.files.end(), [](const Found& a, const Found& b) { return a.path < b.path; });
    out.files.erase(std::unique(out.files.begin(), out.files.end(), [](const Found& a, const Found& b) { return a.path == b.path; }), out.files.end());
    return out;
}

}  // namespace weir::file
