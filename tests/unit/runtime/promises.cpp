// What may not be taken away: each of these fails when its promise's line goes (tests/mutations.sh).
#include "tests/unit/runtime/conversation_world.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

const std::string connectors = R"(
connector web = http(listen: "127.0.0.1:0")
connector vision = http(url: "http://127.0.0.1:9")
queue work, out, failed
)";

// A source that delivers what the test has, and notes what it is told.
struct ToldSource final : Source {
    explicit ToldSource(std::vector<Verdict>& t) : told(t) {}
    void start(Inlet& inlet, std::vector<PartState>) override {
        std::vector<Delivery> one(1);
        one[0].message.body = Body::copy_of("1", Format::json);
        one[0].message.meta.id = {1, 2};
        inlet.deliver(std::move(one));
    }
    void resume() override {}
    void settle(std::uint64_t, Verdict verdict) override { told.push_back(verdict); }
    void stop() override {}
    std::vector<Verdict>& told;
};
struct ToldKind final : ConnectorKind {
    struct Connection final : Connector {
        explicit Connection(std::vector<Verdict>& t) : told(t) {}
        Result<std::unique_ptr<Source>> source(const std::string&, No, const std::vector<Argument>&, std::int64_t, ConnectorWorld) override { return std::unique_ptr<Source>(std::make_unique<ToldSource>(told)); }
        Result<std::unique_ptr<Sink>> sink(const std::string&, ConnectorWorld) override { return Error{0, "no sink"}; }
        bool append_path(const std::vector<Argument>&, std::string&, Failure&) const override { return false; }
        std::vector<Verdict>& told;
    };
    explicit ToldKind(std::vector<Verdict>& t) : told(t) {}
    std::string_view name() const override { return "http"; }
    Result<std::unique_ptr<Connector>> make(const std::string&, const std::vector<Argument>&, ConnectorWorld) override { return std::unique_ptr<Connector>(std::make_unique<Connection>(told)); }
    std::vector<Verdict>& told;
};

}  // namespace

TEST_CASE("K2, K3: a copy that waited for a claim runs where the first one has died: dropped against it, both would be lost") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, [&] {
        Recorder::Out slow = w.fails(FailureClass::not_found);
        slow.after = 5s;
        return std::vector{slow, w.gives("1")};
    }());
    w.start(connectors + "flow f from work\n workers 2\n idempotent by body.k for 1h\n { call vision.post(\"/c\")\n -> out }");
    w.put("work", {R"({"k":1,"n":1})", R"({"k":1,"n":2})"});
    CHECK(w.recorder.sent().size() == 1);
    w.advance(5s);
    CHECK(w.figures("f").dead == 1);
    CHECK(w.figures("f").duplicates == 0);
    CHECK(w.rows("out") == std::vector<std::string>{R"({"k":1,"n":2})"});
}

TEST_CASE("K2: of many copies in flight at once one has an effect") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, [&] {
        Recorder::Out slow = w.gives("1");
        slow.after = 1s;
        return std::vector{slow};
    }());
    w.start(connectors + "flow f from work\n workers 8\n idempotent by body.k for 1h\n { call vision.post(\"/c\")\n -> out }");
    w.put("work", std::vector<std::string>(20, R"({"k":1})"));
    w.advance(1min);
    CHECK(w.recorder.sent().size() == 1);
    CHECK(w.rows("out").size() == 1);
    CHECK(w.figures("f").duplicates == 19);
}

TEST_CASE("X1, X6: when a line's position is committed, no power loss takes the line: its bytes and its file's name are synced") {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
        SmallWorld w;
        w.files.put("/lines.jsonl", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
        w.start("flow f from file.lines(\"lines.jsonl\") { -> file.append(\"new/${body.n mod 2}.jsonl\") }");
        REQUIRE(w.ended);
        CHECK(w.figures("f").done == 3);
        w.files.crash(seed);
        CHECK(w.files.text("new/1.jsonl") == "{\"n\":1}\n{\"n\":3}\n");
        CHECK(w.files.text("new/0.jsonl") == "{\"n\":2}\n");
    }
}

TEST_CASE("A1: a source is told when its message is durable, never before, and once") {
    std::vector<Verdict> told;
    SmallWorld w;
    for (auto& kind : w.kinds)
        if (kind->name() == "http") kind = std::make_unique<ToldKind>(told);
    w.files.set_space(0);
    w.start(connectors + "flow f from web.post(\"/a\") { -> file.append(\"out.jsonl\") }");
    w.advance(2s);
    CHECK(told.empty());
    w.files.set_space(1u << 20);
    w.advance(1s);
    CHECK(w.files.text("out.jsonl") == "1\n");
    CHECK(told == std::vector<Verdict>{Verdict::done});
}

TEST_CASE("Q2: who asks is answered when the message is durable, never before") {
    Conversation w;
    w.start(connectors + "flow f from web.post(\"/a\") { -> file.append(\"out.jsonl\")\n reply 201 { } }");
    w.files.set_space(0);
    w.post("/a", "1");
    w.advance(2s);
    CHECK(w.answers.empty());
    w.files.set_space(1u << 20);
    w.advance(1s);
    REQUIRE(w.answers.size() == 1);
    CHECK(w.answers[0].status == 201);
}

TEST_CASE("U5: a send that was confirmed is not made again when one behind it fails") {
    Conversation w;
    w.recorder.stub({"vision", "post", {{"", "/b"}}}, {w.fails(FailureClass::unavailable), w.fails(FailureClass::unavailable), w.gives("1")});
    w.recorder.stub({"vision", "post", {{"", "/a"}}}, {w.gives("1")});
    w.start(connectors + "flow f from work\n on transient retry 5 times backoff 1s\n { -> vision.post(\"/a\")\n -> vision.post(\"/b\") }");
    w.put("work", {"1"});
    w.advance(1min);
    CHECK(w.figures("f").done == 1);
    std::size_t to_a = 0;
    for (const Recorder::Sent& each : w.recorder.sent()) to_a += each.to.arguments.at(0).value == "/a";
    CHECK(to_a == 1);
    CHECK(w.recorder.sent().size() == 4);
}

TEST_CASE("R1, U3: the row of a retry and its message's position are one commit: over a restart it is there once") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, {w.fails(FailureClass::unavailable), w.gives("1")});
    const std::string text = connectors + "flow f from work\n on transient retry 5 times backoff 10s\n { call vision.post(\"/c\")\n -> out }";
    w.start(text);
    w.put("work", {"1"});
    w.crash();
    w.recorder.crash();
    w.start(text);
    CHECK(w.recorder.sent().size() == 1);
    w.advance(1min);
    CHECK(w.recorder.sent().size() == 2);
    CHECK(w.rows("out") == std::vector<std::string>{"1"});
}
