#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ports/result.hpp"

namespace weir {

struct FileStatus {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t modified = 0, born = 0;  // nanoseconds; born 0 where unknown
    enum class Sort : std::uint8_t { file, folder, other } sort = Sort::file;
};
// append: made where missing, every write goes to the end. write: made where missing, kept as it is. create_new: fails where it exists.
// All can be read too. None follows a link at the last part, and what is no regular file is refused.
enum class OpenMode : std::uint8_t { read, append, create_new, write };

// An open file. Thread: one at a time.
struct File {
    virtual ~File() = default;
    virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) = 0;  // 0 at the end; the console: EAGAIN when nothing stands there now
    virtual Result<Done> write_at(std::uint64_t offset, std::string_view bytes) = 0;
    virtual Result<Done> append(std::string_view bytes) = 0;                               // at the end, whole or error
    virtual Result<Done> append_all(std::span<const std::string_view> pieces) {            // one behind the other, all of them or error
        std::string bytes;
        for (const std::string_view piece : pieces) bytes += piece;
        return append(bytes);
    }
    virtual Result<Done> truncate(std::uint64_t size) = 0;
    virtual Result<Done> sync() = 0;                                                       // fdatasync
    virtual Result<FileStatus> status() = 0;
    virtual bool lock_exclusive() = 0;                                                     // flock LOCK_EX|LOCK_NB
};
struct Files {
    virtual ~Files() = default;
    virtual Result<std::unique_ptr<File>> open(const std::string& path, OpenMode mode, unsigned permissions = 0644) = 0;
    virtual Result<FileStatus> status(const std::string& path) = 0;                        // of a link: itself, sort other
    virtual Result<std::vector<std::string>> list(const std::string& folder) = 0;          // names, sorted
    virtual Result<Done> make_folder(const std::string& path, unsigned permissions = 0755) = 0;  // with parents; each new one and its parent synced (X6)
    virtual Result<Done> rename(const std::string& from, const std::string& to, bool replace) = 0;  // replace false: fails where `to` exists (X3)
    virtual Result<Done> remove(const std::string& path) = 0;
    virtual Result<Done> sync_folder(const std::string& path) = 0;
    virtual Result<std::uint64_t> free_bytes(const std::string& path) = 0;
    virtual std::string working_folder() const = 0;                                        // where relative paths begin, for messages
};

}  // namespace weir
