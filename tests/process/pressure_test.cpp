// What pauses, and what is replayed out of a channel, as people see it.
#include <doctest/doctest.h>

#include <csignal>

#include "process.hpp"

using namespace process;

namespace {

std::string numbers(int from, int to) {
    std::string out;
    for (int n = from; n <= to; ++n) out += "{\"n\":" + std::to_string(n) + "}\n";
    return out;
}

}  // namespace

TEST_CASE("a queue at its limit: status says what is paused and why, the log too, and it goes on when somebody takes") {
    const Folder here;
    here.write("in.jsonl", numbers(1, 9));
    here.write("b.flow",
               "queue work { limit: 3 }\n"
               "flow take\n  from file.lines(\"in.jsonl\")\n{\n  -> work\n}\n");
    Program full(here, {"run", "b.flow"});
    REQUIRE(full.until([&] { return holds_text(weir(here, {"status"}).out, "paused       the sources of flow take: `work` holds 3 messages, and its limit is 3\n"); }));
    REQUIRE(full.until_says("the sources of `take` pause until some are taken"));
    CHECK(holds_text(weir(here, {"status", "--format", "json"}).out, "\"paused\":[{\"flow\":\"take\",\"what\":\"sources\",\"why\":\"`work` holds 3 messages, and its limit is 3\"}]"));
    REQUIRE(weir(here, {"channels", "purge", "work", "--discard", "a test"}).out == "purged: 3\n");
    REQUIRE(full.until([&] { return count_of(weir(here, {"messages", "--flow", "take"}).out, '\n') == 6; }));
    full.signal(SIGTERM);
    CHECK(full.end().code == 0);
}

TEST_CASE("dead letters of a whole channel are replayed, each through the flow that failed with it, and what has not failed stays") {
    const Folder here;
    const std::string broken =
        "queue first: { n: int }\nqueue second\nqueue rejects\nqueue out\n"
        "flow one\n  from first\n  on rejected -> rejects\n{\n  fail rejected \"not yet\"\n}\n"
        "flow two\n  from second\n  on rejected -> rejects\n{\n  fail rejected \"not yet\"\n}\n";
    here.write("a.flow", broken);
    {
        Program engine(here, {"run", "a.flow"});
        REQUIRE(engine.until([&] { return weir(here, {"send", "first", "{\"n\":1}"}).code == 0; }));
        for (const char* body : {"{\"n\":2}", "{\"n\":3}"}) REQUIRE(weir(here, {"send", "second", body}).code == 0);
        REQUIRE(weir(here, {"send", "rejects", "{\"n\":4}"}).code == 0);
        REQUIRE(engine.until([&] { return count_of(weir(here, {"dead-letters", "list"}).out, '\n') == 3; }));
        engine.signal(SIGTERM);
        CHECK(engine.end().code == 0);
    }
    const std::string mended =
        "queue first: { n: int }\nqueue second\nqueue rejects\nqueue out\n"
        "flow one\n  from first\n  on rejected -> rejects\n{\n  filter body.n > 0 else fail rejected \"never\"\n  -> out { n: body.n, by: \"one\" }\n}\n"
        "flow two\n  from second\n  on rejected -> rejects\n{\n  filter body.n != 3 else fail rejected \"still not\"\n  -> out { n: body.n, by: \"two\" }\n}\n";
    here.write("a.flow", mended);
    Program engine(here, {"run", "a.flow"});
    REQUIRE(engine.until([&] { return holds_text(weir(here, {"status", "--format", "json"}).out, "\"run\":{"); }));  // it listens
    const Ended ended = weir(here, {"dead-letters", "replay", "--all", "rejects", "--why", "mended"});
    CAPTURE(ended.err);
    CHECK(ended.out == "replayed: 3\n");
    REQUIRE(engine.until([&] { return count_of(weir(here, {"channels", "peek", "out"}).out, '\n') == 2; }));
    const std::string out = weir(here, {"channels", "peek", "out"}).out;
    CHECK(holds_text(out, "{\"n\":1,\"by\":\"one\"}"));
    CHECK(holds_text(out, "{\"n\":2,\"by\":\"two\"}"));
    // The one that failed again is back, and what never failed was not touched.
    REQUIRE(engine.until([&] { return holds_text(weir(here, {"dead-letters", "list"}).out, "still not"); }));
    CHECK(count_of(weir(here, {"dead-letters", "list"}).out, '\n') == 1);
    CHECK(holds_text(weir(here, {"channels", "peek", "rejects"}).out, "{\"n\":4}"));
    CHECK(holds_text(weir(here, {"messages", "--outcome", "resting", "--limit", "100"}).out, ": mended)"));
    CHECK(weir(here, {"dead-letters", "discard", "--all", "rejects", "--discard", "enough"}).out == "discarded: 1\n");
    CHECK(weir(here, {"dead-letters", "list"}).out == "no dead letters\n");
    CHECK(holds_text(weir(here, {"channels", "peek", "rejects"}).out, "{\"n\":4}"));
    CHECK(weir(here, {"dead-letters", "replay", "--all", "rejects"}).out == "replayed: 0\n");
    CHECK(weir(here, {"dead-letters", "replay", "--all", "nothing"}).code == 2);
    engine.signal(SIGTERM);
    CHECK(engine.end().code == 0);
}

TEST_CASE("C5: a start says what stands in the store that no flow has any more, and keeps it") {
    const Folder here;
    here.write("a.flow", "queue work\nqueue out\nflow a\n  from work\n{\n  -> out\n}\n");
    here.write("b.flow", "queue work\nqueue other\nflow a\n  from work\n{\n  -> other\n}\n");
    for (const char* file : {"a.flow", "b.flow"}) {
        Program engine(here, {"run", file});
        REQUIRE(engine.until([&] { return holds_text(weir(here, {"status"}).out, "engine       running"); }));
        if (file == std::string("b.flow")) REQUIRE(engine.until_says("`out` stands in the store and no flow has it any more; it is kept"));
        engine.signal(SIGTERM);
        CHECK(engine.end().code == 0);
    }
    CHECK(holds_text(weir(here, {"status"}).out, "orphan       out  "));
}
