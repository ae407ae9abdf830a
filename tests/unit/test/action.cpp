// What a dead letter says of a failure action that failed (F2).
#include "tests/unit/test/run_tests.hpp"

using namespace weir;

namespace {

const std::string desk = R"(
connector bank = http(url: "http://127.0.0.1:9")
queue work, out
flow f
  from work
  on invalid -> bank.post("/dead")
{
  fail invalid "no"
  -> out
}
)";

}  // namespace

TEST_CASE("F2, W49: a dead letter behind a failed action has both failures") {
    const Ran ran = run_test_of(desk, R"(
  stub bank.post("/dead") fail unavailable "away"
  send work 1
  expect f.dead is empty
  advance 1s
  expect f.dead is empty
  advance 2s
  expect f.dead has 1 where meta.failure.message == "no; and the failure action: away" and meta.failure.class == "invalid"
  expect out is empty
)");
    CHECK_MESSAGE(ran.passed(), ran.step << ": expected " << ran.expected << ", was " << ran.was << "\n" << ran.notes);
}
