// What the engine reads from the nodes of each word.
#include <doctest/doctest.h>

#include "tests/unit/check/checked.hpp"

using weir::plan::none;

namespace {
const char* head = "queue a\nqueue b\ntopic t\nflow f\n  from a\n{\n";
void steps(checked::Result& r, const std::string& text) {
    checked::check(r, head + text + "\n}\n");
    REQUIRE(r.codes() == "");
}
}  // namespace

TEST_CASE("a simple flow: source, route, translate, append, failure table") {
    checked::Result r;
    checked::check(r, R"(queue failed
flow f
  from file.lines("in")
  on invalid, unavailable -> failed
  on any discard "no: ${failure.message}"
{
  route body.kind {
    "a" -> failed
    1..9 { translate { x: body.x } }
    else fail rejected "why"
  }
  -> file.append("out") body.x
}
)");
    REQUIRE(r.codes() == "");
    const auto& flow = r.flow(0);
    REQUIRE(flow.sources.size() == 1);
    CHECK(flow.sources[0].endpoint != none);
    CHECK(r.plan.endpoints[flow.sources[0].endpoint].operation == "lines");
    REQUIRE(flow.on.size() == 2);
    CHECK(flow.on[0].classes == std::vector{weir::FailureClass::invalid, weir::FailureClass::unavailable});
    CHECK(flow.on[0].action.kind == weir::plan::ActionKind::send);
    CHECK(flow.on[1].action.kind == weir::plan::ActionKind::discard);
    CHECK(flow.on[1].action.text != none);
    const auto& route = r.node(flow.first);
    CHECK(route.word == "route");
    CHECK(route.exprs[0] != none);
    REQUIRE(route.arms.size() == 3);
    CHECK(route.arms[1].cases[0].kind == weir::plan::MatchCase::Kind::range);
    CHECK(r.node(route.arms[1].block).word == "translate");
    CHECK(route.arms[2].otherwise);
    CHECK(route.arms[2].cases.empty());
    CHECK(r.node(route.arms[2].block).failure == weir::FailureClass::rejected);
    CHECK(r.node(route.arms[2].block).next == none);
    const auto& send = r.node(route.next);
    CHECK(send.word == "->");
    CHECK(send.targets[0].endpoint != none);
    CHECK(send.exprs.size() == 2);
    CHECK(send.exprs[0] != none);
    CHECK(send.exprs[1] == none);
    CHECK(send.next == none);
    CHECK(send.identity == "f/-> file.append(\"out\") 1/1");
    CHECK(flow.can_fail.has(weir::FailureClass::rejected));
    CHECK(flow.can_fail.has(weir::FailureClass::unavailable));
}

TEST_CASE("the fields of set, let, filter, recipients, log") {
    checked::Result r;
    steps(r, R"(  set body.a.b = 1
  set header["X-Y"] = "z"
  set meta.correlation_id = "c"
  let n = body.a.b
  filter n > 0 else -> b
  recipients {
    when n > 1 -> t
    -> b
  }
  log debug "x" with { n: n } every 5
  tap -> t { n: n })");
    auto id = r.flow(0).first;
    CHECK(r.node(id).paths[0].names == std::vector<std::string>{"a", "b"});
    id = r.node(id).next;
    CHECK(r.node(id).paths[0].names == std::vector<std::string>{"header", "x-y"});
    CHECK(r.node(id).text == "header");
    id = r.node(id).next;
    CHECK(r.node(id).paths[0].is_let);
    id = r.node(id).next;
    CHECK(r.node(id).word == "let");
    CHECK(r.node(id).slot == 0);
    CHECK(r.flow(0).lets == 1);
    CHECK(r.flow(0).bindings[0].name == "n");
    id = r.node(id).next;
    REQUIRE(r.node(id).blocks.size() == 1);
    CHECK(r.node(r.node(id).blocks[0]).word == "->");
    id = r.node(id).next;
    CHECK(r.node(id).exprs[0] == none);
    CHECK(r.node(id).arms[0].when != none);
    CHECK(r.node(id).arms[1].cases.empty());
    CHECK(r.node(id).arms[1].when == none);
    CHECK_FALSE(r.node(id).arms[1].otherwise);
    id = r.node(id).next;
    CHECK(r.node(id).text == "debug");
    CHECK(r.node(id).number == 5);
    id = r.node(id).next;
    CHECK(r.node(id).word == "tap");
    CHECK(r.plan.channels[r.node(id).targets[0].channel].name == "t");
}

TEST_CASE("identity does not count other steps") {
    checked::Result one, two, twin;
    steps(one, "  let x = 1\n  -> b");
    steps(two, "  log \"new\"\n  let x = 1\n  -> b");
    steps(twin, "  let x = 1\n  -> b\n  -> b");
    auto last = [](const checked::Result& r) {
        auto id = r.flow(0).first;
        while (r.node(id).next != none) id = r.node(id).next;
        return r.node(id);
    };
    CHECK(last(one).identity == "f/-> b 1/1");
    CHECK(last(one).identity_hash == last(two).identity_hash);
    CHECK(last(twin).identity == "f/-> b 2/2");
    CHECK(last(one).identity_hash != last(twin).identity_hash);
}

TEST_CASE("locals: lambdas and functions number their own frames") {
    checked::Result r;
    checked::check(r, "fn g(a: int, b: int) -> any = [a].map(x -> [b].map(y -> x + y))\nqueue a\nflow f\n  from a\n{\n  let z = body.xs.map(x -> x.ys.map(y -> g(x.n, y)))\n}\n");
    REQUIRE(r.codes() == "");
    CHECK(r.plan.functions[0].parameters == 2);
    CHECK(r.plan.functions[0].frame == 4);
    CHECK(r.plan.frame == 2);
}

TEST_CASE("arguments left out: at the end dropped, in the middle `none`") {
    checked::Result r;
    steps(r, "  let a = \"x\".pad_left(3)\n  let b = 2.5.round(mode: \"down\")");
    const auto& first = r.plan.exprs[r.node(r.flow(0).first).exprs[0]];
    CHECK(first.operands.size() == 2);
    const auto& second = r.plan.exprs[r.node(r.node(r.flow(0).first).next).exprs[0]];
    REQUIRE(second.operands.size() == 3);
    CHECK(second.operands[1] == none);
}

TEST_CASE("imports: once, in order, only one level of names") {
    checked::Result r;
    checked::check(r, "import \"lib/one.flow\"\nqueue a\nflow f\n  from a\n{\n  log one()\n  log two()\n}\n", {{"lib/one.flow", "import \"../two.flow\"\nfn one() = two()\n"}, {"two.flow", "fn two() = \"2\"\n"}});
    CHECK(r.codes() == "W0105");
}
