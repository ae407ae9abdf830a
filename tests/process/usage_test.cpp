// What the program says when it is used wrongly, and what it says of itself.
#include <doctest/doctest.h>

#include "process.hpp"

using namespace process;

TEST_CASE("version and help") {
    const Folder here;
    Ended ended = weir(here, {"--version"});
    CHECK(ended.code == 0);
    CHECK(ended.out.starts_with("weir 0."));
    ended = weir(here, {"--help"});
    CHECK(ended.code == 0);
    CHECK(holds_text(ended.out, "examples:"));
    for (const char* name : {"run", "check", "test", "fmt", "dump", "graph", "eval", "send", "trace", "messages", "dead-letters", "waiting", "channels", "flows", "status", "explain"}) {
        CAPTURE(name);
        CHECK(holds_text(ended.out, std::string("\n  ") + name + " "));
        const Ended page = weir(here, {name, "--help"});
        CHECK(page.code == 0);
        CHECK(holds_text(page.out, std::string("usage: weir ") + name));
        CHECK(holds_text(page.out, "examples:\n  weir "));
    }
}

TEST_CASE("wrong words: a near miss, the usage, exit 2") {
    const Folder here;
    Ended ended = weir(here, {"chek", "x.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "did you mean `check`?"));
    ended = weir(here, {"check", "--stric", "x.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "did you mean `--strict`?"));
    CHECK(holds_text(ended.err, "usage: weir check"));
    ended = weir(here, {"run"});
    CHECK(ended.code == 2);
    ended = weir(here, {"check", "--format", "xml", "x.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "`xml`"));
    ended = weir(here, {"run", "--set", "novalue", "x.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "name=value"));
    ended = weir(here, {});
    CHECK(ended.code == 2);
}

TEST_CASE("files that are not there") {
    const Folder here;
    here.write("orders.flow", "queue a\n");
    Ended ended = weir(here, {"run", "nowhere.flow"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "there is no file `nowhere.flow`"));
    ended = weir(here, {"check", "orders"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "did you mean `orders.flow`?"));
    ended = weir(here, {"messages", "--store", "nowhere"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "nowhere"));
    ended = weir(here, {"send", "a", "1"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "there is no store `.weir`"));
}

TEST_CASE("a flow with a mistake: the finding with its place, exit 1, nothing made") {
    const Folder here;
    here.write("bad.flow", "queue orders.new\nflow a\n  from orders.new\n{\n  -> orders.nwe\n}\n");
    for (const char* command : {"run", "check", "dump", "graph"}) {
        CAPTURE(command);
        const Ended ended = weir(here, {command, "bad.flow"});
        CHECK(ended.code == 1);
        CHECK(holds_text(ended.err, "bad.flow:5:6"));
        CHECK(holds_text(ended.err, "orders.new"));
    }
    CHECK(here.size(".weir/store.db") == 0);
    const Ended json = weir(here, {"check", "--format", "json", "bad.flow"});
    CHECK(json.code == 1);
    CHECK(json.out.starts_with("{"));
    CHECK(holds_text(json.out, "\"line\": 5"));
}

TEST_CASE("explain knows codes, steps, connectors and built-ins") {
    const Folder here;
    for (const char* word : {"W0102", "route", "file.lines", "file", "sort_by"}) {
        CAPTURE(word);
        const Ended ended = weir(here, {"explain", word});
        CHECK(ended.code == 0);
        CHECK(ended.out.size() > 80);
    }
    const Ended ended = weir(here, {"explain", "rout"});
    CHECK(ended.code == 2);
    CHECK(holds_text(ended.err, "did you mean `route`?"));
}

TEST_CASE("eval computes, and says where it fails") {
    const Folder here;
    Ended ended = weir(here, {"eval", "1.10 + 2.20"}, "null\n");
    CHECK(ended.code == 0);
    CHECK(ended.out == "3.30\n");
    ended = weir(here, {"eval", "body.a * 2"}, "{\"a\":1}\n\n{\"a\":21}");
    CHECK(ended.code == 0);
    CHECK(ended.out == "2\n42\n");
    ended = weir(here, {"eval", "body.a"}, "{\"b\":1}\n{\"a\":2}\n");
    CHECK(ended.code == 2);
    CHECK(ended.out == "2\n");
    CHECK(holds_text(ended.err, "message 1: invalid: "));
    CHECK(holds_text(ended.err, "body.a"));
    ended = weir(here, {"eval", "1 +"}, "null\n");
    CHECK(ended.code == 1);
    CHECK(holds_text(ended.err, "expression:1:"));
    ended = weir(here, {"eval", "nothing_known"}, "null\n");
    CHECK(ended.code == 1);
    CHECK(holds_text(ended.err, "expression:1:1"));
}
