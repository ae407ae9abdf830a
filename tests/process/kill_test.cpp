// kill -9 at any moment: each line once, in order, none torn.
#include <doctest/doctest.h>

#include <csignal>

#include "process.hpp"

using namespace process;

TEST_CASE("killed five times over 200,000 lines") {
    constexpr int lines = 200'000, kills = 5;
    const Folder here;
    here.write("copy.flow", "flow copy\n  from file.lines(\"in.jsonl\")\n{\n  translate { n: body.n, twice: body.n * 2 }\n  -> file.append(\"out.jsonl\")\n}\n");
    std::string input, expected;
    for (int n = 0; n < lines; ++n) {
        input += "{\"n\":" + std::to_string(n) + "}\n";
        expected += "{\"n\":" + std::to_string(n) + ",\"twice\":" + std::to_string(2 * n) + "}\n";
    }
    here.write("in.jsonl", input);
    int killed = 0;
    for (int n = 1; n <= kills; ++n) {
        // Its own beginning, then the part that this life may write before it dies.
        const std::uint64_t enough = expected.size() * static_cast<std::uint64_t>(n) / (kills + 2);
        Program engine(here, {"run", "copy.flow"});
        REQUIRE(engine.until([&] { return here.size("out.jsonl") > enough; }));
        engine.signal(SIGKILL);
        if (engine.end().code == 128 + SIGKILL) ++killed;
    }
    CHECK(killed >= 3);  // a fast machine may finish a life before the signal arrives
    const Ended last = weir(here, {"run", "copy.flow"});
    CAPTURE(last.err);
    CHECK(last.code == 0);
    const std::string output = here.read("out.jsonl");
    CHECK(output.size() == expected.size());
    CHECK((output == expected));
    MESSAGE(killed, " lives ended by kill -9");
}
