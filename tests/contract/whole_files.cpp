// file.read and file.write beyond the contract.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "connectors/file/parts.hpp"
#include "tests/contract/worlds.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

using Texts = std::vector<std::string>;

SendResponse send(Rig& rig, Sink& sink, const Id128& id, const std::string& path, std::string_view root, const std::string& body, std::string_view exists = {}) {
    SendRequest request{id, {argument("", path), argument("root", root)}, body};
    if (!exists.empty()) request.arguments.push_back(argument("exists", exists));
    SendResponse response;
    bool answered = false;
    sink.send(std::move(request), [&](SendResponse r) {
        response = std::move(r);
        answered = true;
    });
    CHECK_FALSE(answered);  // never from within `send`
    rig.executor.run_until_idle();
    CHECK(answered);
    return response;
}

void done_files(FilesUnderTest& world) {
    Rig rig(world.files());
    world.write("in/b.json", "{}");
    world.write("in/a.bin", "bytes");
    world.write("in/.hidden", "no");
    world.write("in/deep/c.json", "no");
    const std::string glob = world.path("in/*"), done = world.path("done/here");
    const std::vector<Argument> arguments{argument("path", glob), argument("done", done)};
    rig.start("file", "read", arguments);
    rig.executor.run_until_idle();
    REQUIRE(rig.texts() == Texts{"bytes", "{}"});
    const Message& m = rig.inlet->got[1].delivery.message;
    CHECK(m.body.format == Format::json);
    CHECK(rig.inlet->got[0].delivery.message.body.format == Format::bytes);
    CHECK(m.source.find("name")->text() == "b.json");
    CHECK(m.source.find("size")->i == 2);
    CHECK(m.source.find("modified")->kind() == Kind::timestamp);
    CHECK(rig.inlet->has_ended);
    CHECK_FALSE(world.has("done/here/a.bin"));  // not before it is done
    rig.finish(0);
    CHECK(world.text("done/here/a.bin") == "bytes");
    CHECK_FALSE(world.has("in/a.bin"));
    rig.finish(1, Verdict::refused);
    CHECK(world.has("in/b.json"));

    // Done in the store, and the crash came before the move: the next start moves it.
    rig.ledger.commit(rig.inlet->got[1].delivery.position);
    rig.start("file", "read", arguments);
    rig.executor.run_until_idle();
    CHECK(rig.inlet->got.empty());
    CHECK(world.text("done/here/b.json") == "{}");

    // A second file of that name: both stay.
    world.write("in/b.json", "[]");
    rig.start("file", "read", arguments);
    rig.executor.run_until_idle();
    rig.finish_all();
    CHECK_FALSE(world.has("in/b.json"));
    CHECK(world.text("done/here/b.json") == "{}");
    CHECK(world.files().list(done)->size() == 3);

    const std::vector<Argument> deletes{argument("path", glob), argument("done", "delete")};
    world.write("in/d.txt", "d");
    rig.start("file", "read", deletes);
    rig.executor.run_until_idle();
    CHECK(rig.texts() == Texts{"d"});
    rig.finish_all();
    CHECK_FALSE(world.has("in/d.txt"));
    CHECK(rig.inlet->warnings.empty());
}

void writes(FilesUnderTest& world) {
    Rig rig(world.files());
    const auto connector = std::move(*kind_named("file")->make("file", {}, rig.world()));
    const auto sink = std::move(*connector->sink("write", rig.world()));
    const std::string root = world.path("out/"), path = root + "a/x.json";
    const Id128 one{1, 1}, two{2, 2};
    CHECK(send(rig, *sink, one, path, root, "{}").ok);
    CHECK(world.text("out/a/x.json") == "{}");
    CHECK(send(rig, *sink, one, path, root, "{}").ok);  // sent again after a crash
    const SendResponse other = send(rig, *sink, two, path, root, "[]");
    CHECK_FALSE(other.ok);
    CHECK(other.failure.kind == FailureClass::rejected);
    CHECK(other.failure.message == path + ": is there already, with another content");
    CHECK(send(rig, *sink, two, path, root, "{} and more").failure.kind == FailureClass::rejected);
    CHECK(world.text("out/a/x.json") == "{}");
    CHECK(send(rig, *sink, two, path, root, "[]", "replace").ok);
    CHECK(world.text("out/a/x.json") == "[]");
    CHECK(send(rig, *sink, one, root + "empty", root, "").ok);
    CHECK(world.text("out/empty").empty());
    // A temporary file that a crash left is no obstacle and nothing is left behind.
    world.write("out/.weir-" + to_text(Id128{3, 3}) + ".tmp", "half");
    CHECK(send(rig, *sink, Id128{3, 3}, root + "y", root, "whole").ok);
    CHECK(world.text("out/y") == "whole");
    CHECK(*world.files().list(world.path("out")) == Texts{"a", "empty", "y"});
    CHECK(*world.files().list(world.path("out/a")) == Texts{"x.json"});
    // The target is a folder, or below a file.
    CHECK(send(rig, *sink, two, root + "a", root, "x").failure.kind == FailureClass::rejected);
    CHECK(send(rig, *sink, two, root + "y/z", root, "x").failure.kind == FailureClass::rejected);
    CHECK(send(rig, *sink, two, root + "../z", root, "x").failure.kind == FailureClass::invalid);
    CHECK(*world.files().list(world.path("out")) == Texts{"a", "empty", "y"});
}

}  // namespace

TEST_CASE("read: done moves or deletes after the commit, again at start, and keeps what has the same name") {
    SUBCASE("real") {
        RealFiles world;
        done_files(world);
    }
    SUBCASE("simulated") {
        PretendedFiles world;
        done_files(world);
    }
}

TEST_CASE("read: looks again every so often and takes what is new or changed, once") {
    PretendedFiles world;
    Rig rig(world.files());
    const std::string glob = world.path("in/*.txt");
    rig.start("file", "read", {argument("path", glob)}, 10s);
    rig.executor.run_until_idle();
    REQUIRE(rig.inlet->warnings.size() == 1);  // the folder may come later
    CHECK(rig.inlet->warnings[0] == "/work/in/: no such folder");
    CHECK_FALSE(rig.inlet->error.has_value());
    rig.executor.advance(10s);
    CHECK(rig.inlet->warnings.size() == 1);
    CHECK(rig.inlet->asked_times == 2);
    world.write("in/a.txt", "1");
    rig.executor.advance(10s);
    CHECK(rig.texts() == Texts{"1"});
    rig.executor.advance(30s);
    CHECK(rig.texts() == Texts{"1"});  // in flight
    rig.finish_all();
    rig.executor.advance(30s);
    CHECK(rig.texts() == Texts{"1"});  // done, and it stays
    world.write("in/a.txt", "22");
    world.write("in/b.txt", "3");
    rig.executor.advance(10s);
    CHECK(rig.texts() == Texts{"1", "22", "3"});
    CHECK_FALSE(rig.inlet->has_ended);
}

TEST_CASE("read: settled waits until a file has kept its size and time") {
    PretendedFiles world;
    Rig rig(world.files());
    const std::string glob = world.path("in/*.txt");
    world.write("in/a.txt", "1");
    SUBCASE("every") {
        rig.start("file", "read", {argument("path", glob), argument("settled", 5s)}, 2s);
        rig.executor.run_until_idle();
        CHECK(rig.inlet->asked_times == 0);  // it has something in sight
        rig.executor.advance(4s);
        CHECK(rig.inlet->got.empty());
        world.write("in/a.txt", "12");  // still being written
        rig.executor.advance(4s);
        CHECK(rig.inlet->got.empty());
        rig.executor.advance(6s);
        CHECK(rig.texts() == Texts{"12"});
        CHECK(rig.inlet->asked_times > 0);
    }
    SUBCASE("finite") {
        rig.start("file", "read", {argument("path", glob), argument("settled", 5s)});
        rig.executor.run_until_idle();
        CHECK_FALSE(rig.inlet->has_ended);
        rig.executor.advance(5s);
        CHECK(rig.texts() == Texts{"1"});
        CHECK(rig.inlet->has_ended);
    }
}

TEST_CASE("read: pipes, devices, links and files over the limit are left, aloud") {
    RealFiles world;
    world.write("in/good", "good");
    REQUIRE(::mkfifo(world.path("in/pipe").c_str(), 0600) == 0);
    REQUIRE(::symlink("/etc/passwd", world.path("in/link").c_str()) == 0);
    REQUIRE(::symlink("/etc", world.path("in/folder").c_str()) == 0);
    {
        auto huge = world.files().open(world.path("in/huge"), OpenMode::write);
        REQUIRE((*huge)->truncate(std::uint64_t{1} << 40));  // sparse
        auto most = world.files().open(world.path("in/most"), OpenMode::write);
        REQUIRE((*most)->truncate(file::max_file));
    }
    Rig rig(world.files());
    const std::string glob = world.path("in/**");
    rig.start("file", "read", {argument("path", glob)});
    rig.executor.run_until_idle();
    REQUIRE(rig.inlet->got.size() == 2);
    CHECK(rig.inlet->got[0].text() == "good");
    CHECK(rig.inlet->got[1].delivery.message.body.bytes.size() == file::max_file);
    CHECK(rig.inlet->has_ended);
    REQUIRE(rig.inlet->warnings.size() == 2);
    CHECK(rig.inlet->warnings[0].find("links, pipes and devices are not read") != std::string::npos);
    CHECK(rig.inlet->warnings[1].find("1099511627776 bytes are over the limit") != std::string::npos);
}

TEST_CASE("read: a folder that is missing or closed fails at once without `every`") {
    PretendedFiles world;
    Rig rig(world.files());
    rig.start("file", "read", {argument("path", "nowhere/*.csv")});
    rig.executor.run_until_idle();
    REQUIRE(rig.inlet->error.has_value());
    CHECK(rig.inlet->error->text == "nowhere/: no such folder; looked in /");
    world.write("closed/x", "");
    world.simulated.deny("/work/closed");
    rig.start("file", "read", {argument("path", "/work/closed/*")});
    rig.executor.run_until_idle();
    REQUIRE(rig.inlet->error.has_value());
    CHECK(rig.inlet->error->text == "/work/closed/: permission denied; let the user that runs weir read this folder");
}

TEST_CASE("globs") {
    using file::fits;
    CHECK(fits("*.csv", "a.csv"));
    CHECK_FALSE(fits("*.csv", "a.csv.tmp"));
    CHECK_FALSE(fits("*.csv", ".a.csv"));
    CHECK(fits(".*", ".a"));
    CHECK(fits("a?c*", "abcdef"));
    CHECK_FALSE(fits("a?c", "ac"));
    CHECK(fits("*a*b*", "xxaxxbxx"));
    CHECK_FALSE(fits("*a*b*", "xxbxxaxx"));
    CHECK_FALSE(fits(std::string(40, '*') + "b", std::string(5000, 'a')));  // no blow-up
    PretendedFiles world;
    for (const char* name : {"a.csv", "b/a.csv", "b/c/a.csv", "b/c/d.txt", "e/x.csv"}) world.write(name, name);
    const auto names = [&](const std::string& glob) {
        std::string out;
        for (const file::Found& f : file::find_files(world.files(), "/work/" + glob).files) out += f.path.substr(6) + " ";
        return out;
    };
    CHECK(names("*.csv") == "a.csv ");
    CHECK(names("*/*.csv") == "b/a.csv e/x.csv ");
    CHECK(names("**/*.csv") == "a.csv b/a.csv b/c/a.csv e/x.csv ");
    CHECK(names("b/**") == "b/a.csv b/c/a.csv b/c/d.txt ");
    CHECK(names("**/c/*") == "b/c/a.csv b/c/d.txt ");
    CHECK(names("?/x.csv") == "e/x.csv ");
    CHECK(names("e/x.csv") == "e/x.csv ");
    CHECK(names("none/*").empty());
}

TEST_CASE("write: whole, once, again the same; another content is refused") {
    SUBCASE("real") {
        RealFiles world;
        writes(world);
    }
    SUBCASE("simulated") {
        PretendedFiles world;
        writes(world);
    }
}

TEST_CASE("write: whatever step a crash comes at, the file is whole or not there, and the next run makes it whole") {
    for (std::uint64_t seed = 0; seed < 30; ++seed) {
        PretendedFiles world;
        Rig rig(world.files());
        const auto connector = std::move(*kind_named("file")->make("file", {}, rig.world()));
    const auto sink = std::move(*connector->sink("write", rig.world()));
        if (seed % 2 == 1) world.simulated.fail_sync(1 + seed / 2 % 4);
        const bool confirmed = send(rig, *sink, Id128{9, 9}, "/work/out/x", "/work/", "content").ok;
        world.simulated.fail_sync(0);
        world.simulated.crash(seed);
        const std::string left = world.text("out/x");
        if (confirmed) CHECK(left == "content");
        else CHECK((left == "content" || left == "<2>"));
        CHECK(send(rig, *sink, Id128{9, 9}, "/work/out/x", "/work/", "content").ok);
        world.simulated.crash();
        CHECK(world.text("out/x") == "content");
    }
}

TEST_CASE("write: the world's failures have their classes") {
    PretendedFiles world;
    Rig rig(world.files());
    const auto connector = std::move(*kind_named("file")->make("file", {}, rig.world()));
    const auto sink = std::move(*connector->sink("write", rig.world()));
    world.write("out/there", "x");
    const auto fails = [&](const std::string& path) { return send(rig, *sink, Id128{1, 2}, path, "/work/", "content").failure.kind; };
    world.simulated.fail_write(1);
    CHECK(fails("/work/out/x") == FailureClass::unavailable);
    world.simulated.fail_sync(1);
    CHECK(fails("/work/out/x") == FailureClass::unavailable);
    world.simulated.set_space(3);
    CHECK(fails("/work/out/x") == FailureClass::unavailable);
    world.simulated.set_space(1000);
    world.simulated.deny("/work/out");
    CHECK(fails("/work/out/x") == FailureClass::unauthorized);
    world.simulated.allow("/work/out");
    CHECK(*world.files().list("/work/out") == Texts{"there"});
    CHECK(send(rig, *sink, Id128{1, 2}, "/work/out/x", "/work/", "content").ok);
}

TEST_CASE("append and write: what a message puts into a name stays in its folder") {
    PretendedFiles world;
    Rig rig(world.files());
    const std::unique_ptr<Connector> connector = std::move(*kind_named("file")->make("file", {}, rig.world()));
    const auto path_of = [&](const std::string& path, std::optional<std::string> root) {
        std::vector<Argument> arguments{argument("", path)};
        if (root) arguments.push_back(argument("root", *root));
        std::string out;
        Failure failure;
        if (connector->append_path(arguments, out, failure)) return out;
        CHECK(failure.kind == FailureClass::invalid);
        CHECK_FALSE(failure.message.empty());
        for (const char c : failure.message) CHECK(static_cast<unsigned char>(c) >= 0x20);
        return std::string("refused");
    };
    for (const std::string root : {"out", "out/"}) {
        CHECK(path_of("out/a.jsonl", root) == "out/a.jsonl");
        CHECK(path_of("out/ord-7.jsonl", root) == "out/ord-7.jsonl");
        CHECK(path_of("out/x/y.jsonl", root) == "out/x/y.jsonl");
        CHECK(path_of("out/..hidden", root) == "out/..hidden");
        CHECK(path_of("out", root) == "refused");
        CHECK(path_of("outside/x", root) == "refused");
        CHECK(path_of("other/x", root) == "refused");
        CHECK(path_of("/out/x", root) == "refused");
        CHECK(path_of("out/ord-/../../x", root) == "refused");
        CHECK(path_of("out/ord-../x", root) == "out/ord-../x");  // a part of that name, below out/
    }
    CHECK(path_of("a.jsonl", ".") == "a.jsonl");
    CHECK(path_of("a.jsonl", "") == "a.jsonl");
    CHECK(path_of("/x", "/") == "/x");
    CHECK(path_of("//x", "/") == "refused");
    CHECK(path_of("/../x", "/") == "refused");
    CHECK(path_of("/var/x.jsonl", "/var") == "/var/x.jsonl");
    CHECK(path_of("../up/x", "../up") == "../up/x");
    CHECK(path_of("a.jsonl", std::nullopt) == "a.jsonl");  // all constant: the author's own words
    CHECK(path_of("../up/a.jsonl", std::nullopt) == "../up/a.jsonl");
    CHECK(path_of("/var/a.jsonl", std::nullopt) == "/var/a.jsonl");
    for (const std::string& nothing : std::vector<std::string>{"", "a/", "a\nb", std::string("a\0b", 3)}) CHECK(path_of(nothing, std::nullopt) == "refused");
    for (const std::string& evil : std::vector<std::string>{"..", "../x", "../../etc/passwd", "a/../../x", "a/..", "./x", ".", "/etc/passwd", "//etc", "a//b", "a/", "", "\n", "a\nb",
                                                            std::string("a\0b", 3), "\x7f", "\x1b[31m", std::string(300, 'a'), std::string(5000, 'a')}) {
        CAPTURE(evil);
        CHECK(path_of("out/" + evil, "out") == "refused");
        CHECK(path_of(evil, ".") == "refused");
        CHECK(path_of(evil, "") == "refused");
    }
}
