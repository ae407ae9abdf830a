// Runs, and what can be seen of them afterwards.
#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "process.hpp"

using namespace process;

namespace {

const std::string sorting =
    "flow orders\n"
    "  from file.lines(\"orders.jsonl\")\n"
    "{\n"
    "  route body.country {\n"
    "    when body.total >= 1000 -> file.append(\"out/large.jsonl\")\n"
    "    \"DE\" -> file.append(\"out/home.jsonl\")\n"
    "    else -> file.append(\"out/abroad.jsonl\")\n"
    "  }\n"
    "}\n";
const std::string twenty = [] {
    std::string lines;
    for (int n = 0; n < 20; ++n)
        lines += n == 7 ? "{ this is no JSON\n" : "{\"n\":" + std::to_string(n) + ",\"country\":\"" + (n % 3 == 0 ? "DE" : "FR") + "\",\"total\":" + std::to_string(n == 4 || n == 12 ? 2000 : 20) + "}\n";
    return lines;
}();
// Waits for what is sent to it.
const std::string waiting = "queue inbox: any\nflow copy\n  from inbox\n{\n  -> file.append(\"out.jsonl\")\n}\n";

}  // namespace

TEST_CASE("twenty lines into three files; the broken one is a dead letter; the second run has nothing to do") {
    const Folder here;
    here.write("orders.flow", sorting);
    here.write("orders.jsonl", twenty);
    Ended ended = weir(here, {"run", "orders.flow"});
    CAPTURE(ended.err);
    REQUIRE(ended.code == 0);
    CHECK(holds_text(ended.err, "20 messages in: 19 done, 1 failed -> orders.dead (weir dead-letters list); "));
    CHECK(count_of(here.read("out/large.jsonl"), '\n') == 2);
    CHECK(count_of(here.read("out/home.jsonl"), '\n') == 6);
    CHECK(count_of(here.read("out/abroad.jsonl"), '\n') == 11);
    CHECK(here.read("out/large.jsonl").starts_with("{\"n\":4,\"country\":\"FR\",\"total\":2000}\n"));
    struct stat status {};
    REQUIRE(::stat(here.at("out/large.jsonl").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0644);
    REQUIRE(::stat(here.at(".weir").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0700);
    REQUIRE(::stat(here.at(".weir/store.db").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);

    ended = weir(here, {"dead-letters", "list"});
    CHECK(ended.code == 0);
    CHECK(count_of(ended.out, '\n') == 1);
    CHECK(holds_text(ended.out, "orders"));
    CHECK(holds_text(ended.out, "invalid"));
    ended = weir(here, {"dead-letters", "show"});
    CHECK(holds_text(ended.out, "{ this is no JSON"));
    const Ended one = weir(here, {"dead-letters", "show", "1"});
    CHECK(one.out == ended.out);
    CHECK(weir(here, {"dead-letters", "show", "99"}).code == 2);
    ended = weir(here, {"dead-letters", "list", "--format", "json"});
    CHECK(holds_text(ended.out, "\"class\":\"invalid\""));
    CHECK(holds_text(ended.out, "\"body_text\":\"{ this is no JSON\""));

    ended = weir(here, {"messages", "--limit", "100"});
    CHECK(ended.code == 0);
    CHECK(count_of(ended.out, '\n') == 20);
    ended = weir(here, {"messages", "--outcome", "dead", "--format", "json"});
    CHECK(count_of(ended.out, '\n') == 1);
    CHECK(holds_text(ended.out, "\"outcome\":\"dead\""));
    ended = weir(here, {"status"});
    CHECK(ended.code == 0);
    CHECK(holds_text(ended.out, "engine       stopped\n"));
    CHECK(holds_text(ended.out, "dead letters 1"));

    ended = weir(here, {"run", "orders.flow"});
    CHECK(ended.code == 0);
    CHECK(holds_text(ended.err, "nothing new: all 20 lines of orders.jsonl were read on 20"));
    CHECK(holds_text(ended.err, "(another --store starts afresh)"));
    CHECK(count_of(here.read("out/abroad.jsonl"), '\n') == 11);
    ended = weir(here, {"run", "--store", "other", "--format", "json", "orders.flow"});
    CHECK(ended.code == 0);
    CHECK(holds_text(ended.err, "{\"summary\":{\"in\":20,\"units\":20,\"done\":19,"));
    CHECK(holds_text(ended.err, "\"failed\":1,\"where\":{\"orders.dead\":1}"));
    CHECK(count_of(here.read("out/abroad.jsonl"), '\n') == 22);
}

TEST_CASE("what fails into a queue that the flow names is told, listed and shown like a dead letter") {
    const Folder here;
    std::string flow = sorting;
    flow.replace(flow.find("{\n"), 2, "  on any -> orders.failed\n{\n");
    here.write("orders.flow", "queue orders.failed\n" + flow);
    here.write("orders.jsonl", twenty);
    Ended ended = weir(here, {"check", "--strict", "orders.flow"});
    CHECK(ended.code == 0);
    ended = weir(here, {"run", "orders.flow"});
    CHECK(ended.code == 0);
    CHECK(holds_text(ended.err, "20 messages in: 19 done, 1 failed -> orders.failed (weir dead-letters list); "));
    ended = weir(here, {"dead-letters", "list"});
    CHECK(ended.out.starts_with("orders.failed#1  "));
    ended = weir(here, {"dead-letters", "show"});
    CHECK(holds_text(ended.out, "failed message orders.failed#1\n"));
    CHECK(holds_text(ended.out, "{ this is no JSON"));
    CHECK(weir(here, {"dead-letters", "show", "orders.failed#1"}).out == ended.out);
}

TEST_CASE("a source that is not there, and a store that can't be made") {
    const Folder here;
    here.write("orders.flow", sorting);
    Ended ended = weir(here, {"run", "orders.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "orders.jsonl"));
    here.write("orders.jsonl", twenty);
    here.write("taken", "a file");
    ended = weir(here, {"run", "--store", "taken", "orders.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "taken"));
    ended = weir(here, {"run", "--store", "/proc/weir", "orders.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "/proc/weir"));
    if (::geteuid() == 0) {
        MESSAGE("skipped: a folder without permission, because root may write everywhere");
        return;
    }
    std::filesystem::create_directory(here.at("closed"));
    std::filesystem::permissions(here.at("closed"), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    ended = weir(here, {"run", "--store", "closed/store", "orders.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "closed/store"));
}

TEST_CASE("a parameter that no file has, and one that does not fit") {
    const Folder here;
    here.write("p.flow", "param most: int = 3\nflow f\n  from file.lines(\"in.jsonl\")\n{\n  filter body.n < most\n  -> file.append(\"out.jsonl\")\n}\n");
    here.write("in.jsonl", "{\"n\":1}\n{\"n\":4}\n");
    Ended ended = weir(here, {"run", "--set", "mots=1", "p.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "mots"));
    ended = weir(here, {"run", "--set", "most=many", "p.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "`most`"));
    ended = weir(here, {"run", "--set", "most=5", "p.flow"});
    CHECK(ended.code == 0);
    CHECK(here.read("out.jsonl") == "{\"n\":1}\n{\"n\":4}\n");
}

TEST_CASE("send on a stopped and on a running engine; one engine on a store; a graceful stop") {
    const Folder here;
    here.write("copy.flow", waiting);
    CHECK(weir(here, {"run", "--until-idle", "copy.flow"}).code == 0);
    Ended ended = weir(here, {"send", "inbox", "{\"n\":1}"});
    CAPTURE(ended.err);
    CHECK(ended.code == 0);
    CHECK(holds_text(ended.out, "sent to inbox"));
    ended = weir(here, {"channels"});
    CHECK(holds_text(ended.out, "inbox"));
    CHECK(holds_text(ended.out, "  1 "));
    ended = weir(here, {"send", "inbux", "1"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "did you mean `inbox`?"));

    Program engine(here, {"run", "copy.flow"});
    REQUIRE(engine.until_says("running"));
    CHECK(engine.until([&] { return here.read("out.jsonl") == "{\"n\":1}\n"; }));
    ended = weir(here, {"send", "inbox", "--header", "Colour=red"}, "{\"n\":2}");
    CAPTURE(ended.err);
    CHECK(ended.code == 0);
    CHECK(engine.until([&] { return here.read("out.jsonl") == "{\"n\":1}\n{\"n\":2}\n"; }));
    ended = weir(here, {"send", "inbux", "1"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "did you mean `inbox`?"));
    ended = weir(here, {"status"});
    CHECK(holds_text(ended.out, "engine       running\n"));
    struct stat status {};
    REQUIRE(::stat(here.at(".weir/control").c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);

    ended = weir(here, {"run", "copy.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, ".weir"));
    CHECK(holds_text(ended.err, "engine"));

    engine.signal(SIGTERM);
    ended = engine.end();
    CHECK(ended.code == 0);
    CHECK(holds_text(ended.err, "2 messages"));
    ended = weir(here, {"status"});
    CHECK(holds_text(ended.out, "engine       stopped\n"));
    CHECK(::stat(here.at(".weir/control").c_str(), &status) != 0);
}

TEST_CASE("two flows with a queue between them: what came in is counted once") {
    const Folder here;
    here.write("two.flow", "queue numbers\nflow first\n  from file.lines(\"in.jsonl\")\n{\n  -> numbers\n}\nflow second\n  from numbers\n{\n  filter body.n != 3\n  -> file.append(\"out.jsonl\")\n}\n");
    here.write("in.jsonl", "{\"n\":1}\n{\"n\":2}\n{\"n\":3}\n");
    const Ended ended = weir(here, {"run", "two.flow"});
    CHECK(ended.code == 0);
    CHECK(holds_text(ended.err, "3 messages in, 6 through 2 flows: 5 done, 1 filtered; "));
    CHECK(here.read("out.jsonl") == "{\"n\":1}\n{\"n\":2}\n");
}

TEST_CASE("a store of a newer weir, and one that is no store") {
    const Folder here;
    here.write("copy.flow", waiting);
    REQUIRE(weir(here, {"run", "--until-idle", "copy.flow"}).code == 0);
    // The file's version number, big-endian at offset 60 of an SQLite file; nothing else is touched.
    std::string database = here.read(".weir/store.db");
    REQUIRE(database.size() > 64);
    database[63] = 99;
    here.write(".weir/store.db", database);
    Ended ended = weir(here, {"run", "--until-idle", "copy.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "newer weir"));
    here.write(".weir/store.db", std::string(8192, 'x'));
    ended = weir(here, {"run", "--until-idle", "copy.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "is not a store"));
}

TEST_CASE("what a message holds does not steer the terminal") {
    const Folder here;
    here.write("copy.flow", waiting);
    here.write("orders.flow", sorting);
    here.write("orders.jsonl", "\x1b]0;owned\x07{\n");
    REQUIRE(weir(here, {"run", "orders.flow"}).code == 0);
    for (const char* verb : {"list", "show"}) {
        const Ended ended = weir(here, {"dead-letters", verb});
        CHECK(ended.code == 0);
        CHECK(count_of(ended.out, '\x1b') == 0);
        CHECK(holds_text(ended.out, "\\x1b]0;owned\\x07{"));
    }
}
