#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "connectors/arguments.hpp"
#include "connectors/file/parts.hpp"

namespace weir::file {

std::string_view folder_of(std::string_view path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash + 1);
}
std::string_view name_of(std::string_view path) { return path.substr(folder_of(path).size()); }

Format format_of(std::string_view path, Format otherwise) {
    return path.ends_with(".json") || path.ends_with(".jsonl") || path.ends_with(".ndjson") ? Format::json : otherwise;
}

std::string shown(std::string_view path) {
    std::string out;
    for (const char c : path.substr(0, 200)) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte >= 0x20 && byte != 0x7f) {
            out += c;
        } else {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\x%02x", byte);
            out += escaped;
        }
    }
    if (path.size() > 200) out += "..";
    return out;
}

std::string explain(const Error& error, std::string_view path, const std::string& working_folder, std::string_view what) {
    const std::string name = shown(path);
    const std::string where = path.starts_with('/') ? std::string() : "; looked in " + working_folder;
    switch (error.number) {
        case ENOENT: return name + ": no such " + std::string(what) + where;
        case EACCES:
        case EPERM: return name + ": permission denied; let the user that runs weir read this " + std::string(what);
        case EISDIR: return name + ": is a folder; name a file in it, or take its files by file.read(\"" + name + (name.ends_with('/') ? "" : "/") + "*\")";
        case ENOTDIR: return name + ": a part of this path is a file, not a folder";
        default: return error.text;
    }
}

Failure failure_of(const Error& error) {
    Failure failure;
    failure.message = error.text;
    switch (error.number) {
        case ENOENT: failure.kind = FailureClass::not_found; break;
        case EACCES:
        case EPERM:
        case EROFS: failure.kind = FailureClass::unauthorized; break;
        case EEXIST:
        case EISDIR:
        case ENOTDIR:
        case ELOOP:
        case EINVAL: failure.kind = FailureClass::rejected; break;
        case ENAMETOOLONG: failure.kind = FailureClass::invalid; break;
        case EFBIG: failure.kind = FailureClass::too_large; break;
        default: failure.kind = FailureClass::unavailable;  // full, broken, too many open files: later it may work
    }
    return failure;
}

Id128 identity(std::string_view what, const FileStatus& status, std::uint64_t more) {
    const std::uint64_t fields[] = {status.device, status.inode, static_cast<std::uint64_t>(status.born), more};
    return sha256_128(what, {reinterpret_cast<const char*>(fields), sizeof fields});
}

bool target_path(const std::vector<Argument>& arguments, std::string& path, Failure& failure) {
    const auto refuse = [&](const std::string& why) {
        failure.kind = FailureClass::invalid;
        failure.message = why;
        return false;
    };
    const Value* given = find_argument(arguments, "path", 0);
    if (given == nullptr || given->kind() != Kind::string) return refuse("the name of the file is no text");
    const std::string_view text = given->text();
    for (const char c : text)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return refuse("`" + shown(text) + "`: a file's name has no control characters");
    if (text.size() > 4000) return refuse("`" + shown(text) + "`: the name is too long");
    if (name_of(text).empty()) return refuse("`" + shown(text) + "` names no file");
    const Value* root = find_argument(arguments, "root");
    if (root != nullptr) {  // without it the text is all constant, its author's
        std::string_view folder = root->kind() == Kind::string ? root->text() : std::string_view();
        while (folder.size() > 1 && folder.ends_with('/')) folder.remove_suffix(1);
        std::string_view rest = text;
        if (folder == "/") {
            if (!rest.starts_with('/')) return refuse("`" + shown(text) + "` leaves its folder");
            rest.remove_prefix(1);
        } else if (!folder.empty() && folder != ".") {
            if (!rest.starts_with(folder) || !rest.substr(folder.size()).starts_with('/')) return refuse("`" + shown(text) + "` leaves its folder");
            rest.remove_prefix(folder.size() + 1);
        }
        if (rest.starts_with('/')) return refuse("`" + shown(text) + "` leaves its folder");
        while (!rest.empty()) {
            const std::size_t slash = std::min(rest.find('/'), rest.size());
            const std::string_view part = rest.substr(0, slash);
            if (part == ".." || part == ".") return refuse("`" + shown(text) + "` leaves its folder");
            if (part.empty()) return refuse("`" + shown(text) + "` has an empty part");
            if (part.size() > 255) return refuse("`" + shown(text) + "`: the name is too long");
            rest.remove_prefix(std::min(slash + 1, rest.size()));
        }
    }
    path = text;
    return true;
}

}  // namespace weir::file
