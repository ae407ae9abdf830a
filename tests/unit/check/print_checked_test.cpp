// Where failures go, as `weir dump --stage=checked` says it: read from the lines of the step, then of the flow.
#include <doctest/doctest.h>

#include "dsl/check/notes.hpp"
#include "tests/unit/check/checked.hpp"

namespace {

using namespace weir;

plan::FailureLine line(FailureClass failure, plan::ActionKind kind) {
    plan::FailureLine made;
    made.classes = {failure};
    made.action.kind = kind;
    made.action.failure = FailureClass::rejected;
    made.action.target.channel = 0;
    return made;
}

// One flow with one step that can fail as timeout and invalid.
struct Program {
    Sources sources;
    plan::Plan plan;
    Program() {
        const Span at = sources.file(sources.add("x.flow", "call x\n")).span();
        plan.types.emplace_back();
        plan::Channel dead;
        dead.name = "failed";
        dead.type = 0;
        plan.channels.push_back(dead);
        plan::Node node;
        node.word = "call";
        node.at = at;
        node.can_fail.add(FailureClass::timeout);
        node.can_fail.add(FailureClass::invalid);
        plan.nodes.push_back(node);
        plan::Flow flow;
        flow.name = "f";
        flow.first = 0;
        plan.flows.push_back(flow);
    }
    bool says(const std::string& text) const { return print_checked(plan, {}, sources).find(text) != std::string::npos; }
};

}  // namespace

TEST_CASE("without a line a failure goes to the flow's own dead letters") {
    Program p;
    CHECK(p.says("can fail as timeout: `f.dead`, by default\n"));
    CHECK(p.says("can fail as invalid: `f.dead`, by default\n"));
}

TEST_CASE("the first line that takes the class says where it goes") {
    Program p;
    p.plan.flows[0].on = {line(FailureClass::transient, plan::ActionKind::send), line(FailureClass::any, plan::ActionKind::discard)};
    CHECK(p.says("can fail as timeout: on transient -> failed\n"));
    CHECK(p.says("can fail as invalid: on any discard\n"));
}

TEST_CASE("a retry without `then` reads on behind its last try") {
    Program p;
    p.plan.flows[0].on = {line(FailureClass::transient, plan::ActionKind::retry), line(FailureClass::any, plan::ActionKind::send)};
    CHECK(p.says("; then on any -> failed\n"));
    p.plan.flows[0].on.pop_back();
    CHECK(p.says("; then `f.dead`, by default\n"));
}

TEST_CASE("the lines under a step come first, and `fail again` there hands on to those of the flow") {
    Program p;
    p.plan.nodes[0].on = {line(FailureClass::timeout, plan::ActionKind::skip), line(FailureClass::invalid, plan::ActionKind::fail_again)};
    p.plan.flows[0].on = {line(FailureClass::any, plan::ActionKind::send)};
    CHECK(p.says("can fail as timeout: on timeout skip\n"));
    CHECK(p.says("can fail as invalid: on any -> failed\n"));
    p.plan.flows[0].on = {line(FailureClass::any, plan::ActionKind::fail_again)};
    CHECK(p.says("can fail as invalid: `f.dead`, by `on any fail again`\n"));
}
