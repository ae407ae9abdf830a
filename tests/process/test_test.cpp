// weir test, from outside: what it prints, in each format, and how it ends.
#include <doctest/doctest.h>

#include "process.hpp"

using namespace process;

namespace {

const char* const flow = R"(queue orders, out

flow f
  from orders
{
  -> out { n: body.n + 1 }
}

test "one is added"
{
  send orders { n: 1 }
  expect out is [{ n: 2 }]
}

test "a mistake <of mine>"
{
  send orders { n: 1 }
  expect out has 1 where body.n == 3
}
)";

}  // namespace

TEST_CASE("a test that fails says what was expected and what was there, with its place; exit 3") {
    const Folder here;
    here.write("sum.flow", flow);
    Ended ended = weir(here, {"test", "sum.flow"});
    CHECK(ended.code == 3);
    CHECK(holds_text(ended.out, "ok    sum.flow: one is added\n"));
    CHECK(holds_text(ended.out, "FAIL  sum.flow: a mistake <of mine>\n  --> sum.flow:18:3\n  18 | expect out has 1 where body.n == 3\n"));
    CHECK(holds_text(ended.out, "expected: `out` has 1\n"));
    CHECK(holds_text(ended.out, "was:      0 of 1 fit\n"));
    CHECK(holds_text(ended.out, "{\"n\":2}"));
    CHECK(holds_text(ended.out, "2 tests, 1 failed, "));
    CHECK(here.size(".weir/store.db") == 0);

    ended = weir(here, {"test", "--filter", "added", "sum.flow"});
    CHECK(ended.code == 0);
    CHECK(holds_text(ended.out, "1 test, all passed, "));
    ended = weir(here, {"test", "--filter", "nowhere", "sum.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "`nowhere`"));
}

TEST_CASE("formats for programs") {
    const Folder here;
    here.write("sum.flow", flow);
    Ended ended = weir(here, {"test", "--format", "json", "sum.flow"});
    CHECK(ended.code == 3);
    CHECK(ended.out.starts_with("{\"tests\":[{\"file\":\"sum.flow\",\"line\":9,\"name\":\"one is added\",\"ok\":true,"));
    CHECK(holds_text(ended.out, "\"failure\":{\"file\":\"sum.flow\",\"line\":18,\"column\":3,\"step\":\"expect out has 1 where body.n == 3\",\"expected\":\"`out` has 1\",\"was\":\"0 of 1 fit\""));
    CHECK(holds_text(ended.out, "\"passed\":1,\"failed\":1,"));
    ended = weir(here, {"test", "--format", "junit", "sum.flow"});
    CHECK(ended.code == 3);
    CHECK(holds_text(ended.out, "<testsuite name=\"weir\" tests=\"2\" failures=\"1\""));
    CHECK(holds_text(ended.out, "name=\"a mistake &lt;of mine&gt;\""));
    CHECK(holds_text(ended.out, "<failure message=\"expected `out` has 1, was 0 of 1 fit\">"));
}

TEST_CASE("seeds: a failure under one of them names it, and it fails again under that one") {
    const Folder here;
    here.write("race.flow", "queue a, b\nflow x\n  from a\n{\n  -> b \"x\"\n}\nflow y\n  from a\n{\n  -> b \"y\"\n}\ntest \"x is first\"\n{\n  send a 1\n  expect b is [\"x\"]\n}\n");
    Ended ended = weir(here, {"test", "--seeds", "1..50", "race.flow"});
    CHECK(ended.code == 3);
    const std::size_t at = ended.out.find("(--seed ");
    REQUIRE(at != std::string::npos);
    const std::string seed = ended.out.substr(at + 8, ended.out.find(')', at) - at - 8);
    ended = weir(here, {"test", "--seed", seed, "race.flow"});
    CHECK(ended.code == 3);
    CHECK(holds_text(ended.out, "(--seed " + seed + ")"));
    ended = weir(here, {"test", "--seeds", "50..1", "race.flow"});
    CHECK(ended.code == 2);
}

TEST_CASE("tests are checked like flows, and `run` leaves them alone") {
    const Folder here;
    here.write("bad.flow", "queue orders\ntest \"x\"\n{\n  expect ordres is empty\n}\n");
    for (const char* command : {"test", "check"}) {
        const Ended ended = weir(here, {command, "bad.flow"});
        CHECK(ended.code == 1);
        CHECK(holds_text(ended.err, "bad.flow:4:10"));
        CHECK(ended.out.empty());
    }
    here.write("none.flow", "queue q\n");
    CHECK(weir(here, {"test", "none.flow"}).out == "no tests\n");
    here.write("in.jsonl", "{\"n\":1}\n");
    here.write("fine.flow", "queue q\nflow f\n  from file.lines(\"in.jsonl\")\n{\n  -> file.append(\"out.jsonl\")\n}\ntest \"fails\"\n{\n  expect q has 1\n}\n");
    CHECK(weir(here, {"run", "fine.flow"}).code == 0);
    CHECK(here.read("out.jsonl") == "{\"n\":1}\n");
    CHECK(weir(here, {"test", "fine.flow"}).code == 3);
    CHECK(here.read("out.jsonl") == "{\"n\":1}\n");
}
