#include "engine/system/files.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstdio>
#include <system_error>

namespace weir {
namespace {

Error error_of(const std::string& path, int number) {
    std::string text = std::generic_category().message(number);
    if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] - 'A' + 'a');
    return {number, path + ": " + text};
}

class Descriptor {
public:
    explicit Descriptor(int number) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int get() const { return number_; }
    int release() {
        const int number = number_;
        number_ = -1;
        return number;
    }

private:
    int number_;
};

FileStatus status_of(const struct statx& x) {
    FileStatus status;
    status.device = (std::uint64_t{x.stx_dev_major} << 32) | x.stx_dev_minor;
    status.inode = x.stx_ino;
    status.size = x.stx_size;
    status.modified = static_cast<std::int64_t>(x.stx_mtime.tv_sec) * 1'000'000'000 + x.stx_mtime.tv_nsec;
    if ((x.stx_mask & STATX_BTIME) != 0) status.born = static_cast<std::int64_t>(x.stx_btime.tv_sec) * 1'000'000'000 + x.stx_btime.tv_nsec;
    status.sort = S_ISREG(x.stx_mode) ? FileStatus::Sort::file : S_ISDIR(x.stx_mode) ? FileStatus::Sort::folder : FileStatus::Sort::other;
    return status;
}
constexpr unsigned asked = STATX_TYPE | STATX_INO | STATX_SIZE | STATX_MTIME | STATX_BTIME;

class PosixFile final : public File {
public:
    PosixFile(int descriptor, std::string path, bool appends) : descriptor_(descriptor), path_(std::move(path)), appends_(appends) {}
    Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
        for (;;) {
            const ssize_t got = ::pread(descriptor_.get(), into.data(), into.size(), static_cast<off_t>(offset));
            if (got >= 0) return static_cast<std::size_t>(got);
            if (errno != EINTR) return error_of(path_, errno);
        }
    }
    Result<Done> write_at(std::uint64_t offset, std::string_view bytes) override {
        if (appends_) return error_of(path_, EINVAL);  // the kernel would write at the end whatever the offset
        while (!bytes.empty()) {
            const ssize_t put = ::pwrite(descriptor_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
            if (put < 0) {
                if (errno == EINTR) continue;
                return error_of(path_, errno);
            }
            bytes.remove_prefix(static_cast<std::size_t>(put));
            offset += static_cast<std::uint64_t>(put);
        }
        return Done{};
    }
    Result<Done> append(std::string_view bytes) override { return append_all({&bytes, 1}); }
    Result<Done> append_all(std::span<const std::string_view> pieces) override {
        const off_t before = ::lseek(descriptor_.get(), 0, SEEK_END);
        if (before < 0) return error_of(path_, errno);
        std::array<struct iovec, 256> next;
        std::size_t written = 0;  // of the first piece
        while (!pieces.empty()) {
            const std::size_t count = std::min(pieces.size(), next.size());
            for (std::size_t n = 0; n < count; ++n) next[n] = {const_cast<char*>(pieces[n].data()), pieces[n].size()};
            next[0] = {const_cast<char*>(pieces[0].data()) + written, pieces[0].size() - written};
            const ssize_t put = ::writev(descriptor_.get(), next.data(), static_cast<int>(count));
            if (put < 0) {
                if (errno == EINTR) continue;
                const int number = errno;
                if (::ftruncate(descriptor_.get(), before) != 0) {
                    Error error = error_of(path_, number);
                    error.text += " (and what was written in part could not be cut off)";
                    return error;
                }
                return error_of(path_, number);
            }
            written += static_cast<std::size_t>(put);
            while (!pieces.empty() && written >= pieces[0].size()) {
                written -= pieces[0].size();
                pieces = pieces.subspan(1);
            }
        }
        return Done{};
    }
    Result<Done> truncate(std::uint64_t size) override {
        if (::ftruncate(descriptor_.get(), static_cast<off_t>(size)) != 0) return error_of(path_, errno);
        return Done{};
    }
    Result<Done> sync() override {
        if (::fdatasync(descriptor_.get()) != 0) return error_of(path_, errno);
        return Done{};
    }
    Result<FileStatus> status() override {
        struct statx x {};
        if (::statx(descriptor_.get(), "", AT_EMPTY_PATH, asked, &x) != 0) return error_of(path_, errno);
        return status_of(x);
    }
    bool lock_exclusive() override { return ::flock(descriptor_.get(), LOCK_EX | LOCK_NB) == 0; }

private:
    Descriptor descriptor_;
    std::string path_;
    bool appends_;
};

std::string parent_of(const std::string& path) {
    std::size_t end = path.size();
    while (end > 1 && path[end - 1] == '/') --end;
    const std::size_t slash = path.rfind('/', end - 1);
    if (end == 0 || slash == std::string::npos) return ".";
    return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

Result<std::unique_ptr<File>> PosixFiles::open(const std::string& path, OpenMode mode, unsigned permissions) {
    if (path.find('\0') != std::string::npos) return error_of(path.substr(0, path.find('\0')), EINVAL);
    int flags = O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;  // non-blocking: opening a pipe must not wait for its other end
    switch (mode) {
        case OpenMode::read: flags |= O_RDONLY; break;
        case OpenMode::append: flags |= O_RDWR | O_APPEND | O_CREAT; break;
        case OpenMode::create_new: flags |= O_RDWR | O_CREAT | O_EXCL; break;
        case OpenMode::write: flags |= O_RDWR | O_CREAT; break;
    }
    int number = -1;
    do number = ::open(path.c_str(), flags, static_cast<mode_t>(permissions));
    while (number < 0 && errno == EINTR);
    if (number < 0) {
        const int why = errno;
        if (why == ELOOP) return Error{why, path + ": is a symbolic link, which is not followed"};
        return error_of(path, why);
    }
    Descriptor descriptor(number);
    struct stat about {};
    if (::fstat(number, &about) != 0) return error_of(path, errno);
    if (S_ISDIR(about.st_mode)) return Error{EISDIR, path + ": is a folder"};
    if (!S_ISREG(about.st_mode)) return Error{EINVAL, path + ": is no regular file"};
    return std::unique_ptr<File>(std::make_unique<PosixFile>(descriptor.release(), path, mode == OpenMode::append));
}

Result<FileStatus> PosixFiles::status(const std::string& path) {
    struct statx x {};
    if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, asked, &x) != 0) return error_of(path, errno);
    return status_of(x);
}

Result<std::vector<std::string>> PosixFiles::list(const std::string& folder) {
    DIR* stream = ::opendir(folder.c_str());
    if (stream == nullptr) return error_of(folder, errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
        errno = 0;
    }
    const int why = errno;
    ::closedir(stream);
    if (why != 0) return error_of(folder, why);
    std::sort(names.begin(), names.end());
    return names;
}

Result<Done> PosixFiles::make_folder(const std::string& path, unsigned permissions) {
    if (::mkdir(path.c_str(), static_cast<mode_t>(permissions)) != 0) {
        const int why = errno;
        const std::string parent = parent_of(path);
        if (why == ENOENT && parent != path && parent != ".") {
            Result<Done> made = make_folder(parent, permissions);
            if (!made) return made;
            if (::mkdir(path.c_str(), static_cast<mode_t>(permissions)) != 0 && errno != EEXIST) return error_of(path, errno);
        } else if (why == EEXIST) {
            struct stat about {};
            if (::stat(path.c_str(), &about) != 0) return error_of(path, errno);
            if (!S_ISDIR(about.st_mode)) return Error{ENOTDIR, path + ": is there and is no folder"};
            return Done{};
        } else {
            return error_of(path, why);
        }
    }
    Result<Done> synced = sync_folder(path);
    return synced ? sync_folder(parent_of(path)) : synced;
}

Result<Done> PosixFiles::rename(const std::string& from, const std::string& to, bool replace) {
    if (replace) {
        if (::rename(from.c_str(), to.c_str()) != 0) return error_of(to, errno);
        return Done{};
    }
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return Done{};
    if (errno != EINVAL && errno != ENOSYS) return error_of(errno == ENOENT ? from : to, errno);
    // A file system without NOREPLACE: a second name that may not exist, then the first goes.
    if (::link(from.c_str(), to.c_str()) != 0) return error_of(to, errno);
    if (::unlink(from.c_str()) != 0) return error_of(from, errno);
    return Done{};
}

Result<Done> PosixFiles::remove(const std::string& path) {
    if (::unlink(path.c_str()) == 0) return Done{};
    const int why = errno;
    if ((why == EISDIR || why == EPERM) && ::rmdir(path.c_str()) == 0) return Done{};
    return error_of(path, why == EISDIR ? errno : why);
}

Result<Done> PosixFiles::sync_folder(const std::string& path) {
    const Descriptor folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0 || ::fsync(folder.get()) != 0) return error_of(path, errno);
    return Done{};
}

Result<std::uint64_t> PosixFiles::free_bytes(const std::string& path) {
    struct statvfs about {};
    if (::statvfs(path.c_str(), &about) != 0) return error_of(path, errno);
    return static_cast<std::uint64_t>(about.f_bavail) * about.f_frsize;
}

std::string PosixFiles::working_folder() const {
    char* name = ::get_current_dir_name();
    std::string folder = name == nullptr ? "?" : name;
    ::free(name);
    return folder;
}

}  // namespace weir
