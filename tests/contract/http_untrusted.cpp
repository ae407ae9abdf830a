// What a sender says stays a body, headers and facts: it never becomes a fact of the engine, another kind of body, another path, or a second line.
#include <doctest/doctest.h>

#include "engine/simulate/world.hpp"
#include "tests/contract/http_served.hpp"

using namespace weir;
using namespace std::chrono_literals;
using namespace std::string_literals;

TEST_CASE("untrusted: no header, query or trailer sets a fact of the engine, whatever its name") {
    Served served;
    Flow& flow = served.add("post", "/x", false);
    const std::string words[] = {"id", "meta.id", "message-id", "weir-message-id", "correlation", "correlation-id", "attempt", "replays", "reply-to", "reply_to", "expires", "created", "failure", "history", "weir-replayed", "trace", "x-weir-attempt", "in-reply-to"};
    SeededRandom random(11);
    Wire wire = served.connect();
    for (std::size_t n = 0; n < 200; ++n) {
        std::string more = "Content-Type: application/json\r\n", query;
        for (std::uint64_t k = 1 + random.next() % 6; k > 0; --k) {
            std::string name = words[random.next() % std::size(words)];
            for (char& c : name)
                if (c >= 'a' && c <= 'z' && random.next() % 2 == 0) c = static_cast<char>(c - 32);
            more += name + ": 00000000000000000000000000000007\r\n";
            query += (query.empty() ? "?" : "&") + name + "=00000000000000000000000000000007";
        }
        wire.send(post("/x" + query, R"({"meta":{"id":"7","attempt":9},"reply_to":"channel:orders"})", more));
        REQUIRE(served.network.until([&] { return flow.got.size() == n + 1; }));
        served.network.on([&] {
            const Meta& meta = flow.got.back().message.meta;
            const bool clean = meta.attempt == 1 && meta.replays == 0 && meta.reply_to.empty() && meta.correlation.empty() && meta.in_reply_to.empty() && meta.trace.empty() && meta.expires == 0 && !meta.failure && !meta.history &&
                               !meta.id.empty() && to_text(meta.id) != "00000000000000000000000000000007";
            REQUIRE_MESSAGE(clean, more);
            flow.finish(flow.got.back(), {});
        });
        REQUIRE(wire.read().status == 200);
    }
}

TEST_CASE("untrusted: one body under many content types is what it was declared as, or refused; nothing is unpacked") {
    Served served;
    Flow& flow = served.add("post", "/x", false);
    const std::string body = R"({"file":{"filepath":"/etc/passwd","mimetype":"text/plain"}})";
    Wire wire = served.connect();
    for (const char* type : {"multipart/form-data; boundary=x", "multipart/mixed", "application/x-www-form-urlencoded", "text/plain", "text/html", "application/xml", "application/octet-stream", "application/x-java-serialized-object", "image/png", "application/json; charset=utf-16",
                             "application/jsonx", "json", "*/*", ","}) {
        wire.send(post("/x", body, "Content-Type: " + std::string(type) + "\r\n"));
        CHECK_MESSAGE(wire.read().status == 415, type);
    }
    CHECK(served.network.on([&] { return flow.got.size(); }) == 0);
    std::size_t n = 0;
    for (const char* more : {"Content-Type: application/json\r\n", "Content-Type: APPLICATION/JSON ; Charset=\"UTF-8\"\r\n", "Content-Type: application/json\r\nContent-Encoding: gzip\r\n"}) {
        wire.send(post("/x", body, more));
        ++n;
        REQUIRE_MESSAGE(served.network.until([&] { return flow.got.size() == n; }), more);
        served.network.on([&] {
            CHECK(flow.got.back().message.body.format == Format::json);
            CHECK(flow.got.back().message.body.bytes == body);
            flow.finish(flow.got.back(), {});
        });
        CHECK(wire.read().status == 200);
    }
}

TEST_CASE("untrusted: a path is read in one way: no case, slash or escape leads to a route that it does not name") {
    Served served;
    served.add("get", "/admin/{id}");
    Wire wire = served.connect();
    for (const char* other : {"//admin/7", "/admin//7", "/admin/7/", "/Admin/7", "/ADMIN/7", "/admin%2f7", "/admin/", "/admin", "/admin;x/7", "/admin/7/..;/7", "/%61dmin%2F7", "/x//admin/7"}) {
        wire.send(get(other));
        CHECK_MESSAGE(wire.read().status == 404, other);
    }
    for (const char* broken : {"/admin/../admin/7", "/x/%2e%2e/admin/7", "/admin/%2E", "/admin/7%00", "/admin/%c0%ae", "/admin/%", "/admin/%u0037"}) {
        wire.send(get(broken));
        CHECK_MESSAGE(wire.read().status == 400, broken);
    }
    for (const char* same : {"/admin/7", "/%61dmin/7", "/admin/a%2Fb", "/admin/..a", "/admin/7?x=/../"}) {
        wire.send(get(same));
        CHECK_MESSAGE(wire.read().status == 200, same);
    }
}

TEST_CASE("untrusted: what a flow takes over from a message makes no second line of an answer, and none of a log") {
    Served served;
    Flow& flow = served.add("get", "/x", false);
    Wire wire = served.connect();
    std::size_t n = 0;
    for (const std::string& bad : {"a\rb"s, "a\nb"s, "a\r\nx-evil: 1"s, "a\0b"s, "a\x85"s, "a\x7f"s, "a\x1b[31m"s, "a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n"s}) {
        for (const bool in_name : {false, true}) {
            wire.send(get("/x"));
            ++n;
            REQUIRE(served.network.until([&] { return flow.got.size() == n; }));
            served.network.on([&] {
                Answer answer;
                answer.headers = {{in_name ? bad : "x-taken"s, in_name ? "1"s : bad}, {"x-good", "1"}};
                flow.finish(flow.got.back(), answer);
            });
            const Reply reply = wire.read();
            CHECK(reply.status == 200);
            CHECK(reply.field("x-good") == "1");
            CHECK(reply.field("x-taken").empty());
            CHECK(reply.field("x-evil").empty());
            CHECK(std::count(reply.head.begin(), reply.head.end(), '\n') == 5);  // status, date, x-good, id, length
        }
    }
    served.network.on([&] {
        CHECK(flow.warnings.size() == n);
        for (const std::string& warning : flow.warnings)
            for (const char c : warning) CHECK(static_cast<unsigned char>(c) >= 0x20);
    });
}

TEST_CASE("untrusted: chunks that drip, that are too many together, or that are mostly something else") {
    http::ServerOptions options;
    options.window = 300ms;
    Served served(options);
    served.add("post", "/x", true, 1000);
    const std::string begin = "POST /x HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    const auto status = [&](const std::string& bytes) {
        Wire wire = served.connect();
        wire.send(begin + bytes);
        const Reply reply = wire.read();
        if (reply.status != 200) CHECK(reply.field("connection") == "close");
        return reply.status;
    };
    std::string ones;
    for (int i = 0; i < 1000; ++i) ones += "1\r\n1\r\n";
    CHECK(status(ones + "0\r\n\r\n") == 200);
    CHECK(status(ones + "1\r\n1\r\n0\r\n\r\n") == 413);
    CHECK(status("1;" + std::string(9000, 'x') + "\r\n1\r\n0\r\n\r\n") == 400);
    std::string extended;
    for (int i = 0; i < 100; ++i) extended += "1;" + std::string(100, 'x') + "\r\n1\r\n";
    CHECK(status(extended + "0\r\n\r\n") == 400);
    std::string trailers;
    for (int i = 0; i < 1000; ++i) trailers += "X-Trailer: 1\r\n";
    CHECK(status("1\r\n1\r\n0\r\n" + trailers + "\r\n") == 400);
    CHECK(status("000000000000000000000000000000000001\r\n1\r\n0\r\n\r\n") == 400);
    Wire wire = served.connect();
    wire.send(begin);
    const Deadline deadline;
    pollfd wait{wire.fd(), POLLIN, 0};
    while (::poll(&wait, 1, 20) == 0 && !deadline.over()) wire.send("1\r\n1\r\n");
    CHECK(wire.read().status == 408);
}

TEST_CASE("untrusted: no limit of a connection passes the limit of a message") {
    Network network;
    const auto kind = kind_named("http");
    const auto make = [&](const char* name, std::int64_t size) {
        return network.on([&] {
            auto made = kind->make("web", {argument(name, std::string_view(name) == "listen" ? "127.0.0.1:0" : "http://h"), {"max_body", Value::nanoseconds(Kind::size, size)}}, network.world());
            return made ? std::string("made") : made.error().text;
        });
    };
    for (const char* name : {"listen", "url"}) {
        CHECK(make(name, 16 * 1024 * 1024) == "made");
        CHECK(make(name, 16 * 1024 * 1024 + 1).find("16 MiB, the largest message") != std::string::npos);
        CHECK(make(name, 0) != "made");
    }
}
