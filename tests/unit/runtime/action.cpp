// F2: a failure action has three tries of its own; then the message goes to the dead letters with both failures, and no table is consulted.
#include "tests/unit/runtime/conversation_world.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

const std::string connectors = R"(
connector vision = http(url: "http://127.0.0.1:9")
queue work, out, failed, seen
)";

std::vector<Recorder::Sent> sent_to(const Conversation& w, const std::string& path) {
    std::vector<Recorder::Sent> out;
    for (const Recorder::Sent& each : w.recorder.sent())
        if (each.to.arguments.at(0).value == path) out.push_back(each);
    return out;
}

}  // namespace

TEST_CASE("F2: an action that fails is tried three times; no step of the flow runs again, and each try has the same id") {
    Conversation w;
    w.recorder.stub({"vision", "post", {{"", "/first"}}}, {w.gives("1")});
    w.recorder.stub({"vision", "post", {{"", "/dead"}}}, {w.fails(FailureClass::unavailable)});
    w.start(connectors + "flow f from work\n on invalid -> vision.post(\"/dead\")\n on transient -> out\n { tap -> seen\n call vision.post(\"/first\")\n fail invalid \"no\" }");
    w.put("work", {R"({"n":1})"});
    CHECK(sent_to(w, "/dead").size() == 1);
    CHECK(w.figures("f").rested == 1);
    w.advance(999ms);
    CHECK(sent_to(w, "/dead").size() == 1);
    w.advance(1ms);
    CHECK(sent_to(w, "/dead").size() == 2);
    CHECK(w.figures("f").dead == 0);
    w.advance(2s);
    CHECK(sent_to(w, "/dead").size() == 3);
    CHECK(w.figures("f").dead == 1);
    w.advance(1h);
    CHECK(sent_to(w, "/dead").size() == 3);
    for (const Recorder::Sent& each : sent_to(w, "/dead")) CHECK(each.id == sent_to(w, "/dead")[0].id);
    CHECK(sent_to(w, "/first").size() == 1);
    CHECK(w.rows("seen").size() == 1);
    CHECK(w.rows("out").empty());  // the line for transient failures is not for those of an action
}

TEST_CASE("F2: an action that succeeds at its third try has moved the message, with its first failure") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, {w.fails(FailureClass::timeout), w.fails(FailureClass::connect), w.gives("1")});
    w.start(connectors + "flow f from work\n on invalid { call vision.post(\"/ask\")\n -> failed { why: failure.message, attempts: failure.attempts } }\n { fail invalid \"no\" }");
    w.put("work", {R"({"n":1})"});
    CHECK(w.rows("failed").empty());
    w.advance(3s);
    CHECK(w.rows("failed") == std::vector<std::string>{R"({"why":"no","attempts":1})"});
    CHECK(w.recorder.sent().size() == 3);
    CHECK(w.figures("f").moved == 1);
    CHECK(w.figures("f").dead == 0);
}

TEST_CASE("F2: what an action has done is not done again by its next try (U5)") {
    Conversation w;
    w.recorder.stub({"vision", "post", {{"", "/a"}}}, {w.gives("7")});
    w.recorder.stub({"vision", "post", {{"", "/b"}}}, {w.fails(FailureClass::timeout), w.gives("8")});
    w.start(connectors + "flow f from work\n on invalid { let a = call vision.post(\"/a\")\n let b = call vision.post(\"/b\")\n -> failed { a: a, b: b } }\n { fail invalid \"no\" }");
    w.put("work", {"{}"});
    w.advance(1s);
    CHECK(w.rows("failed") == std::vector<std::string>{R"({"a":7,"b":8})"});
    CHECK(sent_to(w, "/a").size() == 1);
    CHECK(sent_to(w, "/b").size() == 2);
}

TEST_CASE("F2: the tries outlive the process, and are three in all") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, {w.fails(FailureClass::unavailable)});
    const std::string text = connectors + "flow f from work\n on transient retry 2 times backoff 1s, then -> vision.post(\"/dead\")\n { call vision.post(\"/live\") }";
    w.start(text);
    w.put("work", {"1"});
    w.advance(2s);  // two retries
    CHECK(sent_to(w, "/live").size() == 3);
    CHECK(sent_to(w, "/dead").size() == 1);
    w.crash();
    w.recorder.crash();
    w.start(text);
    w.advance(1s);
    CHECK(sent_to(w, "/dead").size() == 2);
    w.crash();
    w.recorder.crash();
    w.start(text);
    w.advance(2s);
    CHECK(sent_to(w, "/dead").size() == 3);
    CHECK(sent_to(w, "/live").size() == 3);
    CHECK(w.figures("f").dead == 1);
}

TEST_CASE("F2: a step's own line that ends the message has its tries too") {
    Conversation w;
    w.recorder.stub({"vision", "post", {{"", "/live"}}}, {w.fails(FailureClass::not_found)});
    w.recorder.stub({"vision", "post", {{"", "/dead"}}}, {w.fails(FailureClass::unavailable), w.gives("1")});
    w.start(connectors + "flow f\n from work\n on any discard \"not this one\"\n{\n call vision.post(\"/live\")\n  on not_found -> vision.post(\"/dead\")\n -> out\n}");
    w.put("work", {"1"});
    w.advance(1s);
    CHECK(sent_to(w, "/dead").size() == 2);
    CHECK(sent_to(w, "/live").size() == 1);
    CHECK(w.figures("f").moved == 1);
    CHECK(w.figures("f").discarded == 0);
    CHECK(w.rows("out").empty());
}

TEST_CASE("F2: what would only fail again is not tried again: a message that does not fit its channel is a dead letter at once") {
    Conversation w;
    w.start(connectors + "queue items: { id: int }\nflow f from work\n on rejected -> items\n on any -> out\n { fail rejected \"no\" }");
    w.put("work", {R"({"id":"x"})"});
    CHECK(w.figures("f").dead == 1);
    CHECK(w.figures("f").rested == 0);
    CHECK(w.rows("out").empty());
}

TEST_CASE("F2, K3: while its action has tries left the message holds its key; with the dead letter it is free") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, {w.fails(FailureClass::unavailable)});
    w.start(connectors + "flow f from work\n idempotent by body.k for 1h\n on invalid -> vision.post(\"/dead\")\n { fail invalid \"no\" }");
    w.put("work", {R"({"k":1})", R"({"k":1})"});
    CHECK(w.figures("f").duplicates == 1);
    w.advance(3s);
    CHECK(w.figures("f").dead == 1);
    w.put("work", {R"({"k":1})"});
    CHECK(w.figures("f").duplicates == 1);
    CHECK(w.recorder.sent().size() == 4);
}
