#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "engine/system/files.hpp"

namespace weir {
namespace {

Error no_such_thing() { return {ENOTSUP, "the console has no such operation"}; }

class Input final : public File {
public:
    explicit Input(int descriptor) : descriptor_(descriptor) {}
    Result<std::size_t> read_at(std::uint64_t, std::span<char> into) override {
        pollfd look{descriptor_, POLLIN, 0};
        const int ready = ::poll(&look, 1, 0);
        if (ready == 0 || (ready < 0 && errno == EINTR)) return Error{EAGAIN, "standard input: nothing there now"};
        const ssize_t got = ready < 0 ? -1 : ::read(descriptor_, into.data(), into.size());
        if (got >= 0) return static_cast<std::size_t>(got);
        if (errno == EINTR || errno == EAGAIN) return Error{EAGAIN, "standard input: nothing there now"};
        return Error{errno, "standard input can't be read"};
    }
    Result<Done> write_at(std::uint64_t, std::string_view) override { return no_such_thing(); }
    Result<Done> append(std::string_view) override { return no_such_thing(); }
    Result<Done> truncate(std::uint64_t) override { return no_such_thing(); }
    Result<Done> sync() override { return no_such_thing(); }
    Result<FileStatus> status() override { return FileStatus{.sort = FileStatus::Sort::other}; }
    bool lock_exclusive() override { return false; }

private:
    int descriptor_;
};

class Output final : public File {
public:
    explicit Output(int descriptor) : descriptor_(descriptor) {}
    Result<std::size_t> read_at(std::uint64_t, std::span<char>) override { return no_such_thing(); }
    Result<Done> write_at(std::uint64_t, std::string_view) override { return no_such_thing(); }
    Result<Done> append(std::string_view bytes) override {
        while (!bytes.empty()) {
            const ssize_t put = ::write(descriptor_, bytes.data(), bytes.size());
            if (put >= 0) {
                bytes.remove_prefix(static_cast<std::size_t>(put));
            } else if (errno == EAGAIN) {  // a terminal that somebody else made non-blocking
                pollfd look{descriptor_, POLLOUT, 0};
                ::poll(&look, 1, -1);
            } else if (errno != EINTR) {
                return Error{errno, errno == EPIPE ? "standard output: its reader has gone" : "standard output can't be written"};
            }
        }
        return Done{};
    }
    Result<Done> truncate(std::uint64_t) override { return no_such_thing(); }
    Result<Done> sync() override { return Done{}; }
    Result<FileStatus> status() override { return FileStatus{.sort = FileStatus::Sort::other}; }
    bool lock_exclusive() override { return false; }

private:
    int descriptor_;
};

}  // namespace

Result<std::unique_ptr<File>> ConsoleFiles::open(const std::string& path, OpenMode mode, unsigned) {
    if (path != "-") return Error{ENOENT, path + ": the console has only \"-\""};
    if (mode == OpenMode::read) return std::unique_ptr<File>(std::make_unique<Input>(input_));
    return std::unique_ptr<File>(std::make_unique<Output>(output_));
}
Result<FileStatus> ConsoleFiles::status(const std::string&) { return no_such_thing(); }
Result<std::vector<std::string>> ConsoleFiles::list(const std::string&) { return no_such_thing(); }
Result<Done> ConsoleFiles::make_folder(const std::string&, unsigned) { return no_such_thing(); }
Result<Done> ConsoleFiles::rename(const std::string&, const std::string&, bool) { return no_such_thing(); }
Result<Done> ConsoleFiles::remove(const std::string&) { return no_such_thing(); }
Result<Done> ConsoleFiles::sync_folder(const std::string&) { return no_such_thing(); }
Result<std::uint64_t> ConsoleFiles::free_bytes(const std::string&) { return no_such_thing(); }
std::string ConsoleFiles::working_folder() const { return "-"; }

}  // namespace weir
