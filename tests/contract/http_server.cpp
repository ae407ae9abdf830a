// http as a server: real sockets on loopback.
#include <doctest/doctest.h>

#include "tests/contract/http_served.hpp"

using namespace weir;
using namespace std::chrono_literals;

TEST_CASE("http: a request is a message, its answer the response; the connection stays") {
    Served served;
    Flow& flow = served.add("post", "/scan/{kind}", false);
    Wire wire = served.connect();
    wire.send(post("/scan/a%20b?x=1&y=a+%C3%A4&x=2&flag", R"({"a":1})", "Content-Type: application/json; charset=UTF-8\r\nX-Shop: Berlin\r\nx-shop: Rom\r\nAuthorization: Bearer canary\r\nCookie: canary\r\nX-Api-Key: canary\r\nConnection: keep-alive, x-hop\r\nX-Hop: 1\r\ntraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n"));
    REQUIRE(served.network.until([&] { return flow.got.size() == 1; }));
    served.network.on([&] {
        const Delivery& d = flow.got[0];
        CHECK(d.message.body.format == Format::json);
        CHECK(d.message.body.bytes == R"({"a":1})");
        CHECK(d.message.body.tree.is_missing());  // nobody has looked inside
        CHECK_FALSE(d.message.meta.id.empty());
        CHECK(to_text(d.message.meta.trace) == "0af7651916cd43dd8448eb211c80319c");
        CHECK(d.position.sort == Position::Sort::none);
        const Value& s = d.message.source;
        CHECK(as_text(s.find("method")) == "POST");
        CHECK(as_text(s.find("path")->find("kind")) == "a b");
        CHECK(as_text(s.find("query")->find("x")) == "2");
        CHECK(as_text(s.find("query")->find("y")) == "a \xc3\xa4");
        CHECK(as_text(s.find("query")->find("flag")).empty());
        CHECK(as_text(s.find("target")) == "/scan/a%20b?x=1&y=a+%C3%A4&x=2&flag");
        CHECK(as_text(s.find("operation")) == "post");
        CHECK(as_text(s.find("remote")) == "127.0.0.1");
        const Headers& headers = *d.message.headers;
        CHECK(*find_header(headers, "x-shop") == "Berlin, Rom");
        CHECK(*find_header(headers, "host") == "here");
        for (const char* dropped : {"authorization", "cookie", "x-api-key", "connection", "x-hop", "content-length"}) CHECK(find_header(headers, dropped) == nullptr);
        Answer answer;
        answer.status = 201;
        answer.body = R"({"ok":true})";
        answer.format = Format::json;
        answer.headers = {{"x-more", "yes"}, {"X-Split", "a\r\nX-Evil: 1"}, {"bad name", "x"}, {"content-length", "999"}, {"transfer-encoding", "chunked"}};
        answer.retry_after = 1'500'000'000;
        answer.replayed = true;
        flow.finish(d, answer);
        flow.source->answer(d.ticket, answer);  // nobody waits any more: nothing happens
        flow.source->answer(12345, answer);
    });
    const Reply reply = wire.read();
    CHECK(reply.status == 201);
    CHECK(reply.body == R"({"ok":true})");
    CHECK(reply.field("content-type") == "application/json");
    CHECK(reply.field("x-more") == "yes");
    CHECK(reply.field("x-evil").empty());
    CHECK(reply.field("x-split").empty());
    CHECK(reply.field("transfer-encoding").empty());
    CHECK(reply.field("retry-after") == "2");
    CHECK(reply.field("weir-replayed") == "true");
    CHECK(reply.field("date").size() == 29);
    CHECK(reply.field("weir-message-id") == to_text(flow.got[0].message.meta.id));
    CHECK(served.network.on([&] { return flow.warnings.size(); }) == 2);
    wire.send(post("/scan/b", "2"));
    REQUIRE(served.network.until([&] { return flow.got.size() == 2; }));
    served.network.on([&] { flow.finish(flow.got[1], {}); });
    CHECK(wire.read().status == 200);
    CHECK(served.listener->connections() == 1);
}

TEST_CASE("http: the key is the id: with the body and the source, and nothing else") {
    Served served;
    Flow& a = served.add("post", "/a", false);
    Flow& b = served.add("post", "/b", false);
    Wire wire = served.connect();
    const auto key = [](const char* k) { return "content-type: application/json\r\nIdempotency-Key: " + std::string(k) + "\r\n"; };
    std::vector<Id128> ids;
    for (const auto& [path, body, k] : std::vector<std::array<const char*, 3>>{{"/a", "1", "k"}, {"/a", "1", "k"}, {"/a", "2", "k"}, {"/a", "1", "l"}, {"/b", "1", "k"}}) {
        Flow& flow = path[1] == 'a' ? a : b;
        const std::size_t before = served.network.on([&] { return flow.got.size(); });
        wire.send(post(path, body, key(k)));
        REQUIRE(served.network.until([&] { return flow.got.size() == before + 1; }));
        served.network.on([&] {
            ids.push_back(flow.got.back().message.meta.id);
            flow.finish(flow.got.back(), {});
        });
        CHECK(wire.read().status == 200);
    }
    CHECK(ids[0] == ids[1]);
    for (std::size_t i = 2; i < ids.size(); ++i) CHECK_FALSE(ids[i] == ids[0]);
}

TEST_CASE("http: requests that follow at once are answered in order, one at a time") {
    Served served;
    Flow& flow = served.add("any", "/x");
    Wire wire = served.connect();
    std::string all;
    for (int i = 0; i < 200; ++i) all += post("/x", std::to_string(i));
    all += get("/nothing") + get("/x");
    wire.send(all);
    for (int i = 0; i < 200; ++i) {
        const Reply reply = wire.read();
        REQUIRE(reply.status == 200);
        REQUIRE(reply.body == std::to_string(i));
    }
    CHECK(wire.read().status == 404);
    CHECK(wire.read().body == "null");
    CHECK(served.network.on([&] { return std::all_of(flow.batches.begin(), flow.batches.end(), [](std::size_t n) { return n == 1; }); }));
}

TEST_CASE("http: bodies in pieces, bodies in chunks, byte by byte") {
    Served served;
    served.add("post", "/x");
    Wire wire = served.connect();
    const std::string chunked = "POST /x HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\n[1,\r\nA\r\n2,3,4,5,6,\r\n2\r\n7]\r\n0\r\nX-Trailer: 1\r\n\r\n";
    for (const char c : "\r\n" + chunked) wire.send(std::string(1, c));
    CHECK(wire.read().body == "[1,2,3,4,5,6,7]");
    wire.send(chunked + post("/x", "8"));
    CHECK(wire.read().body == "[1,2,3,4,5,6,7]");
    CHECK(wire.read().body == "8");
    std::string large = "\"";
    large.append(900'000, 'x');
    large += '"';
    wire.send(post("/x", large));
    CHECK(wire.read().body == large);
    wire.send(post("/x", "", ""));
    CHECK(wire.read().body == "null");  // nothing is null, whatever the type
    wire.send("POST /x HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n");
    CHECK(wire.read().status == 100);
    wire.send("7");
    CHECK(wire.read().body == "7");
}

TEST_CASE("http: what is not taken is said, and the next request is read where it can be found") {
    Served served;
    served.add("post", "/orders", true, 1000);
    served.add("get", "/orders/{id}");
    served.add("delete", "/orders/{id}");
    Wire wire = served.connect();
    wire.send(get("/nothing"));
    CHECK(wire.read().status == 404);
    wire.send(get("/orders"));
    Reply reply = wire.read();
    CHECK(reply.status == 405);
    CHECK(reply.field("allow") == "POST");
    wire.send(post("/orders/7", "1"));
    reply = wire.read();
    CHECK(reply.status == 405);
    CHECK(reply.field("allow") == "GET, HEAD, DELETE");
    wire.send(post("/orders", "a=1", "Content-Type: application/x-www-form-urlencoded\r\n"));
    reply = wire.read();
    CHECK(reply.status == 415);
    CHECK(reply.body == R"({"error":"send the header `content-type: application/json`"})");
    wire.send(post("/orders", "{}", ""));
    CHECK(wire.read().status == 415);
    wire.send(post("/orders", "{}", "content-type: application/json; charset=iso-8859-1\r\n"));
    CHECK(wire.read().status == 415);
    wire.send("POST /orders HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 42\r\n\r\n{}");
    CHECK(wire.read().status == 417);
    wire.send("HEAD /orders/7 HTTP/1.1\r\nHost: h\r\n\r\n");
    reply = wire.read(true);
    CHECK(reply.status == 200);
    CHECK(reply.field("content-length") == "4");  // of the body that GET would have: null
    wire.send(get("/orders/7/"));
    CHECK(wire.read().status == 404);
    wire.send(get("/orders/%37"));
    CHECK(wire.read().status == 200);
    wire.send(get("/order%73/7"));
    CHECK(wire.read().status == 200);
    for (const char* bad : {"/orders/..", "/orders/%2e%2E", "/orders/%zz", "/orders/%00", "/orders/%ff", "/orders/7?x=%f", "/orders/."}) {
        wire.send(get(bad));
        CHECK_MESSAGE(wire.read().status == 400, bad);
    }
    // The body is on its way and not wanted: the answer comes at once, and the connection ends.
    wire.send("POST /orders HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1001\r\n\r\n{");
    reply = wire.read();
    CHECK(reply.status == 413);
    CHECK(reply.field("connection") == "close");
    wire.finish();
    CHECK(wire.ended());
    Wire second = served.connect();
    second.send("POST /orders HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n3E9\r\n");
    CHECK(second.read().status == 413);
    Wire third = served.connect();
    third.send("GET /orders/7 HTTP/1.0\r\n\r\n");
    CHECK(third.read().status == 200);
    CHECK(third.ended());
    Wire fourth = served.connect();
    fourth.send("GET /orders/7 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    CHECK(fourth.read().field("connection") == "keep-alive");
    fourth.send("GET /orders/7 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK(fourth.read().status == 200);
    CHECK(fourth.ended());
}

TEST_CASE("http: constants before names, an operation before any") {
    Served served;
    Flow& any = served.add("any", "/{a}/{b}", false);
    Flow& named = served.add("get", "/{a}/{b}", false);
    Flow& half = served.add("get", "/x/{b}", false);
    Flow& constant = served.add("get", "/x/y", false);
    Wire wire = served.connect();
    const auto lands = [&](const std::string& request, Flow& flow) {
        wire.send(request);
        const bool there = served.network.until([&] { return flow.got.size() == 1; });
        served.network.on([&] {
            flow.finish(flow.got[0], {});
            flow.got.clear();
        });
        return wire.read().status == 200 && there;
    };
    CHECK(lands(get("/x/y"), constant));
    CHECK(lands(get("/x/z"), half));
    CHECK(lands(get("/q/y"), named));
    CHECK(lands(post("/x/y", "1"), any));
    const auto twice = served.network.on([&] { return served.listener->source({"get", "/x/{other}", "n", 1, 1}); });
    REQUIRE_FALSE(twice);
    CHECK(twice.error().text == "web.get: two flows take `/x/{other}`; one takes a request");
    for (const char* bad : {"x", "/a/{}", "/a{b}", "/{a}/{a}", "/a?b", "/a/../b"}) CHECK_FALSE(served.network.on([&] { return served.listener->source({"get", bad, "n", 1, 1}); }));
}

TEST_CASE("http: no room is 503 with Retry-After, and so is a flow that has stopped") {
    Served served;
    Flow& flow = served.add("post", "/x", false);
    served.network.on([&] { flow.window = 1; });
    Wire first = served.connect(), second = served.connect();
    first.send(post("/x", "1"));
    REQUIRE(served.network.until([&] { return flow.got.size() == 1; }));
    second.send(post("/x", "2"));
    Reply reply = second.read();
    CHECK(reply.status == 503);
    CHECK(reply.field("retry-after") == "1");
    served.network.on([&] { flow.finish(flow.got[0], {}); });
    CHECK(first.read().status == 200);
    second.send(post("/x", "2"));
    REQUIRE(served.network.until([&] { return flow.got.size() == 2; }));
    served.network.on([&] { served.sources[0]->stop(); });
    first.send(post("/x", "3"));
    CHECK(first.read().status == 503);
    // What was committed and never answered is accepted; what was not is the sender's.
    served.network.on([&] {
        flow.source->settle(flow.got[1].ticket, Verdict::accepted);
        served.sources.clear();
    });
    reply = second.read();
    CHECK(reply.status == 202);
    CHECK(reply.field("weir-message-id") == to_text(flow.got[1].message.meta.id));
    first.send(post("/x", "3"));
    CHECK(first.read().status == 404);
}

TEST_CASE("http: who hangs up while we work is told to the flow, once") {
    Served served;
    Flow& flow = served.add("post", "/x", false);
    {
        Wire wire = served.connect();
        wire.send(post("/x", "1"));
        REQUIRE(served.network.until([&] { return flow.got.size() == 1; }));
    }
    REQUIRE(served.network.until([&] { return flow.gone_tickets.size() == 1; }));
    served.network.on([&] {
        CHECK(flow.gone_tickets[0] == flow.got[0].ticket);
        flow.finish(flow.got[0], {});  // nobody there: nothing happens
    });
    CHECK(served.network.until([&] { return served.listener->connections() == 0; }));
    // Another one in the same place does not get the old one's answer.
    Wire wire = served.connect();
    wire.send(post("/x", "2"));
    REQUIRE(served.network.until([&] { return flow.got.size() == 2; }));
    served.network.on([&] {
        Answer wrong;
        wrong.status = 500;
        flow.source->answer(flow.got[0].ticket, wrong);
        flow.finish(flow.got[1], {});
    });
    CHECK(wire.read().status == 200);
}

TEST_CASE("http: many requests of one turn are one batch") {
    Served served;
    Flow& flow = served.add("post", "/x", false);
    std::vector<Wire> wires;
    for (int i = 0; i < 40; ++i) wires.push_back(served.connect());
    CHECK(served.network.until([&] { return served.listener->connections() == 40; }));
    served.network.on([&] {
        for (Wire& wire : wires) wire.send(post("/x", "1"));  // while the loop is busy with this
    });
    REQUIRE(served.network.until([&] { return flow.got.size() == 40; }));
    CHECK(served.network.on([&] { return flow.batches.size(); }) <= 3);
    served.network.on([&] {
        for (const Delivery& d : flow.got) flow.finish(d, {});
    });
    for (Wire& wire : wires) CHECK(wire.read().status == 200);
    // A flow that takes a few at a time, again and again, sends nobody away.
    served.network.on([&] {
        flow.got.clear();
        flow.most = 7;
        for (Wire& wire : wires) wire.send(post("/x", "1"));
    });
    REQUIRE(served.network.until([&] { return flow.got.size() == 40; }));
    served.network.on([&] {
        for (const Delivery& d : flow.got) flow.finish(d, {});
    });
    for (Wire& wire : wires) CHECK(wire.read().status == 200);
}

TEST_CASE("http: an address that can't be had is an error that names it") {
    Served served;
    http::ServerOptions options;
    options.name = "web";
    options.port = served.port;
    const auto taken = served.network.on([&] { return http::listen(options, served.network.world()); });
    REQUIRE_FALSE(taken);
    CHECK(taken.error().text == "connector web: can't listen on 127.0.0.1:" + std::to_string(served.port) + ": Address already in use");
    options.address = "example.org";
    const auto unknown = served.network.on([&] { return http::listen(options, served.network.world()); });
    REQUIRE_FALSE(unknown);
    CHECK(unknown.error().text.find("`example.org` is no address") != std::string::npos);
    CHECK(served.network.log.lines.at(0) == "listens on " + served.listener->address());
}

TEST_CASE("http: a connection says either listen or url, and what else it says is read strictly") {
    Network network;
    const auto kind = kind_named("http");
    REQUIRE(kind);
    const auto make = [&](std::vector<Argument> arguments) {
        return network.on([&] {
            auto made = kind->make("web", arguments, network.world());
            return made ? std::string("made") : made.error().text;
        });
    };
    CHECK(make({}) == "connector web: either `listen`, to take requests, or `url`, to send them");
    CHECK(make({argument("listen", "127.0.0.1:0"), argument("url", "http://x")}) != "made");
    CHECK(make({argument("listen", "127.0.0.1:0")}) == "made");
    CHECK(make({argument("listen", ":0")}) == "made");
    CHECK(make({argument("listen", "[::1]:0")}) == "made");
    CHECK(make({argument("listen", "localhost")}) == "connector web: `listen` is `localhost`; an address and a port are wanted, such as `127.0.0.1:8080`");
    CHECK(make({argument("listen", "127.0.0.1:99999")}) != "made");
    CHECK(make({argument("listen", ":0"), argument("accept", "yaml")}) == "connector web: `accept` holds `yaml`; json, text, form, multipart and bytes are known");
    CHECK(make({argument("url", "ftp://x")}) == "connector web: `url` begins with neither `http://` nor `https://`");
    CHECK(make({argument("url", "http://x/?k=1")}) != "made");
    CHECK(make({argument("url", "http://x:0/")}) != "made");
    CHECK(make({argument("url", "http://u:p@[::1]:81/base/")}) == "made");
    CHECK(make({argument("url", "https://x"), argument("ca", "/nothing/here.pem")}) == "made");  // read by the thread that calls
    ConnectorWorld nowhere = network.world();
    nowhere.network = nullptr;
    CHECK_FALSE(kind->make("web", {argument("listen", ":0")}, nowhere));
}
