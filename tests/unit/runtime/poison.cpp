// R9, R10: a message in the middle of which the engine dies, and one whose step throws.
#include <new>
#include <stdexcept>

#include "tests/unit/runtime/accident.hpp"
#include "tests/unit/runtime/conversation_world.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

struct Died {};  // nothing catches it: what is on the stack is gone, as with the process

struct AccidentWorld : Conversation {
    AccidentWorld() {
        AccidentKind::among(kinds, [](const std::string& path) {
            if (path == "die") throw Died{};
            if (path == "memory") throw std::bad_alloc();
            if (path == "error") throw std::runtime_error("an accident");
        });
    }
    ~AccidentWorld() { close(); }
    // What was going on when it died is over.
    void bury() {
        crash();
        recorder.crash();
        executor.forget_timers();
    }
    // Starts, and runs until nothing is due. True: it died on the way.
    bool dies(const std::string& text) {
        try {
            start(text);
        } catch (const Died&) {
            bury();
            return true;
        }
        return false;
    }
    std::vector<Suspect> suspects() { return store->suspects({}); }
    std::vector<std::string> reasons(const std::string& channel) {
        std::vector<std::string> out;
        const auto read = store->read(store->number(NameKind::channel, channel), 0, 1000, 1u << 24);
        REQUIRE(static_cast<bool>(read));
        for (const Row& row : *read) {
            Headers headers;
            Meta meta;
            REQUIRE(decode_envelope(row.envelope, headers, meta));
            REQUIRE(meta.failure);
            out.push_back(std::string(name_of(meta.failure->kind)) + ": " + meta.failure->message);
        }
        return out;
    }
};

const std::string connectors = R"(
connector web = http(listen: "127.0.0.1:0")
connector vision = http(url: "http://127.0.0.1:9")
queue work, out, failed
)";
const std::string one_flow = connectors + "flow f from work { -> file.append(\"${body.to}\")\n -> out }";
const std::string mended = connectors + "flow f from work { -> out }";

}  // namespace

TEST_CASE("R9, W25: a message that kills the engine is named, and a dead letter after three times without being run; the others go on") {
    AccidentWorld w;
    w.put("work", {R"({"to":"a"})", R"({"to":"die"})", R"({"to":"b"})"});
    for (std::uint32_t times = 1; times <= 3; ++times) {
        REQUIRE(w.dies(one_flow));
        CHECK(w.rows("out").empty());  // of one batch, which never came to its commit
        const std::vector<Suspect> named = w.suspects();
        CHECK(named.size() == (times > 1 ? 1u : 0u));  // the start counts, not the end
        if (times > 1) CHECK(named.at(0).crashes == times - 1);
        if (times > 1) CHECK(named.at(0).step != 0);
    }
    REQUIRE_FALSE(w.dies(one_flow));
    CHECK(w.rows("out") == std::vector<std::string>{R"({"to":"a"})", R"({"to":"b"})"});
    CHECK(w.figures("f").dead == 1);
    CHECK(w.suspects().empty());  // forgotten in the commit of its dead letter
    w.bury();
    REQUIRE_FALSE(w.dies(one_flow));  // and never offered again
    CHECK(w.rows("out").size() == 2);
}

TEST_CASE("R9: the failure lines of the flow don't see a message that is not run") {
    AccidentWorld w;
    const std::string text = connectors + "flow f from work\n on any { -> file.append(\"${body.to}\") }\n { -> file.append(\"${body.to}\") }";
    w.put("work", {R"({"to":"die"})"});
    for (int times = 0; times < 3; ++times) REQUIRE(w.dies(text));
    REQUIRE_FALSE(w.dies(text));
    CHECK(w.figures("f").dead == 1);
}

TEST_CASE("R9: a suspect that ends without accident is forgotten with its commit; an end between two messages names nobody") {
    AccidentWorld w;
    w.put("work", {R"({"to":"die"})"});
    REQUIRE(w.dies(one_flow));
    REQUIRE_FALSE(w.dies(mended));
    CHECK(w.rows("out").size() == 1);
    CHECK(w.suspects().empty());
    w.put("work", {"1"});
    w.bury();
    REQUIRE_FALSE(w.dies(mended));
    CHECK(w.suspects().empty());
}

TEST_CASE("R9: after a power loss the record may be empty, and nobody is named") {
    AccidentWorld w;
    w.put("work", {R"({"to":"die"})"});
    REQUIRE(w.dies(one_flow));
    w.flight.lose_power();
    REQUIRE_FALSE(w.dies(connectors + "flow f from work { discard \"for now\" }"));
    CHECK(w.suspects().empty());
    CHECK(w.log.lines.empty());
}

TEST_CASE("R9: a message that waits for an answer is in no slot; behind the answer it is again") {
    AccidentWorld w;
    w.recorder.stub({"vision", "post", {}}, [&] {
        Recorder::Out slow = w.gives("1");
        slow.after = 5s;
        return std::vector{slow};
    }());
    const std::string text = connectors + "flow f from work { call vision.post(\"/c\")\n -> file.append(\"${body.to}\") }";
    w.put("work", {R"({"to":"die"})"});
    REQUIRE_FALSE(w.dies(text));
    w.bury();  // while it waits
    REQUIRE_FALSE(w.dies(text));
    CHECK(w.suspects().empty());
    CHECK_THROWS_AS(w.advance(5s), Died);
    w.bury();
    REQUIRE_FALSE(w.dies(text));
    CHECK(w.suspects().size() == 1);
}

TEST_CASE("R9: a request has no identity of its own: sent again it is known by its bytes, and at last accepted as a dead letter") {
    AccidentWorld w;
    const std::string text = connectors + "flow f from web.post(\"/a\") { -> file.append(\"${body.to}\") }";
    for (int times = 0; times < 3; ++times) {
        REQUIRE_FALSE(w.dies(text));
        CHECK_THROWS_AS(w.post("/a", R"({"to":"die"})"), Died);
        w.bury();
    }
    REQUIRE_FALSE(w.dies(text));
    w.post("/a", R"({"to":"b"})");
    w.post("/a", R"({"to":"die"})");
    REQUIRE(w.answers.size() == 2);
    CHECK(w.answers[1].status == 202);
    CHECK(w.figures("f").dead == 1);
    CHECK(w.figures("f").done == 1);
}

TEST_CASE("R9: the row of a retry is named by its message too, and the key that it held is free behind its dead letter") {
    AccidentWorld w;
    const std::string text = connectors + R"(
flow f
  from work
  idempotent by body.k for 1h
  on transient retry 5 times backoff 1s
{
  route meta.attempt {
    1 { fail unavailable "busy" }
    else -> file.append("${body.to}")
  }
}
)";
    w.put("work", {R"({"k":1,"to":"die"})"});
    REQUIRE_FALSE(w.dies(text));
    CHECK(w.figures("f").rested == 1);
    CHECK_THROWS_AS(w.advance(1s), Died);
    w.bury();
    REQUIRE(w.dies(text));  // it is due at once
    REQUIRE(w.dies(text));
    REQUIRE_FALSE(w.dies(text));
    CHECK(w.figures("f").dead == 1);
    CHECK(w.suspects().empty());
    w.put("work", {R"({"k":1,"to":"a"})"});
    CHECK(w.figures("f").duplicates == 0);
    w.advance(1s);
    CHECK(w.figures("f").done == 1);
}

TEST_CASE("R10: what a step throws, memory or else, is an internal failure of its message; the others of its batch go on") {
    AccidentWorld w;
    w.put("work", {R"({"to":"a"})", R"({"to":"memory"})", R"({"to":"error"})", R"({"to":"b"})"});
    REQUIRE_FALSE(w.dies(connectors + "flow f from work\n on internal -> failed\n { -> file.append(\"${body.to}\")\n -> out }"));
    CHECK(w.rows("out") == std::vector<std::string>{R"({"to":"a"})", R"({"to":"b"})"});
    CHECK(w.reasons("failed") == std::vector<std::string>{"internal: out of memory in a step", "internal: an error in a step: an accident"});
    CHECK(w.error == "");
}

TEST_CASE("R10: what is thrown behind the answer of a call, inside a step with lines of its own, or in a failure action") {
    AccidentWorld w;
    w.recorder.stub({"vision", "post", {}}, {w.gives("1")});
    SUBCASE("behind an answer") {
        REQUIRE_FALSE(w.dies(connectors + "flow f from work\n on internal -> failed\n { call vision.post(\"/c\")\n -> file.append(\"${body.to}\")\n -> out }"));
        w.put("work", {R"({"to":"error"})"});
        CHECK(w.reasons("failed") == std::vector<std::string>{"internal: an error in a step: an accident"});
    }
    SUBCASE("a step's own lines take it") {
        REQUIRE_FALSE(w.dies(connectors + "flow f from work\n{\n route body { else -> file.append(\"${body.to}\") }\n  on internal { set body.why = failure.message }\n -> out\n}"));
        w.put("work", {R"({"to":"error"})"});
        CHECK(w.rows("out") == std::vector<std::string>{R"({"to":"error","why":"an error in a step: an accident"})"});
    }
    SUBCASE("in a failure action: its tries, then a dead letter") {
        REQUIRE_FALSE(w.dies(connectors + "flow f from work\n on invalid -> file.append(\"${body.to}\")\n { fail invalid \"no\" }"));
        w.put("work", {R"({"to":"error"})"});
        w.advance(3s);
        CHECK(w.figures("f").dead == 1);
        CHECK(w.figures("f").rested == 2);
    }
    CHECK(w.error == "");
}
