// `weir fmt`: files are rewritten whole or left alone, and the exit code says which.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "process.hpp"

using namespace process;

namespace {

const std::string ugly = "queue   a # kept\nflow f\nfrom a\n{\n-> b\n}\nqueue b", pretty = "queue a # kept\nflow f\n  from a\n{\n  -> b\n}\nqueue b\n", broken = "queue  a\nflow f from a { filter x && y }\n";

unsigned mode_of(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? status.st_mode & 07777u : 0;
}

}  // namespace

TEST_CASE("fmt rewrites what is not in shape and names it, once") {
    const Folder here;
    here.write("a.flow", ugly);
    here.write("b.flow", pretty);
    REQUIRE(::chmod(here.at("a.flow").c_str(), 0755) == 0);
    Ended ended = weir(here, {"fmt", "a.flow", "b.flow"});
    CHECK(ended.code == 0);
    CHECK(ended.out == "formatted: a.flow\n");
    CHECK(here.read("a.flow") == pretty);
    CHECK(here.read("b.flow") == pretty);
    CHECK(mode_of(here.at("a.flow")) == 0755);
    ended = weir(here, {"fmt", "a.flow", "b.flow"});
    CHECK(ended.code == 0);
    CHECK(ended.out == "");
    CHECK(weir(here, {"check", "a.flow"}).code == 0);
}

TEST_CASE("fmt --check changes nothing and shows what it would change") {
    const Folder here;
    here.write("a.flow", ugly);
    here.write("b.flow", pretty);
    const Ended ended = weir(here, {"fmt", "--check", "a.flow", "b.flow"});
    CHECK(ended.code == 1);
    CHECK(ended.out.starts_with("a.flow would change:\n  line 1\n  - queue   a # kept\n  + queue a # kept\n  line 3\n  - from a\n  +   from a\n"));
    CHECK(!holds_text(ended.out, "b.flow"));
    CHECK(here.read("a.flow") == ugly);
    CHECK(weir(here, {"fmt", "--check", "b.flow"}).code == 0);
    here.write("c.flow", "queue a");
    CHECK(holds_text(weir(here, {"fmt", "--check", "c.flow"}).out, "the end of the last line"));
}

TEST_CASE("a file with syntax errors is told why and left alone, the others are done") {
    const Folder here;
    here.write("a.flow", broken);
    here.write("b.flow", ugly);
    Ended ended = weir(here, {"fmt", "a.flow", "b.flow"});
    CHECK(ended.code == 1);
    CHECK(holds_text(ended.err, "a.flow:2"));
    CHECK(holds_text(ended.err, "left as it is"));
    CHECK(here.read("a.flow") == broken);
    CHECK(here.read("b.flow") == pretty);
    ended = weir(here, {"fmt", "nowhere.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "there is no file `nowhere.flow`"));
}

TEST_CASE("fmt where nothing can be written: the file stays, nothing is left behind") {
    if (::geteuid() == 0) {
        MESSAGE("SKIPPED: root may write everywhere");
        return;
    }
    const Folder here;
    here.write("a.flow", ugly);
    REQUIRE(::chmod(here.path().c_str(), 0555) == 0);
    const Ended ended = weir(here, {"fmt", "a.flow"});
    CHECK(::chmod(here.path().c_str(), 0755) == 0);
    CHECK(ended.code == 2);
    CHECK(here.read("a.flow") == ugly);
}

TEST_CASE("fmt takes no link: the name would come to stand for another file") {
    const Folder here;
    here.write("a.flow", ugly);
    REQUIRE(::symlink("a.flow", here.at("link.flow").c_str()) == 0);
    const Ended ended = weir(here, {"fmt", "link.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "link.flow"));
    CHECK(here.read("a.flow") == ugly);
}

TEST_CASE("fmt - reads standard input and writes standard output") {
    const Folder here;
    Ended ended = weir(here, {"fmt", "-"}, ugly);
    CHECK(ended.code == 0);
    CHECK(ended.out == pretty);
    ended = weir(here, {"fmt", "-"}, broken);
    CHECK(ended.code == 1);
    CHECK(ended.out == "");
    CHECK(holds_text(ended.err, "standard input"));
    ended = weir(here, {"fmt", "--check", "-"}, ugly);
    CHECK(ended.code == 1);
    ended = weir(here, {"fmt", "--help"});
    CHECK(ended.code == 0);
    CHECK(holds_text(ended.out, "examples:\n  weir fmt "));
}
