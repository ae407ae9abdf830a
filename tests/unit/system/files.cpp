// Both twins of Files against one set of expectations, then what is special to each.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "engine/ports/read_whole.hpp"
#include "engine/simulate/files.hpp"
#include "engine/simulate/world.hpp"
#include "engine/system/files.hpp"
#include "tests/unit/system/folder.hpp"

using namespace weir;

namespace {

std::string text_of(Files& files, const std::string& path) {
    Result<std::string> text = read_whole(files, path, 1 << 20);
    return text ? *text : "error " + std::to_string(text.error().number);
}
int number_of(const auto& result) { return result ? 0 : result.error().number; }

void check_files(Files& files, const std::string& root) {
    const auto at = [&](const std::string& name) { return root + "/" + name; };
    REQUIRE(files.make_folder(at("a/b/c")));
    REQUIRE(files.make_folder(at("a/b/c")));
    CHECK(files.status(at("a/b"))->sort == FileStatus::Sort::folder);

    {
        auto file = files.open(at("x"), OpenMode::append);
        REQUIRE(file);
        REQUIRE((*file)->append("one\n"));
        REQUIRE((*file)->append("two\n"));
        CHECK(number_of((*file)->write_at(0, "X")) == EINVAL);
        REQUIRE((*file)->sync());
        CHECK((*file)->status()->size == 8);
        REQUIRE((*file)->truncate(4));
        REQUIRE((*file)->append("2\n"));
        char buffer[3];
        CHECK(*(*file)->read_at(4, buffer) == 2);
        CHECK(*(*file)->read_at(6, buffer) == 0);
    }
    CHECK(text_of(files, at("x")) == "one\n2\n");
    {
        auto file = files.open(at("pieces"), OpenMode::append);
        REQUIRE(file);
        std::vector<std::string> numbers;
        for (int n = 0; n < 1000; ++n) numbers.push_back(n % 7 == 0 ? std::string() : std::to_string(n) + "\n");
        const std::vector<std::string_view> pieces(numbers.begin(), numbers.end());
        std::string whole;
        for (const std::string& each : numbers) whole += each;
        REQUIRE((*file)->append_all(pieces));
        CHECK(text_of(files, at("pieces")) == whole);
        REQUIRE((*file)->append_all({}));
        const std::string_view none;
        REQUIRE((*file)->append_all({&none, 1}));
        CHECK((*file)->status()->size == whole.size());
        REQUIRE(files.remove(at("pieces")));
    }
    const FileStatus x = *files.status(at("x"));
    CHECK(x.size == 6);
    CHECK(x.sort == FileStatus::Sort::file);

    SUBCASE("modes") {
        CHECK(number_of(files.open(at("x"), OpenMode::create_new)) == EEXIST);
        CHECK(number_of(files.open(at("none"), OpenMode::read)) == ENOENT);
        CHECK(number_of(files.open(at("none/x"), OpenMode::append)) == ENOENT);
        CHECK(number_of(files.open(at("x/y"), OpenMode::append)) == ENOTDIR);
        CHECK(number_of(files.open(at("a"), OpenMode::read)) == EISDIR);
        auto written = files.open(at("x"), OpenMode::write);
        REQUIRE(written);
        CHECK((*written)->status()->size == 6);  // kept
        REQUIRE((*written)->write_at(1, "NE"));
        REQUIRE((*written)->write_at(8, "far"));
        CHECK(text_of(files, at("x")) == std::string("oNE\n2\n\0\0far", 11));
        auto read = files.open(at("x"), OpenMode::read);
        CHECK(number_of((*read)->append("no")) == EBADF);
        CHECK(number_of(read_whole(files, at("x"), 10)) == EFBIG);
    }
    SUBCASE("rename, remove, list") {
        REQUIRE(files.open(at("y"), OpenMode::create_new));
        CHECK(number_of(files.rename(at("x"), at("y"), false)) == EEXIST);
        CHECK(text_of(files, at("x")) == "one\n2\n");
        REQUIRE(files.rename(at("x"), at("y"), true));
        CHECK(files.status(at("y"))->inode == x.inode);
        CHECK(number_of(files.rename(at("x"), at("z"), false)) == ENOENT);
        REQUIRE(files.rename(at("y"), at("a/z"), false));
        CHECK(*files.list(at("a")) == std::vector<std::string>{"b", "z"});
        CHECK(number_of(files.list(at("a/z"))) == ENOTDIR);
        CHECK(number_of(files.list(at("none"))) == ENOENT);
        CHECK(number_of(files.remove(at("a"))) != 0);
        REQUIRE(files.remove(at("a/z")));
        REQUIRE(files.remove(at("a/b/c")));
        CHECK(*files.list(at("a/b")) == std::vector<std::string>{});
        REQUIRE(files.sync_folder(at("a")));
        CHECK(number_of(files.make_folder(at("a/b"))) == 0);
    }
    SUBCASE("locks") {
        auto one = files.open(at("lock"), OpenMode::write);
        auto two = files.open(at("lock"), OpenMode::write);
        CHECK((*one)->lock_exclusive());
        CHECK_FALSE((*two)->lock_exclusive());
        one->reset();
        CHECK((*two)->lock_exclusive());
    }
    SUBCASE("a file that goes while it is open stays readable") {
        auto file = files.open(at("x"), OpenMode::read);
        REQUIRE(files.remove(at("x")));
        char buffer[8];
        CHECK(*(*file)->read_at(0, buffer) == 6);
        CHECK(number_of(files.status(at("x"))) == ENOENT);
    }
    CHECK(*files.free_bytes(root) > 0);
}

}  // namespace

TEST_CASE("files: the real ones") {
    TemporaryFolder folder;
    PosixFiles files;
    check_files(files, folder.path);
}
TEST_CASE("files: the simulated ones") {
    VirtualClock clock;
    SimulatedFiles files(clock);
    REQUIRE(files.make_folder("/r"));
    check_files(files, "/r");
}

TEST_CASE("real files: pipes, devices and links are refused at once") {
    TemporaryFolder folder;
    PosixFiles files;
    REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
    REQUIRE(::symlink("/etc/passwd", (folder / "link").c_str()) == 0);
    for (const OpenMode mode : {OpenMode::read, OpenMode::append, OpenMode::write}) {
        CHECK_FALSE(files.open(folder / "pipe", mode));
        CHECK_FALSE(files.open(folder / "link", mode));
        CHECK_FALSE(files.open("/dev/null", mode));
        CHECK_FALSE(files.open(std::string("/tmp/a\0b", 8), mode));
    }
    CHECK(files.status(folder / "pipe")->sort == FileStatus::Sort::other);
    CHECK(files.status(folder / "link")->sort == FileStatus::Sort::other);
    CHECK(number_of(files.open(folder / "link", OpenMode::read)) == ELOOP);
    CHECK(files.open(folder / "none", OpenMode::read).error().text == (folder / "none") + ": no such file or directory");
}

TEST_CASE("real files: not left to children, permissions as asked, a birth time where there is one") {
    TemporaryFolder folder;
    PosixFiles files;
    const ::mode_t before = ::umask(022);
    auto file = files.open(folder / "private", OpenMode::create_new, 0600);
    auto open = files.open(folder / "open", OpenMode::create_new);
    ::umask(before);
    struct stat about {};
    REQUIRE(::stat((folder / "private").c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
    REQUIRE(::stat((folder / "open").c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0644);
    int close_on_exec = 0;
    for (int fd = 3; fd < 64; ++fd) {
        struct stat one {};
        if (::fstat(fd, &one) == 0 && one.st_ino == about.st_ino) close_on_exec += (::fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0 ? 1 : -100;
    }
    CHECK(close_on_exec == 1);
    const FileStatus status = *files.status(folder / "open");
    CHECK(status.inode == about.st_ino);
    CHECK((status.born == 0 || std::abs(status.born - status.modified) < 60'000'000'000));
}

TEST_CASE("real files: a write that doesn't fit leaves nothing of itself") {
    TemporaryFolder folder;
    PosixFiles files;
    auto file = files.open(folder / "x", OpenMode::append);
    REQUIRE((*file)->append("kept\n"));
    // A size limit stands in for a full disk: the first part of the write goes through.
    rlimit before{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
    auto* handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit little{100'000, before.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &little) == 0);
    const int number = number_of((*file)->append(std::string(200'000, 'x')));
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
    std::signal(SIGXFSZ, handler);
    CHECK(number == EFBIG);
    CHECK(text_of(files, folder / "x") == "kept\n");
}

TEST_CASE("simulated files: a crash loses what was not synced") {
    VirtualClock clock;
    SimulatedFiles files(clock);
    files.put("/d/known", "old\n");
    auto known = files.open("/d/known", OpenMode::append);
    REQUIRE((*known)->append("synced\n"));
    REQUIRE((*known)->sync());
    REQUIRE((*known)->append("lost\n"));
    auto fresh = files.open("/d/fresh", OpenMode::create_new);
    REQUIRE((*fresh)->append("bytes"));
    REQUIRE((*fresh)->sync());  // its bytes, not its name
    REQUIRE((*known)->lock_exclusive());
    files.crash();
    CHECK(files.text("/d/known") == "old\nsynced\n");
    CHECK_FALSE(files.has("/d/fresh"));
    CHECK(number_of((*known)->append("x")) == EBADF);
    auto again = files.open("/d/known", OpenMode::append);
    CHECK((*again)->lock_exclusive());
    known->reset();  // the old handle holds nothing any more
    auto third = files.open("/d/known", OpenMode::append);
    CHECK_FALSE((*third)->lock_exclusive());
}

TEST_CASE("simulated files: a rename lasts from the sync of its folder") {
    VirtualClock clock;
    SimulatedFiles files(clock);
    files.put("/d/a", "new");
    files.put("/d/b", "old");
    REQUIRE(files.rename("/d/a", "/d/b", true));
    SUBCASE("not synced") {
        files.crash();
        CHECK(files.text("/d/a") == "new");
        CHECK(files.text("/d/b") == "old");
    }
    SUBCASE("synced") {
        REQUIRE(files.sync_folder("/d"));
        files.crash();
        CHECK_FALSE(files.has("/d/a"));
        CHECK(files.text("/d/b") == "new");
    }
    SUBCASE("a new folder is there, with its parent") {
        REQUIRE(files.make_folder("/d/e/f"));
        files.crash();
        CHECK(files.has("/d/e/f"));
    }
}

TEST_CASE("simulated files: a seeded crash keeps a beginning of what was appended") {
    std::size_t shortest = 100, longest = 0;
    for (std::uint64_t seed = 1; seed < 50; ++seed) {
        VirtualClock clock;
        SimulatedFiles files(clock);
        files.put("/x", "0123456789");
        auto file = files.open("/x", OpenMode::append);
        REQUIRE((*file)->append("abcdefghij"));
        files.crash(seed);
        const std::string left = files.text("/x");
        CHECK(std::string("0123456789abcdefghij").starts_with(left));
        CHECK(left.size() >= 10);
        shortest = std::min(shortest, left.size());
        longest = std::max(longest, left.size());
    }
    CHECK(shortest == 10);
    CHECK(longest == 20);
}

TEST_CASE("simulated files: faults") {
    VirtualClock clock;
    SimulatedFiles files(clock);
    files.put("/d/x", "");
    auto file = files.open("/d/x", OpenMode::append);
    SUBCASE("the k-th write") {
        files.fail_write(2);
        CHECK((*file)->append("a"));
        CHECK(number_of((*file)->append("b")) == EIO);
        CHECK((*file)->append("c"));
        CHECK(files.text("/d/x") == "ac");
    }
    SUBCASE("no space") {
        files.set_space(3);
        CHECK((*file)->append("ab"));
        CHECK(number_of((*file)->append("cd")) == ENOSPC);
        CHECK((*file)->append("c"));
        CHECK(number_of((*file)->append("d")) == ENOSPC);
        CHECK(number_of(files.open("/d/new", OpenMode::append)) == ENOSPC);
        CHECK(*files.free_bytes("/d") == 0);
        files.set_space(10);
        CHECK((*file)->append("d"));
        CHECK(files.text("/d/x") == "abcd");
    }
    SUBCASE("a failed sync") {
        files.fail_sync(1);
        CHECK((*file)->append("a"));
        CHECK(number_of((*file)->sync()) == EIO);
        files.crash();
        CHECK(files.text("/d/x").empty());
    }
    SUBCASE("denied") {
        files.deny("/d");
        CHECK(number_of(files.open("/d/x", OpenMode::read)) == EACCES);
        CHECK(number_of(files.list("/d")) == EACCES);
        files.allow("/d");
        CHECK(files.open("/d/x", OpenMode::read));
    }
}

TEST_CASE("console: reads what stands there, says when nothing does, and ends") {
    int in[2], out[2];
    REQUIRE(::pipe(in) == 0);
    REQUIRE(::pipe(out) == 0);
    ConsoleFiles console(in[0], out[1]);
    auto input = console.open("-", OpenMode::read);
    auto output = console.open("-", OpenMode::append);
    REQUIRE(input);
    REQUIRE(output);
    char buffer[16];
    CHECK(number_of((*input)->read_at(0, buffer)) == EAGAIN);
    REQUIRE(::write(in[1], "hello", 5) == 5);
    CHECK(*(*input)->read_at(0, buffer) == 5);
    CHECK(number_of((*input)->read_at(5, buffer)) == EAGAIN);
    ::close(in[1]);
    CHECK(*(*input)->read_at(5, buffer) == 0);
    REQUIRE((*output)->append("line\n"));
    CHECK(::read(out[0], buffer, sizeof buffer) == 5);
    CHECK_FALSE(console.open("other", OpenMode::read));
    CHECK_FALSE(console.list("-"));
    ::close(in[0]);
    ::close(out[0]);
    ::close(out[1]);
}
