// The commands on a store, whether an engine runs on it or not.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>

#include "process.hpp"

using namespace process;

namespace {

// Of four scans one ends in a file, one waits for its next try, one is dead, one was sent aside. Nobody listens on port 9.
const std::string sorting =
    "connector label = http(url: \"http://127.0.0.1:9\")\n"
    "queue scans\n"
    "queue parcels\n"
    "queue rejects\n"
    "flow intake\n"
    "  from file.lines(\"scans.jsonl\")\n"
    "{\n"
    "  -> scans\n"
    "}\n"
    "flow sort\n"
    "  from scans\n"
    "  on transient retry 3 times backoff 1h\n"
    "  on invalid -> rejects\n"
    "{\n"
    "  let zone = body.zip\n"
    "  translate { code: body.code, zone: zone, weight: body.grams / 1000 }\n"
    "  route zone {\n"
    "    \"north\" -> parcels\n"
    "    \"web\" { call label.post(\"/label\") }\n"
    "    else fail rejected \"no zone\"\n"
    "  }\n"
    "}\n"
    "flow ship\n"
    "  from parcels\n"
    "{\n"
    "  set body.shipped = true\n"
    "  -> file.append(\"out/parcels.jsonl\")\n"
    "}\n";
const std::string scans =
    "{\"code\":\"A1\",\"zip\":\"north\",\"grams\":500}\n"
    "{\"code\":\"A2\",\"zip\":\"web\",\"grams\":700}\n"
    "{\"code\":\"A3\",\"zip\":\"moon\",\"grams\":700}\n"
    "{\"code\":\"A4\",\"zip\":\"north\",\"grams\":\"heavy\"}\n";

// A store on which the four have run; the engine was stopped when all of them had come to where they stay.
class Sorted {
public:
    Sorted() {
        here.write("sort.flow", sorting);
        here.write("scans.jsonl", scans);
        Program engine(here, {"run", "sort.flow"});
        REQUIRE(engine.until([&] { return here.size("out/parcels.jsonl") > 0 && count_of(weir(here, {"messages", "--flow", "sort"}).out, '\n') == 4; }));
        engine.signal(SIGTERM);
        const Ended ended = engine.end();
        CAPTURE(ended.err);
        REQUIRE(ended.code == 0);
    }
    Folder here;
    Ended run(const std::vector<std::string>& arguments) const { return weir(here, arguments); }
    std::string id(const std::string& flow, const std::string& condition) const;
    // An engine on it answers: its run has figures of its own. (It does not end: one message waits an hour.)
    bool answers() const { return holds_text(run({"status", "--format", "json"}).out, "\"run\":"); }
};

std::string member(std::string_view json, const std::string& name) {
    const std::string sign = "\"" + name + "\":\"";
    const std::size_t at = json.find(sign);
    if (at == std::string::npos) return {};
    const std::size_t begin = at + sign.size();
    return std::string(json.substr(begin, json.find('"', begin) - begin));
}

std::string Sorted::id(const std::string& flow, const std::string& condition) const { return member(run({"messages", "--flow", flow, "--where", condition, "--format", "json"}).out, "id"); }

// Free a moment ago.
std::string free_port() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), length) == 0 && ::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &length) == 0;
    ::close(socket);
    REQUIRE(bound);
    return std::to_string(ntohs(address.sin_port));
}

}  // namespace

TEST_CASE("trace: a message through three flows, each step with what it made of the body") {
    const Sorted store;
    const std::string id = store.id("intake", "body.code == \"A1\"");
    REQUIRE(id.size() == 32);
    const Ended whole = store.run({"trace", id});
    CAPTURE(whole.out);
    CHECK(whole.code == 0);
    CHECK(holds_text(whole.out, "message " + id + ": 3 units in 3 flows\n"));
    CHECK(holds_text(whole.out, "  from scans.jsonl, bytes 0 to 40  {\"code\":\"A1\",\"zip\":\"north\",\"grams\":500}\n"));
    CHECK(holds_text(whole.out, "  => scans#1  "));
    CHECK(holds_text(whole.out, "      let  zone = \"north\"  [sort.flow:15]\n"));
    CHECK(holds_text(whole.out, "      translate  [sort.flow:16]\n        {\"code\":\"A1\",\"zone\":\"north\",\"weight\":0.5}\n"));
    CHECK(holds_text(whole.out, "      route  \"north\"  [sort.flow:17]\n        -> parcels  [sort.flow:18]\n"));
    CHECK(holds_text(whole.out, "          set body.shipped  [sort.flow:26]\n            {\"code\":\"A1\",\"zone\":\"north\",\"weight\":0.5,\"shipped\":true}\n"));
    CHECK(holds_text(whole.out, "=> out/parcels.jsonl\n"));
    // From the last message of the conversation the same way is seen, and by the beginning of an id.
    const std::string last = member(store.run({"messages", "--flow", "ship", "--format", "json"}).out, "id");
    const Ended from_last = store.run({"trace", last.substr(0, 8)});
    CHECK(from_last.code == 0);
    CHECK(holds_text(from_last.out, "from scans.jsonl, bytes 0 to 40"));
    CHECK(holds_text(from_last.out, "* => parcels#1  " + last.substr(0, 12)));
    const Ended json = store.run({"trace", id, "--format", "json"});
    CHECK(count_of(json.out, '\n') == 3);
    CHECK(holds_text(json.out, "\"step\":\"translate\",\"identity\":\"sort/translate 1/1\",\"at\":\"sort.flow:16\",\"before\":{\"code\":\"A1\",\"zip\":\"north\",\"grams\":500},\"after\":{\"code\":\"A1\",\"zone\":\"north\",\"weight\":0.5}"));
}

TEST_CASE("trace: what failed, what waits, and what was sent aside") {
    const Sorted store;
    Ended ended = store.run({"trace", store.id("intake", "body.code == \"A2\"")});
    CAPTURE(ended.out);
    CHECK(holds_text(ended.out, "sort  resting"));
    CHECK(holds_text(ended.out, "call label.post(\"/label\")  failed: connect: "));
    CHECK(holds_text(ended.out, "=> waits until 20"));
    CHECK(holds_text(ended.out, "for attempt 2  connect: "));
    CHECK(holds_text(ended.out, "(weir waiting show 1)"));
    ended = store.run({"trace", store.id("intake", "body.code == \"A3\"")});
    CHECK(holds_text(ended.out, "fail  failed: rejected: no zone"));
    CHECK(holds_text(ended.out, "=> dead letter 1  rejected: no zone  (weir dead-letters show 1)\n"));
    ended = store.run({"trace", store.id("intake", "body.code == \"A4\"")});
    CHECK(holds_text(ended.out, "sort  moved"));
    CHECK(holds_text(ended.out, "; its failure line sends it to rejects"));
    CHECK(holds_text(ended.out, "=> rejects#1  "));
    CHECK(holds_text(ended.out, "stands there; nobody reads the channel\n"));
}

TEST_CASE("trace: wrong ids, and a file that is another one now") {
    const Sorted store;
    CHECK(store.run({"trace", "abc"}).code == 2);
    CHECK(holds_text(store.run({"trace", "abc"}).err, "at least its first 6"));
    CHECK(holds_text(store.run({"trace", "00000000"}).err, "no message whose id begins with 00000000"));
    CHECK(holds_text(store.run({"trace", std::string(32, '0')}).err, "the store knows no message"));
    const std::string id = store.id("intake", "body.code == \"A1\"");
    std::string other = scans;
    other[10] = 'B';
    store.here.write("scans.jsonl", other);
    const Ended ended = store.run({"trace", id});
    CAPTURE(ended.out);
    CHECK(ended.code == 0);
    CHECK(holds_text(ended.out, "steps not recomputed: `scans.jsonl` is not there as it was"));
    CHECK(!holds_text(ended.out, "\"B1\""));
    CHECK(holds_text(ended.out, "=> scans#1  "));
    CHECK(holds_text(ended.out, "{\"code\":\"A1\",\"zone\":\"north\",\"weight\":0.5}"));
}

TEST_CASE("trace: the answers of calls are those that were given, and requests of the edge are kept") {
    const Folder here;
    const std::string port = free_port();
    here.write("ask.flow",
               "connector web = http(listen: \"127.0.0.1:" + port + "\")\nconnector self = http(url: \"http://127.0.0.1:" + port + "\")\nqueue scans\nqueue results\n"
               "flow classify\n  from web.post(\"/classify\")\n{\n  reply 200 { class: if body.grams > 1000 then \"large\" else \"small\" }\n}\n"
               "flow ask\n  from scans\n{\n  enrich body.verdict = call self.post(\"/classify\") { grams: body.grams }\n  -> results { answer: body.verdict.class }\n}\n");
    Program engine(here, {"run", "ask.flow"});
    REQUIRE(engine.until_says("running"));
    REQUIRE(weir(here, {"send", "scans", "{\"grams\":7}"}).code == 0);
    REQUIRE(engine.until([&] { return holds_text(weir(here, {"messages", "--flow", "ask"}).out, "results#1"); }));
    const std::string id = member(weir(here, {"messages", "--flow", "ask", "--format", "json"}).out, "id");
    Ended ended = weir(here, {"trace", id});
    CAPTURE(ended.out);
    CHECK(holds_text(ended.out, "sent by hand (weir send)"));
    CHECK(holds_text(ended.out, "enrich body.verdict = call self.post(\"/classify\")  {\"grams\":7}  answered {\"class\":\"small\"}  [ask.flow:13]\n"));
    CHECK(holds_text(ended.out, "{\"grams\":7,\"verdict\":{\"class\":\"small\"}}\n"));
    CHECK(holds_text(ended.out, "-> results  {\"answer\":\"small\"}"));
    ended = weir(here, {"trace", member(weir(here, {"messages", "--flow", "classify", "--format", "json"}).out, "id")});
    CHECK(holds_text(ended.out, "from web.post(\"/classify\")  {\"grams\":7}\n"));
    CHECK(holds_text(ended.out, "reply who asked  {\"class\":\"small\"}  status 200"));
    engine.signal(SIGTERM);
    CHECK(engine.end().code == 0);
}

TEST_CASE("trace: what a run was given and all that a request said are kept, but for credentials") {
    const Folder here;
    const std::string port = free_port();
    here.write("orders.flow",
               "param port: string = \"\"\nparam limit: int = 5\nparam pause: duration = 90s\nparam note: string = \"as written\"\nsecret key = env(\"ORDER_KEY\")\n"
               "connector web = http(listen: \"127.0.0.1:${port}\", keep_headers: [\"authorization\"])\nqueue large\nqueue small\n"
               "flow take\n  from web.post(\"/orders/{shop}\")\n{\n  let shop = source.path.shop\n  set header[\"x-way\"] = \"${source.method} ${source.query.x}\"\n"
               "  route {\n    when body.n > limit -> large { shop: shop, by: header[\"x-shop\"], way: header[\"x-way\"], id: meta.id, at: meta.created, pause: pause, note: note }\n    else -> small { total: body.n }\n  }\n}\n");
    REQUIRE(::setenv("ORDER_KEY", "canary-secret", 1) == 0);
    const auto order = [&](const char* limit, const char* n) {
        Program engine(here, {"run", "--set", "port=" + port, "--set", std::string("limit=") + limit, "--set", "note=\"quoted\" \\ ä", "orders.flow"});
        REQUIRE_MESSAGE(engine.until_says("running"), engine.err());
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
        REQUIRE(::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
        const std::string request = std::string("POST /orders/berlin?x=7 HTTP/1.1\r\nHost: h\r\nX-Shop: s1\r\nAuthorization: Bearer canary-header\r\nCookie: canary-cookie\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"n\":") + n + "}";
        REQUIRE(::send(socket, request.data(), request.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(request.size()));
        std::string answer(4096, '\0');
        const ssize_t got = ::recv(socket, answer.data(), answer.size(), 0);
        ::close(socket);
        REQUIRE(got > 0);
        answer.resize(static_cast<std::size_t>(got));
        REQUIRE_MESSAGE(holds_text(answer, " 202 "), answer);
        engine.signal(SIGTERM);
        CHECK(engine.end().code == 0);
        const std::size_t at = answer.find("weir-message-id: ");
        REQUIRE(at != std::string::npos);
        return answer.substr(at + 17, 32);
    };
    const std::string first = order("5", "7"), second = order("9", "7");  // one limit apart
    Ended ended = weir(here, {"trace", first, "--full"});
    CAPTURE(ended.out);
    CHECK(!holds_text(ended.out, "not recomputed"));
    CHECK(holds_text(ended.out, "shop = \"berlin\""));
    CHECK(holds_text(ended.out, "x-way = POST 7"));
    CHECK(holds_text(ended.out, "-> large  {\"shop\":\"berlin\",\"by\":\"s1\",\"way\":\"POST 7\",\"id\":\"" + first + "\""));
    CHECK(holds_text(ended.out, "\"note\":\"\\\"quoted\\\" \\\\ ä\"}"));
    CHECK(!holds_text(ended.out, "canary"));
    ended = weir(here, {"trace", second, "--full"});
    CAPTURE(ended.out);
    CHECK(!holds_text(ended.out, "not recomputed"));
    CHECK(holds_text(ended.out, "route  else"));
    CHECK(holds_text(ended.out, "-> small  {\"total\":7}"));
    CHECK(holds_text(weir(here, {"trace", first, "--set", "limit=9"}).out, "steps not recomputed: computed again it comes to something else"));
    const std::string stored = here.read(".weir/store.db") + here.read(".weir/store.db-wal");
    CHECK(holds_text(stored, "berlin"));
    for (const char* canary : {"canary", "Bearer "}) CHECK_MESSAGE(!holds_text(stored, canary), canary);
}

TEST_CASE("messages: by flow, outcome, time, and by what they hold") {
    const Sorted store;
    CHECK(count_of(store.run({"messages", "--flow", "intake"}).out, '\n') == 4);
    CHECK(count_of(store.run({"messages", "--outcome", "resting"}).out, '\n') == 1);
    CHECK(count_of(store.run({"messages", "--channel", "rejects"}).out, '\n') == 1);
    CHECK(count_of(store.run({"messages", "--since", "1h"}).out, '\n') == 9);
    CHECK(store.run({"messages", "--until", "1h"}).out == "no messages\n");
    CHECK(store.run({"messages", "--until", "2020-01-01T00:00:00Z"}).out == "no messages\n");
    CHECK(store.run({"messages", "--since", "yesterday"}).code == 2);
    CHECK(count_of(store.run({"messages", "--where", "body.grams > 600"}).out, '\n') == 4);
    CHECK(count_of(store.run({"messages", "--where", "body.grams > 600", "--flow", "sort", "--outcome", "dead"}).out, '\n') == 1);
    CHECK(count_of(store.run({"messages", "--where", "body.grams > 600", "--limit", "1"}).out, '\n') == 1);
    const Ended ended = store.run({"messages", "--where", "body.grams >"});
    CHECK(ended.code == 1);
    CHECK(holds_text(ended.err, "expression:1:"));
}

TEST_CASE("dead letters on a stopped store: listed, replayed, discarded, each told in the history") {
    const Sorted store;
    Ended ended = store.run({"dead-letters", "list"});
    CHECK(count_of(ended.out, '\n') == 2);
    CHECK(holds_text(ended.out, "rejected: no zone"));
    CHECK(holds_text(ended.out, "rejects#1  "));
    CHECK(count_of(store.run({"dead-letters", "list", "ship"}).out, '\n') == 1);
    ended = store.run({"dead-letters", "show", "rejects#1"});
    CHECK(holds_text(ended.out, "failed message rejects#1\n"));
    CHECK(holds_text(ended.out, "failure  invalid: "));
    CHECK(holds_text(store.run({"dead-letters", "show", "rejects#1", "--format", "json"}).out, "\"no\":\"rejects#1\""));
    CHECK(store.run({"dead-letters", "show", "rejects#2"}).code == 2);
    CHECK(holds_text(store.run({"dead-letters", "replay"}).err, "--all FLOW"));
    CHECK(holds_text(store.run({"dead-letters", "replay", "7"}).err, "there is no dead letter 7"));
    CHECK(holds_text(store.run({"dead-letters", "replay", "rejects#7"}).err, "no failed message `rejects#7`"));
    CHECK(holds_text(store.run({"dead-letters", "replay", "1", "rejects#1"}).err, "one channel at a time"));
    CHECK(holds_text(store.run({"dead-letters", "discard", "1"}).err, "say why"));
    CHECK(holds_text(store.run({"dead-letters", "repaly"}).err, "did you mean `replay`?"));

    const std::string id = member(store.run({"messages", "--outcome", "dead", "--format", "json"}).out, "id");
    ended = store.run({"dead-letters", "replay", "--all", "sort", "--why", "the zone is there now"});
    CAPTURE(ended.err);
    CHECK(ended.code == 0);
    CHECK(ended.out == "replayed: 1\n");
    CHECK(holds_text(store.run({"waiting"}).out, "replay  " + id));
    ended = store.run({"messages", "--limit", "1"});
    CHECK(holds_text(ended.out, "(by "));
    CHECK(holds_text(ended.out, "@"));
    CHECK(holds_text(ended.out, ": the zone is there now)"));
    CHECK(holds_text(store.run({"trace", id}).out, "replayed by "));

    Program engine(store.here, {"run", "sort.flow"});
    REQUIRE(engine.until([&] { return holds_text(store.run({"dead-letters", "list"}).out, "2  20"); }));
    engine.signal(SIGTERM);
    CHECK(engine.end().code == 0);
    CHECK(holds_text(store.run({"dead-letters", "show", "2"}).out, "replays  1\n"));
    ended = store.run({"dead-letters", "discard", "2", "--discard", "nobody lives there"});
    CHECK(ended.out == "discarded: 1\n");
    CHECK(holds_text(store.run({"messages", "--outcome", "discarded"}).out, ": nobody lives there)"));
    CHECK(count_of(store.run({"dead-letters", "list"}).out, '\n') == 1);
}

TEST_CASE("dead letters, channels and flows of a running engine, through its socket") {
    const Sorted store;
    Program engine(store.here, {"run", "sort.flow"});
    REQUIRE(engine.until([&] { return store.answers(); }));
    Ended ended = store.run({"flows", "pause", "sort"});
    CAPTURE(ended.err);
    CHECK(ended.code == 0);
    REQUIRE(engine.until_says("paused by hand"));
    CHECK(holds_text(store.run({"flows", "pause", "sotr"}).err, "did you mean `sort`?"));
    CHECK(store.run({"send", "scans", "{\"code\":\"A9\",\"zip\":\"north\",\"grams\":100}"}).code == 0);
    CHECK(store.run({"dead-letters", "replay", "1", "sort", "--afresh"}).out == "replayed: 1\n");
    ended = store.run({"channels", "peek", "scans"});
    CHECK(holds_text(ended.out, "#5  "));
    CHECK(holds_text(ended.out, "{\"code\":\"A9\",\"zip\":\"north\",\"grams\":100}\n"));
    CHECK(holds_text(store.run({"channels", "peek", "scans", "--format", "json"}).out, "{\"row\":5,"));
    CHECK(holds_text(store.run({"channels", "forget", "scans", "--discard", "x"}).err, "in use"));
    CHECK(holds_text(store.run({"trace", member(store.run({"channels", "peek", "scans", "--format", "json"}).out, "id")}).out, "stands there, not taken yet"));
    CHECK(store.run({"flows", "resume", "sort"}).code == 0);
    REQUIRE(engine.until([&] { return count_of(store.here.read("out/parcels.jsonl"), '\n') == 2 && holds_text(store.run({"dead-letters", "list"}).out, "no zone"); }));
    CHECK(store.run({"channels", "peek", "scans"}).out == "nothing waits in scans\n");
    CHECK(store.run({"channels", "purge", "rejects", "--discard", "tests"}).out == "purged: 1\n");
    CHECK(store.run({"channels", "peek", "rejects"}).out == "nothing waits in rejects\n");
    CHECK(holds_text(store.run({"messages", "--outcome", "purged"}).out, ": tests)"));
    CHECK(store.run({"dead-letters", "discard", "--all", "sort", "--discard", "enough"}).out == "discarded: 1\n");
    CHECK(store.run({"dead-letters", "list"}).out == "no dead letters\n");
    engine.signal(SIGTERM);
    CHECK(engine.end().code == 0);
    CHECK(holds_text(store.run({"flows", "pause", "sort"}).err, "no engine runs on"));
}

TEST_CASE("what a topic keeps no longer goes unread, and is shown, counted and told (C6)") {
    const Folder here;
    here.write("ticks.flow", "topic ticks keep 1s\nflow slow\n  from ticks as slow\n{\n  -> file.append(\"slow.jsonl\")\n}\nflow quick\n  from ticks as quick\n{\n  -> file.append(\"quick.jsonl\")\n}\n");
    Program engine(here, {"run", "ticks.flow"});
    REQUIRE(engine.until([&] { return weir(here, {"flows", "pause", "slow"}).code == 0; }));
    CHECK(weir(here, {"send", "ticks", "{\"n\":1}"}).code == 0);
    REQUIRE(engine.until([&] { return holds_text(weir(here, {"channels"}).out, "  slow missed 1: it went unread"); }));
    CHECK(holds_text(weir(here, {"channels", "--format", "json"}).out, "\"unread\":{\"slow\":1}"));
    CHECK(holds_text(weir(here, {"messages", "--outcome", "purged"}).out, "not read by slow, older than 1s"));
    REQUIRE(engine.until_says("1 message went before every subscription had read it"));
    CHECK(weir(here, {"flows", "resume", "slow"}).code == 0);
    CHECK(weir(here, {"send", "ticks", "{\"n\":2}"}).code == 0);
    REQUIRE(engine.until([&] { return count_of(here.read("quick.jsonl"), '\n') == 2 && count_of(here.read("slow.jsonl"), '\n') == 1; }));
    CHECK(here.read("slow.jsonl") == "{\"n\":2}\n");
    engine.signal(SIGTERM);
    CHECK(engine.end().code == 0);
}

TEST_CASE("what a failure line sent aside is replayed out of its channel, read by the type that it came with") {
    const Folder here;
    const std::string flow =
        "param least: int = 10\ntype Order = { n: int, at: timestamp }\nqueue orders: Order\nqueue aside\nflow work\n  from orders\n  on rejected -> aside\n{\n"
        "  if body.n < least { fail rejected \"too few\" }\n  -> file.append(\"out.jsonl\") { n: body.n, next: body.at + 1d }\n}\n";
    std::string routed = flow;
    routed.replace(routed.find("  if body.n < least { fail rejected \"too few\" }\n"), std::string("  if body.n < least { fail rejected \"too few\" }\n").size(), "  route {\n    when body.n < least { fail rejected \"too few\" }\n    else { log \"enough\" }\n  }\n");
    here.write("work.flow", routed);
    CHECK(weir(here, {"check", "work.flow"}).err == "");
    CHECK(weir(here, {"run", "--until-idle", "work.flow"}).code == 0);
    for (const char* n : {"3", "4", "5"}) CHECK(weir(here, {"send", "orders", std::string("{\"n\":") + n + ",\"at\":\"2026-01-31T10:00:00Z\"}"}).code == 0);
    CHECK(weir(here, {"run", "--until-idle", "work.flow"}).code == 0);
    CHECK(weir(here, {"send", "aside", "{\"n\":0}"}).code == 0);
    CHECK(count_of(weir(here, {"dead-letters", "list", "work"}).out, '\n') == 3);
    CHECK(holds_text(weir(here, {"dead-letters", "replay", "aside#4"}).err, "no failed message `aside#4`"));
    CHECK(weir(here, {"dead-letters", "discard", "aside#2", "--discard", "a test"}).out == "discarded: 1\n");
    Ended ended = weir(here, {"dead-letters", "replay", "aside#1", "work"});
    CAPTURE(ended.err);
    CHECK(ended.out == "replayed: 1\n");
    CHECK(count_of(weir(here, {"dead-letters", "list"}).out, '\n') == 1);
    CHECK(weir(here, {"run", "--until-idle", "--set", "least=1", "work.flow"}).code == 0);
    CHECK(here.read("out.jsonl") == "{\"n\":3,\"next\":\"2026-02-01T10:00:00Z\"}\n");
    // What it took was its rest, which is gone with it: that is said.
    const std::string id = member(weir(here, {"messages", "--outcome", "done", "--format", "json", "--flow", "work"}).out, "id");
    CHECK(holds_text(weir(here, {"trace", id}).out, "steps not recomputed: its input is not in the store any more"));
    Program engine(here, {"run", "--set", "least=1", "work.flow"});
    REQUIRE(engine.until_says("running"));
    CHECK(weir(here, {"dead-letters", "replay", "aside#3", "--afresh"}).out == "replayed: 1\n");
    CHECK(engine.until([&] { return here.read("out.jsonl") == "{\"n\":3,\"next\":\"2026-02-01T10:00:00Z\"}\n{\"n\":5,\"next\":\"2026-02-01T10:00:00Z\"}\n"; }));
    engine.signal(SIGTERM);
    CHECK(engine.end().code == 0);
    CHECK(weir(here, {"dead-letters", "list"}).out == "no dead letters\n");
    CHECK(holds_text(weir(here, {"channels", "peek", "aside"}).out, "{\"n\":0}"));
}

TEST_CASE("what waits: until when, for which try, and why") {
    const Sorted store;
    Ended ended = store.run({"waiting"});
    CHECK(count_of(ended.out, '\n') == 1);
    CHECK(holds_text(ended.out, "sort  attempt 2  "));
    CHECK(holds_text(ended.out, "connect: "));
    CHECK(store.run({"waiting", "ship"}).out == "nothing waits in ship\n");
    ended = store.run({"waiting", "show", "1"});
    CHECK(holds_text(ended.out, "retry 1 of sort\n"));
    CHECK(holds_text(ended.out, "step     sort/"));
    CHECK(holds_text(ended.out, "body     {\"code\":\"A2\",\"zip\":\"web\",\"grams\":700}\n"));
    CHECK(store.run({"waiting", "show", "9"}).code == 2);
    CHECK(holds_text(store.run({"waiting", "--format", "json"}).out, "\"kind\":\"retry\",\"flow\":\"sort\""));
    ended = store.run({"flows"});
    CHECK(holds_text(ended.out, "sort    1        1     scans\n"));
    CHECK(holds_text(store.run({"flows", "--format", "json"}).out, "{\"flow\":\"intake\",\"waiting\":0,\"dead\":0,\"from\":[\"file.lines\"]}\n"));
    CHECK(holds_text(store.run({"status"}).out, "waiting      1 (weir waiting)\n"));
}

TEST_CASE("what waits is let go or dropped, on a running engine and on a stopped one") {
    const Sorted store;
    CHECK(holds_text(store.run({"waiting", "release"}).err, "--all FLOW"));
    CHECK(holds_text(store.run({"waiting", "release", "7"}).err, "nothing is at rest under the number 7"));
    CHECK(holds_text(store.run({"waiting", "drop", "1"}).err, "say why"));
    CHECK(store.run({"waiting", "release", "1", "--why", "the printer is back"}).out == "let go: 1\n");
    CHECK(holds_text(store.run({"waiting"}).out, "(now)"));
    const std::string id = store.id("intake", "body.code == \"A2\"");
    CHECK(holds_text(store.run({"trace", id}).out, ": the printer is back"));
    Program engine(store.here, {"run", "sort.flow"});
    REQUIRE(engine.until([&] { return holds_text(store.run({"waiting"}).out, "attempt 3"); }));  // it ran, failed, and waits again
    CHECK(store.run({"waiting", "release", "--all", "sort"}).out == "let go: 1\n");
    REQUIRE(engine.until([&] { return holds_text(store.run({"waiting"}).out, "attempt 4"); }));
    Ended ended = store.run({"trace", id});
    CAPTURE(ended.out);
    CHECK(holds_text(ended.out, "sort  resting  attempt 2"));
    CHECK(holds_text(ended.out, "sort  resting  attempt 3"));
    CHECK(holds_text(ended.out, "for attempt 4  connect: "));
    CHECK(store.run({"waiting", "drop", "1", "--discard", "labelled by hand"}).out == "dropped: 1\n");
    CHECK(store.run({"waiting"}).out == "nothing waits\n");
    CHECK(holds_text(store.run({"messages", "--outcome", "withdrawn"}).out, ": labelled by hand)"));
    CHECK(holds_text(store.run({"trace", id}).out, "withdrawn by "));
    ended = engine.end();  // nothing is left to wait for
    CHECK(ended.code == 0);
}

TEST_CASE("a message at rest that holds its key is dropped only where no engine keeps that key in mind") {
    const Folder here;
    here.write("keys.flow",
               "connector label = http(url: \"http://127.0.0.1:9\")\nqueue scans\nflow sort\n  from scans\n  idempotent by body.code for 1d\n  on transient retry 3 times backoff 1h\n{\n  call label.post(\"/label\")\n}\n");
    Program engine(here, {"run", "keys.flow"});
    REQUIRE(engine.until_says("running"));
    CHECK(weir(here, {"send", "scans", "{\"code\":\"A1\"}"}).code == 0);
    REQUIRE(engine.until([&] { return holds_text(weir(here, {"waiting"}).out, "(holds its key)"); }));
    CHECK(holds_text(weir(here, {"waiting", "drop", "1", "--discard", "x"}).err, "stop the engine to drop it"));
    CHECK(weir(here, {"waiting", "release", "1"}).out == "let go: 1\n");
    REQUIRE(engine.until([&] { return holds_text(weir(here, {"waiting"}).out, "attempt 3"); }));
    engine.signal(SIGTERM);
    CHECK(engine.end().code == 0);
    CHECK(weir(here, {"waiting", "drop", "--all", "sort", "--discard", "x"}).out == "dropped: 1\n");
    CHECK(weir(here, {"waiting"}).out == "nothing waits\n");
}

TEST_CASE("channels of a stopped store: rows by number, all of them, and what no flow has any more") {
    const Sorted store;
    CHECK(store.run({"send", "rejects", "{\"n\":2}"}).code == 0);
    CHECK(store.run({"send", "rejects", "{\"n\":3}"}).code == 0);
    CHECK(holds_text(store.run({"channels", "purge", "rejects"}).err, "say why"));
    CHECK(holds_text(store.run({"channels", "purge", "rejects", "77", "--discard", "x"}).err, "no row 77"));
    CHECK(store.run({"channels", "purge", "rejects", "#2", "--discard", "x"}).out == "purged: 1\n");
    Ended ended = store.run({"channels", "peek", "rejects"});
    CHECK(count_of(ended.out, '#') == 2);
    CHECK(holds_text(ended.out, "failed: invalid: "));
    CHECK(holds_text(store.run({"channels"}).out, "rejects  2 "));
    CHECK(holds_text(store.run({"channels", "peek", "rejcts"}).err, "did you mean `rejects`?"));

    std::string renamed = sorting;
    for (std::size_t at; (at = renamed.find("rejects")) != std::string::npos;) renamed.replace(at, 7, "refused");
    store.here.write("sort.flow", renamed);
    Program engine(store.here, {"run", "sort.flow"});
    REQUIRE(engine.until([&] { return store.answers(); }));
    CHECK(holds_text(store.run({"status"}).out, "orphan       rejects  "));
    CHECK(holds_text(store.run({"status", "--format", "json"}).out, "\"orphans\":[\"rejects\"]"));
    CHECK(holds_text(store.run({"channels", "forget", "rejects"}).err, "say why"));
    CHECK(store.run({"channels", "forget", "rejects", "--discard", "renamed"}).code == 0);
    engine.signal(SIGTERM);
    CHECK(engine.end().code == 0);
    CHECK(holds_text(store.run({"channels", "peek", "rejects"}).out, "nothing waits in rejects"));
}

TEST_CASE("dump --stage=checked shows the body before and behind each step, and where failures go") {
    const Folder here;
    here.write("sort.flow", sorting);
    const Ended ended = weir(here, {"dump", "--stage=checked", "sort.flow"});
    CAPTURE(ended.out);
    CHECK(ended.code == 0);
    CHECK(holds_text(ended.out, "flow sort"));
    CHECK(holds_text(ended.out, "translate"));
    CHECK(holds_text(ended.out, "rejects"));
}
