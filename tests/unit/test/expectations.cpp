// Each form of `expect`: it holds where it should, and where it does not, the failure says what was expected and what was there.
#include "tests/unit/test/run_tests.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

const std::string shop = R"(
connector web = http(listen: "127.0.0.1:0")
connector bank = http(url: "http://127.0.0.1:9")
queue orders: { id: int, total: decimal = 0.00 }
queue big, small, lost
topic seen
flow sort
  from orders
  on invalid -> lost
{
  filter body.id > 0
  -> seen
  route body.total {
    >= 100 -> big
    else   -> small
  }
}
)";

void passes(const std::string& body) {
    const Ran ran = run_test_of(shop, body);
    CAPTURE(body);
    CHECK_MESSAGE(ran.passed(), ran.step << ": expected " << ran.expected << ", was " << ran.was << "\n" << ran.notes);
}
void fails(const std::string& body, const std::string& expected, const std::string& was) {
    const Ran ran = run_test_of(shop, body);
    CAPTURE(body);
    CHECK_FALSE(ran.passed());
    CHECK(ran.expected == expected);
    CHECK(ran.was == was);
}
const std::string sent = "  send orders { id: 1, total: 5.00 }\n  send orders { id: 2, total: 500.00 }\n  send orders { id: 0, total: 0.00 }\n";

}  // namespace

TEST_CASE("has: what has arrived during the test, also in a topic that nobody reads") {
    passes(sent + "  expect big has 1\n  expect seen has 2\n  expect big, small has 2\n  expect orders has 3\n  expect big has 1 where body.id == 2 and body.total == 500");
    fails(sent + "  expect big has 2", "`big` has 2", "1");
    fails(sent + "  expect big, small has 2 where body.id == 1", "`big`, `small` has 2", "1 of 2 fits");
}

TEST_CASE("holds: what is there now; is empty: nothing ever came; is: the bodies in order") {
    passes(sent + "  expect orders holds 0\n  expect big holds 1\n  expect lost is empty\n  expect small is [{ id: 1, total: 5.00 }]");
    fails(sent + "  expect orders holds 1", "`orders` holds 1", "0");
    fails(sent + "  expect orders is empty", "`orders` is empty", "3 have arrived");
    const Ran ran = run_test_of(shop, sent + "  expect small is [{ id: 1, total: 6 }]");
    CHECK(ran.was == R"([{"id":1,"total":5.00}])");
    CHECK(ran.notes == "the first difference: [0].total: 6 expected, 5.00 there\n");
}

TEST_CASE("a flow's figures") {
    passes(sent + "  expect flow sort filtered 1\n  expect flow sort discarded 0\n  expect flow sort failed 0\n  expect flow sort duplicates 0\n  expect flow sort holds 0");
    fails(sent + "  expect flow sort filtered 2", "flow `sort` filtered 2", "1");
}

TEST_CASE("a `where` that can't be computed fails the test and names message and path") {
    const Ran ran = run_test_of(shop, sent + "  expect big has 1 where body.customer.name == \"x\"");
    CHECK_FALSE(ran.passed());
    CHECK(ran.was.find("body.customer") != std::string::npos);
    CHECK(ran.notes.find("500.00") != std::string::npos);
}

TEST_CASE("a message that does not fit its channel is not sent") {
    const Ran ran = run_test_of(shop, "  let n = { id: if 1 == 1 then \"x\" else 1 }\n  send orders n");
    CHECK_FALSE(ran.passed());
    CHECK(ran.was.find("id") != std::string::npos);
}

TEST_CASE("endpoints: called, succeeded, their bodies and arguments, their order") {
    const std::string flows = shop + R"(
flow pay
  from big
  on transient retry 2 times backoff 1s, then -> lost
{
  call bank.post("/accounts/${body.id}", query: { n: body.total }) { amount: body.total }
  call bank.put("/done")
}
)";
    const auto ran = [&](const std::string& body) { return run_test_of(flows, "  stub bank.post(\"/accounts/*\") fail unavailable then reply { ok: true }\n" + sent + "  advance 1m\n" + body); };
    const auto fine = [&](const std::string& body) {
        const Ran one = ran(body);
        CHECK_MESSAGE(one.passed(), one.step << ": expected " << one.expected << ", was " << one.was << "\n" << one.notes);
    };
    fine("  expect bank.post(\"/accounts/2\") called 2");
    fine("  expect bank.post(\"/accounts/*\") succeeded 1");
    fine("  expect bank.post() called 2 where body.amount == 500 and args.path == \"/accounts/2\" and args.query.n == 500.00");
    fine("  expect bank.post(\"/accounts/3\") called 0");
    fine("  expect bank.post() called before bank.put(\"/done\")");
    CHECK(ran("  expect bank.put() called before bank.post()").was == "the other way round");
    CHECK(ran("  expect bank.post(\"/accounts/2\") called 1").was == "2");
    CHECK(ran("  expect bank.post() succeeded 2").was == "1");
}

TEST_CASE("lines of the set count as calls, and stand in the test's own files") {
    const std::string flows = shop + "flow keep_all\n  from seen\n{\n  -> file.append(\"out/seen.jsonl\")\n}\n";
    const Ran ran = run_test_of(flows, sent + "  expect file.append(\"out/seen.jsonl\") called 2 where body.id > 0\n  expect file.append(\"out/*.jsonl\") is [{ id: 1, total: 5.00 }, { id: 2, total: 500.00 }]\n  expect file.append(\"other\") called 0");
    CHECK_MESSAGE(ran.passed(), ran.step << " was " << ran.was << ran.notes);
    CHECK(run_test_of(flows, sent + "  expect file.append(\"out/seen.jsonl\") called 1").was == "2");
}

TEST_CASE("replies: by status and body, by name, and none") {
    const std::string flows = shop + R"(
flow ask
  from web.get("/customers/{ssn}/score")
{
  let answer = call bank.get("/score", query: { ssn: source.path.ssn }) timeout 2s
  reply 200 { score: answer.score, of: source.path.ssn, q: source.query?.q }
}
)";
    const auto ran = [&](const std::string& body) { return run_test_of(flows, "  stub bank.get(\"/score\") reply { score: 7 } after 1s\n  send web.get(\"/customers/12/score?q=x\") as first\n" + body); };
    CHECK(ran("  expect no reply\n  advance 1s\n  expect reply status 200 where body == { score: 7, of: \"12\", q: \"x\" }").passed());
    CHECK(ran("  expect reply of first status 200 within 1s").passed());
    CHECK(ran("  expect reply").was == "there is none");
    CHECK(ran("  advance 1s\n  expect no reply").was.substr(0, 10) == "status 200");
    const Ran wrong = ran("  advance 1s\n  expect reply status 404");
    CHECK(wrong.expected == "a reply with status 404");
    CHECK(wrong.was.find("\"score\":7") != std::string::npos);
    CHECK_FALSE(ran("  advance 1s\n  expect reply where body.score == 8").passed());
}

TEST_CASE("within waits at most so long; always holds to the end") {
    const std::string flows = shop + "flow late\n  from small\n{\n  call bank.post(\"/x\")\n  -> lost\n}\n";
    const auto ran = [&](const std::string& body) { return run_test_of(flows, "  stub bank.post(\"/x\") reply 200 after 3s\n  send orders { id: 1, total: 5.00 }\n" + body); };
    CHECK(ran("  expect lost has 1 within 3s").passed());
    CHECK(ran("  expect lost has 1 within 3s").took == 3s);
    CHECK_FALSE(ran("  expect lost has 1 within 2s").passed());
    CHECK(ran("  expect always big is empty\n  advance 1h").passed());
    const Ran broken = ran("  expect always lost is empty\n  advance 1h");
    CHECK(broken.step == "expect always lost is empty");
    CHECK(broken.expected == "always `lost` is empty");
    CHECK(broken.took == 3s);
}
