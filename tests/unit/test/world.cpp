// What a test does to the engine: time, crashes, pauses, replays, purges, and what stands for the world.
#include "tests/unit/test/run_tests.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

const std::string parts = R"(
connector bank = http(url: "http://127.0.0.1:9")
queue work, out, failed
flow f
  from work
  on transient retry 3 times backoff 1s..10m
{
  let answer = call bank.post("/x")
  -> out { n: body.n, answer: answer }
}
)";

void passes(const std::string& declarations, const std::string& body) {
    const Ran ran = run_test_of(declarations, body);
    CAPTURE(body);
    CHECK_MESSAGE(ran.passed(), ran.step << ": expected " << ran.expected << ", was " << ran.was << "\n" << ran.notes);
}

}  // namespace

TEST_CASE("advance passes through every due time on the way") {
    passes(parts, "  stub bank.post(\"/x\") fail unavailable\n  send work { n: 1 }\n  expect bank.post(\"/x\") called 1\n  advance 1s\n  expect bank.post(\"/x\") called 2\n  expect flow f holds 1 where body.n == 1\n  advance 1h\n"
                  "  expect bank.post(\"/x\") called 4\n  expect f.dead has 1 where meta.failure.attempts == 4 and meta.failure.class == \"unavailable\"\n  expect flow f failed 1");
    passes("queue ticks\nflow tick\n  from timer.every(1m)\n{\n  -> ticks { at: 1 }\n}\n", "  advance 10m\n  expect ticks has 10");
}

TEST_CASE("stubs: one answer each, the last for ever; for a time; so often; by arguments") {
    passes(parts, "  stub bank.post(\"/x\") reply 1 then reply \"b\" times 2 then reply 201 { c: 1 }\n  send work { n: 1 } times 5\n  expect out has 2 where body.answer == \"b\"\n  expect out has 2 where body.answer == { c: 1 }");
    passes(parts, "  stub bank.post(\"/x\") fail connect \"no line\" for 5s then reply 200 7\n  send work { n: 1 }\n  advance 3s\n  expect out is empty\n  advance 4s\n  expect out has 1 where body.answer == 7");
    passes(parts, "  stub bank.post(\"/y\") reply 1\n  send work { n: 1 }\n  expect out has 1 where body.answer == null");
    passes(parts, "  stub bank.post(\"/*\") fail invalid \"broken\"\n  send work { n: 1 }\n  expect f.dead has 1 where meta.failure.message.contains(\"broken\")");
}

TEST_CASE("a status that the connector takes for a failure is one") {
    passes(parts, "  stub bank.post(\"/x\") reply 404\n  send work { n: 1 }\n  expect f.dead has 1 where meta.failure.class == \"not_found\"\n  expect bank.post(\"/x\") succeeded 0\n  expect bank.post(\"/x\") called 1");
    passes(parts, "  stub bank.post(\"/x\") reply 503 then reply 201 { ok: true }\n  send work { n: 1 }\n  expect flow f holds 1\n  advance 1s\n  expect out has 1 where body.answer.ok");
}

TEST_CASE("crash: memory is gone, what was committed stays, rests go on") {
    passes(parts, "  stub bank.post(\"/x\") fail unavailable then reply 1\n  send work { n: 1 }\n  crash\n  expect out is empty\n  advance 1s\n  expect out has 1\n  expect bank.post(\"/x\") called 2");
    passes(parts, "  stub bank.post(\"/x\") reply 1 after 10s\n  send work { n: 1 }\n  crash\n  advance 10s\n  expect out has 1\n  expect bank.post(\"/x\") called 2");
}

TEST_CASE("crash before commit: the unit's effect was made, its commit was not, and it runs again") {
    passes(parts, "  stub bank.post(\"/x\") reply 1\n  crash before commit\n  send work { n: 1 }\n  expect bank.post(\"/x\") called 2\n  expect out has 1\n  expect work has 1");
    // Who asked over a connection that died with the engine gets no answer, and nothing of it stays.
    const std::string web = "connector web = http(listen: \"127.0.0.1:0\")\nqueue kept\nflow take\n  from web.post(\"/a\")\n{\n  -> kept\n  reply 202 { a: 1 }\n}\n";
    passes(web, "  crash before commit\n  send web.post(\"/a\") { x: 1 }\n  expect no reply\n  expect kept is empty\n  send web.post(\"/a\") { x: 2 }\n  expect reply status 202\n  expect kept is [{ x: 2 }]");
}

TEST_CASE("a paused flow takes nothing, also after a crash, and no due row") {
    passes(parts, "  pause flow f\n  send work { n: 1 }\n  expect work holds 1\n  crash\n  advance 1h\n  expect work holds 1 where body.n == 1\n  expect bank.post(\"/x\") called 0\n  resume flow f\n  expect out has 1\n  expect work holds 0");
    passes(parts, "  stub bank.post(\"/x\") fail timeout then reply 1\n  send work { n: 1 }\n  pause flow f\n  advance 1h\n  expect bank.post(\"/x\") called 1\n  resume flow f\n  expect out has 1");
}

TEST_CASE("replay and purge") {
    passes(parts, "  stub bank.post(\"/x\") fail invalid then reply 200 2\n  send work { n: 1 }\n  expect f.dead holds 1\n  replay f.dead\n  expect f.dead holds 0\n  expect f.dead has 1\n  expect out has 1 where body.answer == 2");
    passes(parts, "  pause flow f\n  send work { n: 1 } times 3\n  purge work discard \"clean start\"\n  expect work purged 3\n  expect work holds 0\n  resume flow f\n  expect out is empty");
}

TEST_CASE("ids by name are shown by their names") {
    passes("queue a, b\nflow f\n  from a\n{\n  -> b { cid: meta.correlation_id }\n}\n",
           "  send a { n: 1 } meta { id: \"one\", correlation_id: \"many\" }\n  expect a has 1 where meta.id == \"one\" and meta.correlation_id == \"many\"\n  expect b has 1 where body.cid == \"many\" and meta.correlation_id == \"many\"");
}

TEST_CASE("let, headers, source and times") {
    passes(parts + "flow g\n  from file.read(\"in/*.csv\", done: \"done\") every 1m\n{\n  -> failed { name: source.name, text: body }\n}\n",
           "  let name = \"a\"\n  send file.read(\"in/*.csv\") \"x;y\" source { name: \"${name}.csv\" }\n  expect failed is [{ name: \"a.csv\", text: \"x;y\" }]\n"
           "  send work { n: 1 } header { \"X-Kind\": name }\n  expect work has 1 where header[\"x-kind\"] == name");
}

TEST_CASE("the same seed is the same run; another order is another run") {
    const std::string two = "queue a, b\nflow x\n  from a\n{\n  -> b { by: \"x\" }\n}\nflow y\n  from a\n{\n  -> b { by: \"y\" }\n}\n";
    const auto ran = [&](std::uint64_t seed) { return run_test_of(two, "  send a { n: 1 }\n  expect b is []", seed).was; };
    bool differs = false;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        CHECK(ran(seed) == ran(seed));
        differs = differs || ran(seed) != ran(1);
    }
    CHECK(differs);
}

TEST_CASE("nobody reads from there: the test fails and says so") {
    const Ran ran = run_test_of("connector web = http(listen: \"127.0.0.1:0\")\nqueue a\nflow f\n  from web.post(\"/a\")\n{\n  -> a\n  reply 200 1\n}\n", "  send web.post(\"/b\") 1");
    CHECK(ran.was == "none does");
    CHECK(ran.step == "send web.post(\"/b\") 1");
}
