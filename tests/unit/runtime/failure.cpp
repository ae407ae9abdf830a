// What becomes of a message that fails (semantics.md 4, 11, 12).
#include "small_world.hpp"

namespace weir {

TEST_CASE("U2: what was sent before a later step failed is withdrawn; T1: a tap's copy stands") {
    SmallWorld world;
    world.put("orders", {R"({"n":1})", R"({"n":"x"})"});
    world.start(R"(
queue orders, early, watched, late
flow f from orders {
  -> early
  tap -> watched
  set body.twice = body.n * 2
  -> late
}
)", {.until_idle = true});
    CHECK(world.rows("early").size() == 1);
    CHECK(world.rows("late") == std::vector<std::string>{R"({"n":1,"twice":2})"});
    CHECK(world.rows("watched").size() == 2);
    CHECK(world.figures("f").dead == 1);
}

TEST_CASE("U2: lines that a step has sent to a file before it failed are not written, those of the messages around it are") {
    SmallWorld world;
    world.files.put("/lines.jsonl", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":4}\n{\"n\":5}\n");
    world.start(R"(
flow f from file.lines("lines.jsonl") {
  route body.n {
    2 {
      -> file.append("out.jsonl")
      -> file.append("other.jsonl")
      fail invalid "no"
    }
    else -> file.append("out.jsonl")
  }
    on invalid skip
  -> file.append("all.jsonl")
  filter body.n != 4 else {
    -> file.append("out.jsonl")
    fail invalid "no"
  }
}
)");
    CHECK(world.files.text("out.jsonl") == "{\"n\":1}\n{\"n\":3}\n{\"n\":5}\n");
    CHECK(world.files.text("all.jsonl") == "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n{\"n\":5}\n");
    CHECK(world.files.text("other.jsonl").empty());
    CHECK(world.figures("f").done == 4);
    CHECK(world.figures("f").dead == 1);
}

TEST_CASE("the failure table: first line that fits, else the flow's dead letters") {
    SmallWorld world;
    world.put("orders", {R"({"n":1})", R"({"n":2})", R"({"n":3})", R"({"n":4})"});
    world.start(R"(
queue orders, rejected, done
flow f
  from orders
  on rejected -> rejected
  on not_found discard "nobody asks"
  on expired fail again
{
  route body.n {
    1 { fail rejected "no" }
    2 { fail not_found "gone" }
    3 { fail expired "late" }
    else -> done
  }
}
)", {.until_idle = true});
    const Figures& figures = world.figures("f");
    CHECK(figures.moved == 1);
    CHECK(figures.discarded == 1);
    CHECK(figures.dead == 1);
    CHECK(figures.done == 1);
    CHECK(world.rows("rejected") == std::vector<std::string>{R"({"n":1})"});
}

TEST_CASE("a typed channel refuses what does not fit, before anything is committed (C7)") {
    SmallWorld world;
    world.put("arrived", {R"({"id":"a","qty":3})", R"({"id":"b","qty":"many"})"});
    world.start(R"(
type Item { id: string, qty: int }
queue arrived, odd
queue items: Item
flow f
  from arrived
  on invalid -> odd
{
  -> items
}
)", {.until_idle = true});
    CHECK(world.rows("items").size() == 1);
    CHECK(world.rows("odd") == std::vector<std::string>{R"({"id":"b","qty":"many"})"});
}

TEST_CASE("C2: an engine that starts again goes on behind what is done") {
    SmallWorld world;
    std::vector<std::string> bodies;
    for (int n = 0; n < 1000; ++n) bodies.push_back("{\"n\":" + std::to_string(n) + "}");
    world.put("arrived", bodies);
    const std::string text = R"(
queue arrived, out
flow f from arrived { -> out }
)";
    world.start(text, {.until_idle = true});
    CHECK(world.rows("out").size() == 1000);
    world.crash();
    world.put("arrived", {"{\"n\":1000}"});
    world.ended = false;
    world.start(text, {.until_idle = true});
    CHECK(world.ended);
    CHECK(world.rows("out").size() == 1001);
}

TEST_CASE("P3: a full disk is told once a second, nothing is lost, and the run goes on when there is room") {
    SmallWorld world;
    world.files.put("/lines.jsonl", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
    world.files.set_space(0);
    world.start(R"(
flow f from file.lines("lines.jsonl") { -> file.append("out.jsonl") }
)");
    CHECK_FALSE(world.ended);
    world.advance(std::chrono::seconds(2));
    CHECK(world.log.lines.size() == 3);
    CHECK(world.figures("f").done == 0);
    world.files.set_space(1u << 20);
    world.advance(std::chrono::seconds(1));
    CHECK(world.ended);
    CHECK(world.error == "");
    CHECK(world.files.text("out.jsonl") == "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
}

TEST_CASE("P3: a line that is offered again comes as it came, with its place, its facts and its id") {
    const auto run = [](std::uint64_t space) {
        SmallWorld world;
        world.files.put("/lines.jsonl", "{\"n\":1}\n{\"n\":2}\r\n\n{\"n\":3}");
        world.files.set_space(space);
        world.start(R"(
flow f from file.lines("lines.jsonl") {
  translate { n: body.n, at: source.offset, from: source.path, id: meta.id, attempt: meta.attempt }
  -> file.append("out.jsonl")
}
)");
        world.advance(std::chrono::seconds(1));
        world.files.set_space(1u << 20);
        world.advance(std::chrono::seconds(1));
        CHECK(world.ended);
        CHECK(world.figures("f").done == 3);
        CHECK(world.figures("f").taken == 3);
        return world.files.text("out.jsonl");
    };
    const std::string text = run(1u << 20);
    CHECK(text.find(R"({"n":2,"at":8,"from":"lines.jsonl",)") != std::string::npos);
    CHECK(run(0) == text);
}

TEST_CASE("S5: a disk that stays full ends the run with a sentence, and nothing is taken") {
    SmallWorld world;
    world.files.put("/lines.jsonl", "{\"n\":1}\n");
    world.files.set_space(0);
    const std::string text = R"(
flow f from file.lines("lines.jsonl") { -> file.append("out.jsonl") }
)";
    world.start(text);
    world.advance(std::chrono::seconds(10));
    CHECK(world.ended);
    CHECK(world.error.find("nothing is lost") != std::string::npos);
    world.files.set_space(1u << 20);
    world.crash();
    world.ended = false;
    world.error.clear();
    world.start(text);
    CHECK(world.ended);
    CHECK(world.files.text("out.jsonl") == "{\"n\":1}\n");
}

TEST_CASE("one order of events for each seed: the outcome is the same whatever the order of tasks") {
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        SmallWorld world(seed);
        std::vector<std::string> bodies;
        for (int n = 0; n < 300; ++n) bodies.push_back("{\"n\":" + std::to_string(n) + "}");
        world.put("first", bodies);
        world.start(R"(
queue first, second, third, odd
flow a from first { -> second }
flow b
  from second
  on invalid -> odd
{
  filter body.n mod 10 != 9 else fail invalid "nine"
  -> third
}
)", {.until_idle = true});
        CHECK(world.ended);
        CHECK(world.rows("third").size() == 270);
        CHECK(world.rows("odd").size() == 30);
    }
}

}  // namespace weir
