// P3, S5, T3: what takes nothing for a while, and goes on by itself.
#include "tests/unit/runtime/small_world.hpp"

using namespace weir;

namespace {

std::string numbers(int n) {
    std::string out;
    for (int i = 1; i <= n; ++i) out += "{\"id\":" + std::to_string(i) + "}\n";
    return out;
}

bool says(const std::vector<std::string>& lines, const std::string& text) {
    for (const std::string& line : lines)
        if (line.find(text) != std::string::npos) return true;
    return false;
}

}  // namespace

TEST_CASE("P3: a queue at its limit pauses the source that leads to it, through another flow too; what is taken out lets it go on") {
    SmallWorld w;
    w.files.put("/in.jsonl", numbers(20));
    EngineOptions options;
    options.paused = {"slow"};
    w.start(R"(
queue first
queue work { limit: 5 }
queue out
flow take from file.lines("/in.jsonl") { -> first }
flow pass from first { -> work }
flow slow from work { -> out }
)",
            options);
    // What is under way when the limit is reached still comes; the file is read no further.
    const std::size_t before = w.rows("work").size();
    CHECK(before >= 5);
    CHECK(before <= 10);
    w.advance(std::chrono::seconds(5));
    CHECK(w.rows("work").size() == before);
    CHECK_FALSE(w.ended);
    auto pauses = w.engine->pauses();
    REQUIRE(pauses.size() == 2);
    CHECK(pauses[0].flow == "take");
    CHECK(pauses[0].what == "sources");
    CHECK(pauses[0].why == "`work` holds " + std::to_string(before) + " messages, and its limit is 5");
    CHECK(pauses[1].flow == "slow");
    CHECK(pauses[1].why == "by hand");
    CHECK(says(w.log.lines, "and its limit is 5: the sources of `take` pause"));
    w.engine->pause("slow", false);
    w.advance(std::chrono::seconds(1));
    CHECK(w.rows("out").size() == 20);
    CHECK(w.engine->pauses().empty());
    CHECK(w.ended);
}

TEST_CASE("P3: the limit is exact where the source's own flow puts into the queue") {
    SmallWorld w;
    w.files.put("/in.jsonl", numbers(20));
    EngineOptions options;
    options.paused = {"slow"};
    w.start("queue work { limit: 5 }\nqueue out\nflow take from file.lines(\"/in.jsonl\") { -> work }\nflow slow from work { -> out }", options);
    CHECK(w.rows("work").size() == 5);
    w.engine->pause("slow", false);
    w.executor.run_until_idle();  // the commits of the reader wake it: no look is needed
    CHECK(w.rows("out").size() == 20);
}

TEST_CASE("P3: a purge by hand makes room too") {
    SmallWorld w;
    w.files.put("/in.jsonl", numbers(20));
    w.start("queue work { limit: 5 }\nflow take from file.lines(\"/in.jsonl\") { -> work }");
    CHECK(w.rows("work").size() == 5);
    Deed deed;
    deed.sort = Deed::Sort::purge;
    deed.channel = "work";
    deed.why = "a test";
    w.store->act(deed, w.executor, [](Deeds) {});
    w.executor.run_until_idle();
    CHECK(w.rows("work").empty());
    w.advance(std::chrono::seconds(1));
    CHECK(w.rows("work").size() == 5);
}

TEST_CASE("P3: a flow between channels never waits for one, whatever its limit; other sources go on") {
    SmallWorld w;
    w.files.put("/in.jsonl", numbers(8));
    w.files.put("/other.jsonl", numbers(8));
    w.start(R"(
queue work { limit: 2 }
queue more { limit: 2 }
queue free
flow take from file.lines("/in.jsonl") { -> work }
flow pass from work { -> more }
flow other from file.lines("/other.jsonl") { -> free }
)");
    w.advance(std::chrono::seconds(2));
    CHECK(w.rows("free").size() == 8);
    CHECK(w.rows("more").size() >= 2);
    CHECK(w.figures("pass").done.load() == w.rows("more").size());  // nothing stands before it
}

TEST_CASE("P3: an HTTP source answers 503 by having no room, and a timer's ticks become one") {
    SmallWorld w;
    w.start("queue work { limit: 3 }\nqueue out\nflow tick from timer.every(1s) { -> work { missed: source.missed } }");
    w.advance(std::chrono::seconds(10));
    CHECK(w.rows("work").size() == 3);
}

TEST_CASE("S5: little room on the disk pauses sources, less pauses flows that put into channels, and those that only send outside make room") {
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
        CAPTURE(seed);
        SmallWorld w(seed, "/");
        w.files.put("/in.jsonl", numbers(3));
        w.files.set_space(400u << 20);
        w.start(R"(
queue work, more
flow take from file.lines("/in.jsonl") { -> work }
flow pass from work { -> more }
flow outside from more { -> file.append("/out.jsonl") }
)");
        w.advance(std::chrono::seconds(1));
        REQUIRE(w.engine->pauses().size() == 1);
        CHECK(w.engine->pauses()[0].flow == "take");
        CHECK(w.engine->pauses()[0].why == "the disk of the store has little room");
        // What waits in channels goes on.
        w.put("work", {"{\"id\":90}"});
        w.advance(std::chrono::seconds(1));
        CHECK(w.files.text("/out.jsonl").find("90") != std::string::npos);
        w.files.set_space(100u << 20);
        w.advance(std::chrono::seconds(1));
        w.put("work", {"{\"id\":91}"});
        w.put("more", {"{\"id\":92}"});
        w.advance(std::chrono::seconds(3));
        CHECK(w.files.text("/out.jsonl").find("91") == std::string::npos);
        CHECK(w.files.text("/out.jsonl").find("92") != std::string::npos);
        CHECK(w.engine->pauses().size() == 2);
        w.files.set_space(400u << 20);
        w.advance(std::chrono::seconds(1));
        CHECK(w.files.text("/out.jsonl").find("91") != std::string::npos);
        const std::size_t taken = w.figures("take").taken.load();
        w.files.set_space(1u << 30);
        w.advance(std::chrono::seconds(1));
        CHECK(w.engine->pauses().empty());
        CHECK(taken == 0);
        CHECK(w.figures("take").taken.load() == 3);
        CHECK(says(w.log.lines, "the disk of the store has room again"));
    }
}

TEST_CASE("T3: a tap's own queue has a limit: its sources pause, or the copy is dropped with a reason in the history") {
    SUBCASE("pauses") {
        SmallWorld w;
        w.start("queue work, out\nflow f from work { tap -> file.append(\"/copies.jsonl\")\n -> out }");
        bool found = false;
        for (const plan::Channel& channel : w.plan.channels)
            if (channel.name == "f.tap") {
                found = true;
                CHECK(channel.limit == 100'000);
            }
        CHECK(found);
    }
    SUBCASE("drops") {
        SmallWorld w;
        EngineOptions options;
        options.paused = {"slow"};
        w.files.put("/in.jsonl", numbers(9));
        w.start(R"(
queue copies { limit: 4 }
queue out, seen
flow f from file.lines("/in.jsonl") {
  tap -> copies else discard "no more than four"
  -> out
}
flow slow from copies { -> seen }
)",
                options);
        CHECK(w.rows("out").size() == 9);
        CHECK(w.rows("copies").size() == 4);
        CHECK(w.figures("f").dropped.load() == 5);
        CHECK(w.figures("f").done.load() == 9);
        CHECK(w.engine->pauses().size() == 1);  // by hand
        w.engine->pause("slow", false);
        w.executor.run_until_idle();
        CHECK(w.rows("seen").size() == 4);
    }
}

TEST_CASE("T3: a copy that was dropped is not dropped again, or sent, when its message is tried again") {
    SmallWorld w;
    EngineOptions options;
    options.paused = {"slow"};
    w.start(R"(
queue work, out, seen
queue copies { limit: 1 }
flow f from work
  on any retry 2 times backoff 1s
{
  tap -> copies else discard "full"
  -> out
  fail unavailable "always"
}
flow slow from copies { -> seen }
)",
            options);
    w.put("work", {"{\"id\":1}", "{\"id\":2}"});
    CHECK(w.rows("copies").size() == 1);
    w.engine->pause("slow", false);
    w.advance(std::chrono::minutes(1));
    CHECK(w.figures("f").dead.load() == 2);
    CHECK(w.rows("seen").size() == 1);
    CHECK(w.figures("f").dropped.load() == 1);
}

TEST_CASE("M1: a jump of the clock on the wall is logged, and no duration moves") {
    SmallWorld w;
    w.start("queue out\nflow tick from timer.every(10s) { -> out }");
    w.advance(std::chrono::seconds(25));
    CHECK(w.rows("out").size() == 2);
    w.clock.set_wall(w.clock.wall() + 18'000'000'000'000);
    w.advance(std::chrono::seconds(4));
    CHECK(w.rows("out").size() == 2);
    CHECK(says(w.log.lines, "the clock on the wall has jumped by 18000 s"));
    w.clock.set_wall(w.clock.wall() + 4'000'000'000);
    const std::size_t lines = w.log.lines.size();
    w.advance(std::chrono::seconds(1));
    CHECK(w.log.lines.size() == lines);
}
