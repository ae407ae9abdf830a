#include "engine/store/folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weir {

namespace {

// From statfs(2) and linux/magic.h.
const char* untrusted(unsigned long type) {
    switch (type) {
        case 0x6969: return "NFS";
        case 0xff534d42: return "CIFS";
        case 0xfe534d42: return "SMB2";
        case 0x517b: return "SMB";
        case 0x01021997: return "9p";
        case 0x65735546: return "FUSE";
        default: return nullptr;
    }
}
constexpr unsigned long overlay = 0x794c7630;

}  // namespace

Result<Done> check_folder(const std::string& folder, bool unsafe_filesystem, std::vector<std::string>& warnings) {
    struct statfs system {};
    if (::statfs(folder.c_str(), &system) != 0) return Error{errno, "`" + folder + "`: " + std::strerror(errno)};
    const auto type = static_cast<unsigned long>(system.f_type) & 0xffffffffUL;
    if (const char* name = untrusted(type)) {
        const std::string what = "the store `" + folder + "` is on " + name + ", where locks and syncs can't be trusted";
        if (!unsafe_filesystem) return Error{0, what + ": put it on a local disk, or take the risk with --unsafe-filesystem"};
        warnings.push_back(what);
    }
    if (type == overlay) warnings.push_back("the store `" + folder + "` is in a container's own layer: it goes when the container goes");
    struct stat status {};
    if (::stat(folder.c_str(), &status) == 0 && (status.st_mode & 077) != 0) warnings.push_back("the store's folder `" + folder + "` is open to other users");
    return Done{};
}

std::string ballast_path(const std::string& folder) { return folder + "/ballast"; }

// Blocks that the disk has given, not a hole: where it can't promise them, they are written.
Result<Done> make_ballast(const std::string& folder, std::uint64_t bytes) {
    const std::string path = ballast_path(folder);
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file < 0) return Error{errno, "`" + path + "`: " + std::strerror(errno)};
    int why = ::fallocate(file, 0, 0, static_cast<off_t>(bytes)) == 0 ? 0 : errno;
    if (why == EOPNOTSUPP || why == ENOSYS) {
        why = 0;
        const std::string block(1u << 20, '\0');
        for (std::uint64_t done = 0; why == 0 && done < bytes;) {
            const ssize_t wrote = ::pwrite(file, block.data(), static_cast<std::size_t>(std::min<std::uint64_t>(block.size(), bytes - done)), static_cast<off_t>(done));
            if (wrote > 0) done += static_cast<std::uint64_t>(wrote);
            else if (wrote < 0 && errno != EINTR) why = errno;
        }
    }
    if (why == 0 && ::fsync(file) != 0) why = errno;
    ::close(file);
    if (why == 0) return Done{};
    ::unlink(path.c_str());
    return Error{why, "`" + path + "`: " + std::strerror(why)};
}

}  // namespace weir
