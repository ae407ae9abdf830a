#include <doctest/doctest.h>
#include <unistd.h>

#include <set>

#include "engine/system/files.hpp"
#include "tests/contract/worlds.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

struct Pipe {
    int ends[2] = {-1, -1};
    Pipe() { REQUIRE(::pipe(ends) == 0); }
    ~Pipe() {
        ::close(ends[0]);
        close_writer();
    }
    void write(std::string_view text) { REQUIRE(::write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size())); }
    void close_writer() {
        if (ends[1] >= 0) ::close(ends[1]);
        ends[1] = -1;
    }
};

}  // namespace

TEST_CASE("console.lines: line by line as they come, never blocking, until the end") {
    PretendedFiles world;
    Pipe in;
    ConsoleFiles console(in.ends[0], 1);
    Rig rig(world.files());
    rig.console = &console;
    rig.start("console", "lines", {});
    rig.executor.advance(100ms);
    CHECK(rig.inlet->got.empty());
    in.write("one\ntw");
    rig.executor.advance(100ms);
    CHECK(rig.texts() == std::vector<std::string>{"one"});
    in.write("o\n\nthree");
    rig.executor.advance(100ms);
    CHECK(rig.texts() == std::vector<std::string>{"one", "two"});
    CHECK_FALSE(rig.inlet->has_ended);
    in.close_writer();
    rig.executor.advance(100ms);
    CHECK(rig.texts() == std::vector<std::string>{"one", "two", "three"});
    CHECK(rig.inlet->has_ended);
    std::set<std::string> ids;
    for (const Got& g : rig.inlet->got) {
        ids.insert(to_text(g.delivery.message.meta.id));
        CHECK(g.delivery.position.sort == Position::Sort::none);
        CHECK(g.delivery.message.body.format == Format::text);
    }
    CHECK(ids.size() == 3);
    CHECK(rig.inlet->got[1].delivery.message.source.find("line")->i == 2);
}

TEST_CASE("console.lines: waits for room, and stops") {
    PretendedFiles world;
    Pipe in;
    ConsoleFiles console(in.ends[0], 1);
    Rig rig(world.files());
    rig.console = &console;
    rig.start("console", "lines", {argument("format", "json")}, 0s, 2);
    in.write("1\n2\n3\n4\n5\n");
    rig.executor.advance(1s);
    CHECK(rig.inlet->got.size() == 2);
    CHECK(rig.inlet->got[0].delivery.message.body.format == Format::json);
    rig.finish(0);
    rig.executor.advance(1s);
    CHECK(rig.inlet->got.size() == 3);
    rig.finish(1);
    rig.close();
    rig.executor.advance(1s);
    CHECK_FALSE(rig.inlet->after_stop);
    CHECK_FALSE(rig.inlet->too_much);
}

TEST_CASE("console.line: one body a line, answered when it is written") {
    PretendedFiles world;
    Pipe out;
    ConsoleFiles console(0, out.ends[1]);
    Rig rig(world.files());
    rig.console = &console;
    const auto connector = std::move(*kind_named("console")->make("console", {}, rig.world()));
    const auto sink = std::move(*connector->sink("line", rig.world()));
    int answered = 0;
    for (const char* body : {"hello", "{\"a\":1}"}) {
        sink->send({Id128{1, 1}, {}, body}, [&](SendResponse r) { answered += r.ok ? 1 : 100; });
        rig.executor.run_until_idle();
    }
    CHECK(answered == 2);
    char buffer[64];
    const ssize_t got = ::read(out.ends[0], buffer, sizeof buffer);
    CHECK(std::string_view(buffer, static_cast<std::size_t>(got)) == "hello\n{\"a\":1}\n");
}

TEST_CASE("console.line: without a console it is unavailable") {
    PretendedFiles world;
    Rig rig(world.files());
    const auto connector = std::move(*kind_named("console")->make("console", {}, rig.world()));
    const auto sink = std::move(*connector->sink("line", rig.world()));
    SendResponse response;
    sink->send({Id128{1, 1}, {}, "x"}, [&](SendResponse r) { response = std::move(r); });
    rig.executor.run_until_idle();
    CHECK_FALSE(response.ok);
    CHECK(response.failure.kind == FailureClass::unavailable);
}
