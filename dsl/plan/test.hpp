#pragma once
// The tests of a plan (patterns.md 2.14): what they do, step by step, as data. Expressions are ExprIds of the plan; times and counts may be computed.
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "dsl/plan/failure.hpp"
#include "dsl/plan/ids.hpp"
#include "dsl/source/span.hpp"

namespace weir::plan {

struct TestArgument {
    std::string name;                      // empty: positional
    ExprId value = none;
};
struct TestEndpoint {
    ConnectorId connector = none;
    std::string operation;
    std::vector<TestArgument> arguments;   // those given; others match all
};
// Whom a step means: a channel, the dead letters of a flow, or an endpoint.
struct TestTarget {
    ChannelId channel = none;
    std::string dead;
    std::optional<TestEndpoint> endpoint;
    std::string text;                      // as written
};

struct TestOut {                           // one thing that a stub does
    bool fails = false;
    FailureClass failure = FailureClass::any;
    ExprId why = none, status = none, body = none;
    ExprId after = none, lasts = none, times = none;
};
struct TestStub {
    TestTarget target;
    std::vector<TestOut> outs;
};
struct TestSend {
    TestTarget target;
    ExprId body = none, headers = none, meta = none, source = none, times = none;
    std::optional<TestTarget> reply_to;
    std::string as;
    bool asks = false;                     // its sender waits for an answer
};
struct TestLet {
    ExprId value = none;
    std::uint32_t slot = 0;
};
struct TestAdvance {
    ExprId by = none;
};
struct TestCrash {
    bool before_commit = false;            // in the next unit, behind its outside effects
};
struct TestHold {
    std::string flow;
    bool pause = false;                    // else resume
};
struct TestReplay {
    std::string flow;                      // whose dead letters
    ChannelId channel = none;              // instead: a channel that failures were sent to (F4)
};
struct TestPurge {
    TestTarget target;
    ExprId why = none;
};
enum class Expected : std::uint8_t {
    has, holds, is_empty, is,              // of channels, dead letters and endpoints
    called, succeeded, before, purged,
    flow_holds, flow_filtered, flow_discarded, flow_duplicates, flow_failed,
    reply, no_reply,
};
struct TestExpect {
    bool always = false;                   // from here to the test's end
    Expected what = Expected::has;
    std::vector<TestTarget> targets;       // counted together; of `before`: two
    std::string of;                        // the flow, or the name of a reply; empty: the last send's
    ExprId count = none;                   // `is`: the bodies in order; reply: the status
    ExprId where = none;
    ExprId within = none;
    std::uint32_t arguments = none;        // slot that holds `args` in `where`
};
struct TestStep {
    std::variant<TestStub, TestSend, TestLet, TestAdvance, TestCrash, TestHold, TestReplay, TestPurge, TestExpect> what;
    Span at;
};
struct Test {
    std::string name;
    std::vector<TestStep> steps;
    std::uint32_t lets = 0;                // slots
    Span at;                               // of its name
};

}  // namespace weir::plan
