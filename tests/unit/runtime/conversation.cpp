// Requests, calls, retries and keys: what becomes of a message when somebody waits for it, or the world fails it.
#include "tests/unit/runtime/conversation_world.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

const std::string connectors = R"(
connector web = http(listen: "127.0.0.1:0")
connector vision = http(url: "http://127.0.0.1:9")
queue work, out, failed
)";

}  // namespace

TEST_CASE("Q2: a request that ends without a reply is answered 202 with its id, after the commit") {
    Conversation w;
    w.start(connectors + "flow intake from web.post(\"/scan\") { -> out }");
    w.post("/scan", R"({"a":1})");
    REQUIRE(w.answers.size() == 1);
    CHECK(w.answers[0].status == 202);
    CHECK(w.answers[0].body == "{\"id\":\"" + to_text(w.answers[0].id) + "\"}");
    CHECK(w.rows("out") == std::vector<std::string>{R"({"a":1})"});
}

TEST_CASE("Q1: where no line fits, a failed request is handed back by its class and nothing is stored") {
    Conversation w;
    w.start(connectors + "flow intake from web.post(\"/scan\") { set body.x = body.missing.y\n -> out }");
    w.post("/scan", R"({"a":1})");
    REQUIRE(w.answers.size() == 1);
    CHECK(w.answers[0].status == 422);
    CHECK(w.answers[0].body.find("body.missing") != std::string::npos);
    CHECK(w.rows("out").empty());
    CHECK(w.figures("intake").refused == 1);
    CHECK(w.figures("intake").dead == 0);
}

TEST_CASE("a reply in the failure table answers with its own status") {
    Conversation w;
    w.start(connectors + "flow intake from web.post(\"/scan\")\n on invalid reply 418 { error: failure.message } { fail invalid \"no\"\n -> out }");
    w.post("/scan", "{}");
    REQUIRE(w.answers.size() == 1);
    CHECK(w.answers[0].status == 418);
    CHECK(w.answers[0].body == R"({"error":"no"})");
}

TEST_CASE("Q3: a reply behind a queue finds who asked; the return address is passed on or met, never both") {
    Conversation w;
    w.start(connectors + "flow intake from web.post(\"/scan\") { -> work }\nflow worker from work { reply 201 { n: body.a + 1 }\n -> out }");
    w.post("/scan", R"({"a":1})");
    REQUIRE(w.answers.size() == 1);
    CHECK(w.answers[0].status == 201);
    CHECK(w.answers[0].body == R"({"n":2})");
    const auto read = w.store->read(w.store->number(NameKind::channel, "out"), 0, 1, 1u << 20);
    REQUIRE(read);
    REQUIRE(read->size() == 1);
    Headers headers;
    Meta meta;
    REQUIRE(decode_envelope((*read)[0].envelope, headers, meta));
    CHECK(meta.reply_to.empty());
}

TEST_CASE("Q3: past 30 s a requester is told 504 and the work goes on; the late reply is undeliverable") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, [&] {
        Recorder::Out slow;
        slow.after = 40s;
        slow.body = "1";
        return std::vector{slow};
    }());
    w.start(connectors + "flow intake from web.post(\"/scan\") { let x = call vision.post(\"/c\") timeout 50s\n reply { x: x } }");
    w.post("/scan", "{}");
    CHECK(w.answers.empty());
    w.advance(30s);
    REQUIRE(w.answers.size() == 1);
    CHECK(w.answers[0].status == 504);
    w.advance(20s);
    CHECK(w.figures("intake").done == 1);
    CHECK(w.figures("intake").undeliverable == 1);
}

TEST_CASE("a call's answer enriches the message; its failures leave by the flow's table") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, {w.gives(R"({"label":"cat"})")});
    w.start(connectors + "flow f from work { enrich body.class = call vision.post(\"/c\") { image: body.url }\n -> out }");
    w.put("work", {R"({"url":"u","n":1})"});
    CHECK(w.rows("out") == std::vector<std::string>{R"({"url":"u","n":1,"class":{"label":"cat"}})"});
    REQUIRE(w.recorder.sent().size() == 1);
    CHECK(w.recorder.sent()[0].body == R"({"image":"u"})");
}

TEST_CASE("R1: a retry is a due row with attempt and backoff; after the last try the action behind `then`") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, {w.fails(FailureClass::unavailable)});
    w.start(connectors + "flow f from work\n on transient retry 3 times backoff 1s..10m, then -> failed\n { call vision.post(\"/c\")\n -> out }");
    w.put("work", {R"({"n":1})"});
    CHECK(w.recorder.sent().size() == 1);
    w.advance(999ms);
    CHECK(w.recorder.sent().size() == 1);
    w.advance(1ms);
    CHECK(w.recorder.sent().size() == 2);
    w.advance(2s);
    CHECK(w.recorder.sent().size() == 3);
    CHECK(w.rows("failed").empty());
    w.advance(4s);
    CHECK(w.recorder.sent().size() == 4);
    CHECK(w.rows("failed") == std::vector<std::string>{R"({"n":1})"});
    CHECK(w.figures("f").rested == 3);
    for (const Recorder::Sent& sent : w.recorder.sent()) CHECK(sent.id == w.recorder.sent()[0].id);  // A7
    w.advance(1h);
    CHECK(w.recorder.sent().size() == 4);
}

TEST_CASE("R1: a retry outlives the process") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, {w.fails(FailureClass::connect), w.gives("null")});
    const std::string text = connectors + "flow f from work\n on transient retry forever backoff 10s { call vision.post(\"/c\")\n -> out }";
    w.start(text);
    w.put("work", {R"({"n":1})"});
    CHECK(w.recorder.sent().size() == 1);
    w.crash();
    w.recorder.crash();
    w.start(text);
    CHECK(w.rows("out").empty());
    w.advance(10s);
    CHECK(w.rows("out").size() == 1);
    CHECK(w.recorder.sent().size() == 2);
}

TEST_CASE("U5, W37: a call that was answered is not made again by a retry") {
    Conversation w;
    w.recorder.stub({"vision", "post", {{"", "/a"}}}, {w.gives("7")});
    w.recorder.stub({"vision", "post", {{"", "/b"}}}, {w.fails(FailureClass::timeout), w.gives("8")});
    w.start(connectors + "flow f from work\n on transient retry 3 times backoff 1s { let a = call vision.post(\"/a\")\n let b = call vision.post(\"/b\")\n -> out { a: a, b: b } }");
    w.put("work", {"{}"});
    w.advance(1s);
    CHECK(w.rows("out") == std::vector<std::string>{R"({"a":7,"b":8})"});
    std::size_t to_a = 0;
    for (const Recorder::Sent& sent : w.recorder.sent()) to_a += sent.to.arguments.at(0).value == "/a";
    CHECK(to_a == 1);
}

TEST_CASE("U2, W38: what was sent before a step that fails leaves nothing; a tap's copy stands, once (T1)") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, {w.fails(FailureClass::timeout), w.gives("8")});
    w.start(connectors + "queue seen\nflow f from work\n on transient retry 3 times backoff 1s { tap -> seen\n -> out\n call vision.post(\"/b\") }");
    w.put("work", {"1"});
    CHECK(w.rows("out").empty());
    CHECK(w.rows("seen").size() == 1);
    w.advance(1s);
    CHECK(w.rows("out").size() == 1);
    CHECK(w.rows("seen").size() == 1);
}

TEST_CASE("a step's own lines: give, skip, and steps on the message as it was") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, {w.fails(FailureClass::not_found)});
    w.start(connectors + R"(
flow f
  from work
{
  let score = call vision.post("/a")
    on not_found give 0
  enrich body.more = call vision.post("/b")
    on permanent skip
  route body.kind {
    "bad" {
      set body.seen = true
      -> failed
      fail rejected "bad"
    }
    else { }
  }
    on rejected { set body.mended = failure.message }
  -> out { score: score, more: body?.more, seen: body?.seen, mended: body?.mended }
}
)");
    w.put("work", {R"({"kind":"bad"})", R"({"kind":"good"})"});
    CHECK(w.rows("out") == std::vector<std::string>{R"({"score":0,"more":null,"seen":null,"mended":"bad"})", R"({"score":0,"more":null,"seen":null,"mended":null})"});
    CHECK(w.rows("failed").empty());
}

TEST_CASE("K2: a key is claimed before the first step; its copies are duplicates, also after a restart, until its time is over") {
    Conversation w;
    const std::string text = connectors + "flow f from work\n idempotent by body.k for 1h { -> out }";
    w.start(text);
    w.put("work", {R"({"k":1})", R"({"k":2})", R"({"k":1})"});
    CHECK(w.rows("out").size() == 2);
    CHECK(w.figures("f").duplicates == 1);
    w.crash();
    w.start(text);
    w.put("work", {R"({"k":2})"});
    CHECK(w.rows("out").size() == 2);
    w.advance(1h);
    w.put("work", {R"({"k":2})"});
    CHECK(w.rows("out").size() == 3);
}

TEST_CASE("K1, W32: no key is no duplicate but invalid") {
    Conversation w;
    w.start(connectors + "flow f from work\n idempotent by body?.k for 1h\n on invalid -> failed { -> out }");
    w.put("work", {"{}", R"({"k":null})", R"({"k":""})"});
    CHECK(w.rows("out").empty());
    CHECK(w.rows("failed").size() == 3);
}

TEST_CASE("K3, W28, W30: copies wait for a claim; held by a retry they are duplicates; freed by a dead letter the next one runs") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, [&] {
        Recorder::Out slow = w.fails(FailureClass::unavailable);
        slow.after = 5s;
        return std::vector{slow};
    }());
    w.start(connectors + "flow f from work\n workers 2\n idempotent by body.k for 1h\n on transient retry 1 times backoff 10s, then -> failed { call vision.post(\"/c\")\n -> out }");
    w.put("work", {R"({"k":1,"n":1})", R"({"k":1,"n":2})"});
    CHECK(w.recorder.sent().size() == 1);  // the copy waits
    w.advance(5s);
    CHECK(w.figures("f").duplicates == 1);  // held by the first one's retry
    w.advance(15s);
    CHECK(w.rows("failed").size() == 1);
    w.put("work", {R"({"k":1,"n":3})"});
    CHECK(w.recorder.sent().size() == 3);  // free again
}

TEST_CASE("K5: a keyed request that comes again gets the reply that was given") {
    Conversation w;
    w.start(connectors + "flow intake from web.post(\"/pay\")\n idempotent by header.idempotency_key for 1h { -> out\n reply 201 { paid: body.n } }");
    w.post("/pay", R"({"n":5})", {{"idempotency-key", "a"}, {"idempotency_key", "a"}});
    w.post("/pay", R"({"n":5})", {{"idempotency-key", "a"}, {"idempotency_key", "a"}});
    w.post("/pay", R"({"n":6})", {{"idempotency-key", "a"}, {"idempotency_key", "a"}});
    REQUIRE(w.answers.size() == 3);
    CHECK(w.answers[0].status == 201);
    CHECK_FALSE(w.answers[0].replayed);
    CHECK(w.answers[1].status == 201);
    CHECK(w.answers[1].replayed);
    CHECK(w.answers[1].body == R"({"paid":5})");
    CHECK(w.answers[2].status == 422);
    CHECK(w.rows("out").size() == 1);
}

TEST_CASE("R6: few workers serve their sources by weight") {
    Conversation w;
    w.recorder.stub({"vision", "post", {}}, [&] {
        Recorder::Out slow = w.gives("1");
        slow.after = 1s;
        return std::vector{slow};
    }());
    w.start(connectors + "queue a, b\nflow f from a weight 3, b weight 1 { call vision.post(\"/c\") body }");
    std::vector<std::string> many_a, many_b;
    for (int n = 0; n < 12; ++n) {
        many_a.push_back("\"a\"");
        many_b.push_back("\"b\"");
    }
    w.put("a", many_a);
    w.put("b", many_b);
    w.advance(8s);
    std::size_t a = 0, b = 0;
    for (const Recorder::Sent& sent : w.recorder.sent()) (sent.body == "\"a\"" || sent.body == "a" ? a : b) += 1;
    CHECK(a + b == 9);
    CHECK(a >= 6);
    CHECK(b >= 2);
}

TEST_CASE("R7: flows that read one queue compete; each message is one's, also over a restart") {
    Conversation w;
    const std::string text = connectors + "flow a from work { -> out }\nflow b from work { -> failed }";
    w.start(text);
    std::vector<std::string> many;
    for (int n = 0; n < 700; ++n) many.push_back(std::to_string(n));
    w.put("work", many);
    CHECK(w.rows("out").size() + w.rows("failed").size() == 700);
    w.crash();
    w.start(text);
    CHECK(w.rows("out").size() + w.rows("failed").size() == 700);
    w.put("work", {"1", "2"});
    CHECK(w.rows("out").size() + w.rows("failed").size() == 702);
}

TEST_CASE("R7: selective consumers of a queue, in the order of their declaration; one takes the rest") {
    Conversation w;
    w.start(connectors + "queue rest\nflow large from work where body >= 10 { -> out }\nflow even from work where body mod 2 == 0 { -> failed }\nflow others from work { -> rest }");
    w.put("work", {"1", "2", "10", "11", "3", "\"x\""});
    CHECK(w.rows("out") == std::vector<std::string>{"10", "11"});
    CHECK(w.rows("failed") == std::vector<std::string>{"2"});
    CHECK(w.rows("rest") == std::vector<std::string>{"1", "3"});
    CHECK(w.figures("work/select").dead == 1);  // a condition that fails never counts as false
}

TEST_CASE("C4: a subscription's condition skips for good; a live one begins where it is when the flow starts") {
    Conversation w;
    const std::string text = connectors + "topic prices\nflow high from prices where body > 5 { -> out }\nflow now from prices live { -> failed }";
    w.start(text);
    w.put("prices", {"1", "7"});
    CHECK(w.rows("out") == std::vector<std::string>{"7"});
    CHECK(w.rows("failed") == std::vector<std::string>{"1", "7"});
    w.crash();
    w.put("prices", {"9"});
    w.start(text);
    CHECK(w.rows("out") == std::vector<std::string>{"7", "9"});
    CHECK(w.rows("failed") == std::vector<std::string>{"1", "7"});
    w.put("prices", {"8"});
    CHECK(w.rows("failed") == std::vector<std::string>{"1", "7", "8"});
}

TEST_CASE("rate bounds what is taken") {
    Conversation w;
    w.start(connectors + "flow f from work\n rate 2/s\n { -> out }");
    w.put("work", {"1", "2", "3", "4", "5"});
    CHECK(w.rows("out").size() == 1);
    w.advance(1001ms);
    CHECK(w.rows("out").size() == 3);
    w.advance(1s);
    CHECK(w.rows("out").size() == 5);
}
