// How long a message may take: `expire`, the header's `timeout`, and what reads dead letters.
#include "engine/simulate/recorder.hpp"
#include "tests/unit/runtime/small_world.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

struct Timed : SmallWorld {
    Recorder recorder{clock};
    std::vector<Answer> answers;
    Timed() {
        for (auto& kind : kinds)
            if (kind->name() == "http") kind = recorder.kind("http", nullptr);
    }
    ~Timed() { close(); }
    void post(const std::string& path, const std::string& body) {
        Delivery delivery;
        delivery.message.body = Body::copy_of(body, Format::json);
        delivery.message.meta.id = {random.next(), random.next()};
        delivery.message.meta.created = clock.wall();
        REQUIRE(recorder.deliver({"web", "post", {{"", path}}}, std::move(delivery), [this](Answer answer) { answers.push_back(std::move(answer)); }));
        executor.run_until_idle();
    }
    Recorder::Out slow(EngineTime after, const std::string& body = "1") {
        Recorder::Out out;
        out.after = after;
        out.body = body;
        return out;
    }
    Recorder::Out fails(FailureClass kind) {
        Recorder::Out out;
        out.fails = true;
        out.failure = kind;
        return out;
    }
    std::vector<DeadRow> dead(const std::string& flow) {
        auto read = store->dead_letters(store->number(NameKind::flow, flow), 0, 1000);
        REQUIRE(static_cast<bool>(read));
        return std::move(*read);
    }
    Failure failure_in(const std::string& channel, std::size_t index = 0) {
        const auto read = store->read(store->number(NameKind::channel, channel), 0, 1000, 1u << 24);
        REQUIRE(static_cast<bool>(read));
        REQUIRE(read->size() > index);
        Headers headers;
        Meta meta;
        REQUIRE(decode_envelope((*read)[index].envelope, headers, meta));
        REQUIRE(meta.failure);
        return *meta.failure;
    }
};

const std::string connectors = R"(
connector web = http(listen: "127.0.0.1:0")
connector vision = http(url: "http://127.0.0.1:9")
queue work, middle, out, failed, late
)";

}  // namespace

TEST_CASE("expire: looked at where the next flow takes the message, and it goes by that flow's table") {
    Timed w;
    EngineOptions options;
    options.paused = {"sell"};
    w.start(connectors + "flow stamp from work { expire after 5s\n -> middle }\nflow sell from middle\n on expired -> late\n { -> out }", options);
    w.put("work", {R"({"n":1})"});
    w.advance(5s - 1ns);
    w.engine->pause("sell", false);
    w.executor.run_until_idle();
    CHECK(w.rows("out").size() == 1);
    w.engine->pause("sell", true);
    w.executor.run_until_idle();
    w.put("work", {R"({"n":2})"});
    w.advance(5s);
    w.engine->pause("sell", false);
    w.executor.run_until_idle();
    CHECK(w.rows("out").size() == 1);
    CHECK(w.rows("late") == std::vector<std::string>{R"({"n":2})"});
    CHECK(w.failure_in("late").kind == FailureClass::expired);
    CHECK(w.failure_in("late").message == "the message has expired");
}

TEST_CASE("expire: goes along with forwards and copies, not with new messages; `at` takes a time, and what is none is invalid") {
    Timed w;
    w.start(connectors + R"(
queue a, b
flow stamp from work
 on invalid -> failed
{
  expire at timestamp(body.until)
  recipients ["x"] { "x" -> a }
  -> b { fresh: meta.expires == null }
}
flow see_a from a { -> out { expires: meta.expires } }
flow see_b from b { -> out { none: meta.expires == null } }
)");
    w.put("work", {R"({"until":"2026-01-01T01:00:00Z"})"});
    const auto rows = w.rows("out");
    REQUIRE(rows.size() == 2);
    CHECK((rows[0] + rows[1]).find(R"("expires":"2026-01-01T01:00:00Z")") != std::string::npos);
    CHECK((rows[0] + rows[1]).find(R"("none":true)") != std::string::npos);
    w.put("work", {R"({"until":"soon"})"});
    CHECK(w.rows("failed").size() == 1);
}

TEST_CASE("expire: looked at before a call and at a retry, and no retry line takes it") {
    Timed w;
    w.recorder.stub({"vision", "post", {}}, {w.fails(FailureClass::unavailable)});
    w.start(connectors + "flow f from work\n on transient retry 5 times backoff 2s..2s, then -> failed\n on expired -> late\n { expire after 5s\n call vision.post(\"/c\") }");
    w.put("work", {R"({"n":1})"});
    w.advance(1min);
    // Each run stamps it anew: the message that comes back is the one that came in.
    CHECK(w.recorder.sent().size() == 6);
    CHECK(w.rows("failed").size() == 1);
    Timed v;
    v.recorder.stub({"vision", "post", {}}, {v.fails(FailureClass::unavailable)});
    v.start(connectors + "flow stamp from work { expire after 5s\n -> middle }\nflow f from middle\n on any retry 9 times backoff 2s..2s\n on expired -> late\n on any -> failed\n { call vision.post(\"/c\") }");
    v.put("work", {R"({"n":1})"});
    v.advance(1min);
    CHECK(v.recorder.sent().size() == 3);  // at 0, 2 and 4 s
    CHECK(v.rows("failed").empty());
    CHECK(v.rows("late").size() == 1);
    Timed u;
    u.recorder.stub({"vision", "post", {{"", "/a"}}}, {u.slow(6s)});
    u.start(connectors + "flow stamp from work { expire after 5s\n -> middle }\nflow f from middle\n on expired -> late\n { call vision.post(\"/a\") timeout 20s\n call vision.post(\"/b\") timeout 20s }");
    u.put("work", {R"({"n":1})"});
    u.advance(1min);
    CHECK(u.recorder.sent().size() == 1);
    CHECK(u.rows("late").size() == 1);
}

TEST_CASE("a request that has expired is answered 410, and nothing is stored") {
    Timed w;
    w.recorder.stub({"vision", "post", {{"", "/a"}}}, {w.slow(2s)});
    w.start(connectors + "flow f from web.post(\"/x\") { expire after 1s\n let a = call vision.post(\"/a\") timeout 20s\n let b = call vision.post(\"/b\") timeout 20s\n reply b }");
    w.post("/x", "{}");
    w.advance(2s);
    REQUIRE(w.answers.size() == 1);
    CHECK(w.answers[0].status == 410);
    CHECK(w.dead("f").empty());
}

TEST_CASE("timeout: a call takes no longer than the flow has time; the failure is the flow's, and skips lines that retry") {
    Timed w;
    w.recorder.stub({"vision", "post", {}}, {w.slow(20s)});
    w.start(connectors + "flow f from work\n timeout 5s\n on timeout retry 3 times\n on timeout -> late\n { call vision.post(\"/c\") timeout 30s\n on timeout skip\n -> out }");
    w.put("work", {R"({"n":1})"});
    w.advance(5s - 1ns);
    CHECK(w.rows("late").empty());
    w.advance(1ns);
    CHECK(w.rows("late").size() == 1);
    CHECK(w.rows("out").empty());
    CHECK(w.failure_in("late").kind == FailureClass::timeout);
    CHECK(w.failure_in("late").message.find("in the time that its header gives") != std::string::npos);
    CHECK(w.recorder.sent().size() == 1);
}

TEST_CASE("timeout: a call's own, shorter time is the step's failure, as ever") {
    Timed w;
    w.recorder.stub({"vision", "post", {}}, {w.slow(20s)});
    w.start(connectors + "flow f from work\n timeout 10s\n { call vision.post(\"/c\") timeout 2s\n on timeout skip\n -> out }");
    w.put("work", {R"({"n":1})"});
    w.advance(2s);
    CHECK(w.rows("out").size() == 1);
}

TEST_CASE("timeout: runs over retries, from the first taking, across a crash; a replay begins anew") {
    Timed w;
    w.recorder.stub({"vision", "post", {}}, {w.fails(FailureClass::unavailable)});
    const std::string text = connectors + "flow f from work\n timeout 10s\n on transient retry forever backoff 4s..4s\n { call vision.post(\"/c\")\n -> out }";
    w.start(text);
    w.put("work", {R"({"n":1})"});
    w.advance(5s);
    CHECK(w.recorder.sent().size() == 2);
    w.crash();
    w.recorder.crash();
    w.executor.forget_timers();
    w.start(text);
    w.advance(5s);  // its third try, at 8 s, would be followed by one at 12: it ends at 10
    CHECK(w.recorder.sent().size() == 3);
    REQUIRE(w.dead("f").size() == 1);
    CHECK(w.dead("f")[0].failure.kind == FailureClass::timeout);
    Deed replay;
    replay.flow = "f";
    w.store->act(replay, w.executor, [](Deeds) {});
    w.executor.run_until_idle();
    CHECK(w.recorder.sent().size() == 4);
    w.advance(9s);
    CHECK(w.recorder.sent().size() == 6);
    CHECK(w.dead("f").empty());
    w.advance(1s);
    CHECK(w.dead("f").size() == 1);
}

TEST_CASE("timeout of a flow that answers: the requester is told 504 by the failure, at the same moment, and still owns the message") {
    Timed w;
    w.recorder.stub({"vision", "post", {}}, {w.slow(20s)});
    w.start(connectors + "flow f from web.post(\"/x\")\n timeout 5s\n { let a = call vision.post(\"/c\") timeout 30s\n reply a }\nflow g from web.post(\"/y\")\n timeout 5s\n on timeout reply 202 { later: true }\n { let a = call vision.post(\"/c\") timeout 30s\n reply a }");
    w.post("/x", "{}");
    w.advance(5s);
    REQUIRE(w.answers.size() == 1);
    CHECK(w.answers[0].status == 504);
    CHECK(w.answers[0].body.find("in the time that its header gives") != std::string::npos);
    CHECK(w.figures("f").refused == 1);
    CHECK(w.dead("f").empty());
    w.post("/y", "{}");
    w.advance(5s);
    REQUIRE(w.answers.size() == 2);
    CHECK(w.answers[1].status == 202);
    CHECK(w.answers[1].body == R"({"later":true})");
    w.advance(1min);
    CHECK(w.answers.size() == 2);
}

TEST_CASE("timeout: a request that stands in a queue is told 504 at that time, and the work goes on") {
    Timed w;
    EngineOptions options;
    options.paused = {"g"};
    w.start(connectors + "flow f from web.post(\"/x\")\n timeout 5s\n { -> middle }\nflow g from middle { -> out\n reply 200 }", options);
    w.post("/x", "{}");
    w.advance(5s);
    REQUIRE(w.answers.size() == 1);
    CHECK(w.answers[0].status == 504);
    CHECK(w.answers[0].body.find("the work goes on") != std::string::npos);
    w.engine->pause("g", false);
    w.executor.run_until_idle();
    CHECK(w.rows("out").size() == 1);
    CHECK(w.figures("g").undeliverable == 1);
}

TEST_CASE("timeout: sends are looked at too") {
    Timed w;
    w.recorder.stub({"vision", "post", {}}, {w.slow(20s)});
    w.start(connectors + "flow f from work\n timeout 5s\n on timeout -> late\n { -> vision.post(\"/c\") }");
    w.put("work", {R"({"n":1})"});
    w.advance(5s);
    CHECK(w.rows("late").size() == 1);
}

TEST_CASE("F3: a flow reads another's dead letters: body, headers and meta.failure as they were; the letter is gone with the commit") {
    Timed w;
    w.start(connectors + R"(
flow f from work { set header.kind = "k"
  fail rejected "no stock" }
flow mend from f.dead { -> out { n: body.n, class: meta.failure.class, why: meta.failure.message, flow: meta.failure.flow, attempts: meta.failure.attempts, from: meta.history.map(h -> h.channel) } }
)");
    w.put("work", {R"({"n":1})", R"({"n":2})"});
    CHECK(w.rows("out") == std::vector<std::string>{R"({"n":1,"class":"rejected","why":"no stock","flow":"f","attempts":1,"from":["work","f.dead"]})", R"({"n":2,"class":"rejected","why":"no stock","flow":"f","attempts":1,"from":["work","f.dead"]})"});
    CHECK(w.dead("f").empty());
    CHECK(w.figures("mend").done == 2);
}

TEST_CASE("F3: letters that stand at the start are read, one that fails in its reader is that flow's dead letter, and one that waits for its retry stands once") {
    Timed w;
    const std::string flow_f = connectors + "flow f from work { fail rejected \"no\" }\n";
    w.start(flow_f);
    w.put("work", {R"({"n":1})", R"({"n":2})", R"({"n":3})"});
    CHECK(w.dead("f").size() == 3);
    w.crash();
    w.executor.forget_timers();
    w.start(flow_f + "flow mend from f.dead\n on unavailable retry 1 times backoff 1s\n { filter body.n != 1 else fail invalid \"still\"\n filter body.n != 2 else fail unavailable \"later\"\n -> out }");
    CHECK(w.dead("f").empty());
    CHECK(w.rows("out").size() == 1);
    REQUIRE(w.dead("mend").size() == 1);
    CHECK(w.dead("mend")[0].failure.message == "still");
    w.advance(1s);
    CHECK(w.dead("mend").size() == 2);
    CHECK(w.dead("f").empty());
}

TEST_CASE("K9: at the bound of keys the flows that remember some stop taking, and go on when keys are over") {
    Timed w;
    EngineOptions options;
    options.most_keys = 3;
    w.start(connectors + "flow f from work\n idempotent by body.k for 1h\n { -> out }\nflow g from middle { -> out }", options);
    for (int n = 0; n < 5; ++n) w.put("work", {"{\"k\":" + std::to_string(n) + "}"});
    CHECK(w.rows("out").size() == 3);
    CHECK(w.engine->keys() == 3);
    REQUIRE(w.engine->pauses().size() == 1);
    CHECK(w.engine->pauses()[0].flow == "f");
    CHECK(w.engine->pauses()[0].why.find("have reached 3 of them") != std::string::npos);
    w.put("middle", {"{}"});
    CHECK(w.rows("out").size() == 4);  // who remembers nothing goes on
    w.advance(1h + 10s);
    CHECK(w.rows("out").size() == 6);
    CHECK(w.engine->keys() == 2);
    CHECK(w.engine->pauses().empty());
}
