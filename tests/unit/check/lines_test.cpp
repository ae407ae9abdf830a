// What the plan says of failure lines, calls, replies and taps.
#include <doctest/doctest.h>

#include <set>

#include "tests/unit/check/checked.hpp"

using weir::FailureClass;
using weir::plan::ActionKind;
using weir::plan::none;

namespace {

void steps(checked::Result& r, const std::string& text) {
    checked::check(r, "queue a\nqueue b\nflow f\n  from a\n{\n" + text + "\n}\n");
    REQUIRE(r.codes() == "");
}
std::vector<std::string> identities(const checked::Result& r) {
    std::vector<std::string> all;
    for (const auto& n : r.plan.nodes) all.push_back(n.identity);
    return all;
}

}  // namespace

TEST_CASE("a failure line names what stands in it by its step, and changes no step's identity") {
    checked::Result plain, lines;
    steps(plain, "  set body.x = body.y\n  set body.x = body.y\n  -> b");
    steps(lines, "  set body.x = body.y\n    on invalid { log \"one\" }\n  set body.x = body.y\n    on invalid { log \"two\" }\n    on any { log \"three\"\n log \"four\" }\n  -> b");
    const auto before = identities(plain), after = identities(lines);
    for (const std::string& id : before) CHECK(std::count(after.begin(), after.end(), id) == 1);
    CHECK(std::set<std::string>(after.begin(), after.end()).size() == after.size());
    const auto& second = lines.node(lines.node(lines.flow(0).first).next);
    REQUIRE(second.on.size() == 2);
    CHECK(second.identity == "f/set body.x 2/2");
    CHECK(second.on[0].action.identity == "f/set body.x 2/2/on invalid/steps 1/1");
    CHECK(lines.node(second.on[0].action.block).identity == "f/set body.x 2/2/on invalid/log 1/1");
    CHECK(lines.node(lines.node(second.on[1].action.block).next).identity == "f/set body.x 2/2/on any/log 2/2");
    for (const auto& n : lines.plan.nodes) CHECK(n.identity.find('\x01') == std::string::npos);
}

TEST_CASE("lines in lines: each is named by the step that it stands under") {
    checked::Result r;
    steps(r, "  route body.k {\n    \"a\" { set body.x = body.y\n      on invalid { set body.x = body.z\n        on invalid { log \"deep\" } } }\n    else -> b\n  }\n    on any skip");
    const auto all = identities(r);
    CHECK(std::count(all.begin(), all.end(), "f/\"a\"/set body.x 1/1/on invalid/set body.x 1/1/on invalid/log 1/1") == 1);
}

TEST_CASE("what a line takes for good does not leave the flow") {
    checked::Result r;
    steps(r, "  route body.k {\n    1 fail rejected\n    2 fail too_large\n    3 fail not_found\n    4 fail expired\n    else -> b\n  }\n    on rejected skip\n    on too_large retry 2 times\n    on not_found fail unauthorized\n    on expired retry 2 times, then -> b");
    const auto left = r.flow(0).can_fail;
    CHECK_FALSE(left.has(FailureClass::rejected));
    CHECK(left.has(FailureClass::too_large));
    CHECK_FALSE(left.has(FailureClass::not_found));
    CHECK(left.has(FailureClass::unauthorized));
    CHECK_FALSE(left.has(FailureClass::expired));
}

TEST_CASE("a retry: figures, and what comes behind it") {
    checked::Result r;
    checked::check(r, "queue a\nqueue b\nflow f\n  from a\n  on invalid retry 3 times backoff 1s..10m jitter 20%, then -> b\n  on any retry forever backoff 5s\n{\n  log \"${body.x}\"\n}\n");
    REQUIRE(r.codes() == "");
    const auto& first = r.flow(0).on[0].action;
    CHECK(first.kind == ActionKind::retry);
    CHECK(first.times == 3);
    CHECK(first.backoff_low == 1'000'000'000);
    CHECK(first.backoff_high == 600'000'000'000);
    CHECK(first.jitter == doctest::Approx(0.2));
    REQUIRE(first.then.size() == 1);
    CHECK(first.then[0].kind == ActionKind::send);
    const auto& second = r.flow(0).on[1].action;
    CHECK(second.times == 0);
    CHECK(second.backoff_low == second.backoff_high);
    CHECK(second.then.empty());
}

TEST_CASE("one operation in two roles; requests go on through channels to whoever replies") {
    checked::Result r;
    checked::check(r, R"(queue a, b, c
flow front
  from desk.ask("in")
{
  let x = call desk.ask("out/${body.id}") { n: 1 } timeout 2s unrecorded
  log "${x}"
  -> a
}
flow between
  from a
{
  -> b
}
flow back
  from b
{
  reply 201 body
  -> c
}
flow last
  from c
{
  log "x"
}
)");
    REQUIRE(r.codes() == "");
    CHECK(r.flow(0).may_answer);
    CHECK(r.flow(1).may_answer);
    CHECK(r.flow(2).may_answer);
    CHECK_FALSE(r.flow(3).may_answer);
    CHECK(r.flow(0).waits);
    CHECK_FALSE(r.flow(1).waits);
    CHECK(r.flow(0).workers == 64);
    CHECK(r.flow(1).workers == 1);
    CHECK(r.flow(0).timeout == 0);  // 30 s for who waits (Q3); the message itself has no end
    const auto& call = r.node(r.flow(0).first);
    REQUIRE(call.call);
    CHECK(call.exprs[0] == none);
    CHECK(call.call->body != none);
    CHECK(call.call->timeout != none);
    CHECK_FALSE(call.call->recorded);
    CHECK(call.can_fail.has(FailureClass::not_found));
    CHECK(call.can_fail.has(FailureClass::timeout));
    const auto& reply = r.node(r.flow(2).first);
    REQUIRE(reply.exprs.size() == 2);
    CHECK(reply.exprs[0] != none);
    CHECK(reply.exprs[1] != none);
}

TEST_CASE("a tap to steps or to an endpoint has a queue and a flow of its own") {
    checked::Result r;
    steps(r, "  let n = 1\n  tap { let m = 2\n    log \"${m}\" }\n  tap -> file.append(\"x\")\n    on any discard \"not written\"\n  tap -> b");
    REQUIRE(r.plan.flows.size() == 3);
    CHECK(r.flow(0).name == "f");
    CHECK(r.flow(0).lets == 1);
    CHECK(r.flow(1).name == "f.tap");
    CHECK(r.flow(1).of_tap);
    CHECK(r.flow(1).lets == 1);
    CHECK(r.flow(2).name == "f.tap.2");
    REQUIRE(r.flow(2).on.size() == 1);
    CHECK(r.flow(2).on[0].action.kind == ActionKind::discard);
    const auto& first = r.node(r.node(r.flow(0).first).next);
    CHECK(first.word == "tap");
    CHECK(r.plan.channels[first.targets[0].channel].of_tap);
    CHECK(r.flow(1).sources[0].channel == first.targets[0].channel);
    CHECK(first.on.empty());
}

TEST_CASE("the steps behind a line that recovers know what both ways have in common") {
    const auto sends_what_may_not_fit = [](const std::string& given) {
        checked::Result r;
        checked::check(r, "queue a: { n: int }\nqueue b: { m: string }\nflow f\n  from a\n{\n  let x: string = call desk.ask(\"q\")\n    on not_found give " + given + "\n  -> b { m: x }\n}\n");
        REQUIRE(r.codes() == "");
        return r.node(r.node(r.flow(0).first).next).can_fail.has(FailureClass::invalid);
    };
    CHECK(sends_what_may_not_fit("5"));
    CHECK_FALSE(sends_what_may_not_fit("\"none\""));
}
