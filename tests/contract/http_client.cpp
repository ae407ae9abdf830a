// http as a client: against servers that say exactly the bytes a test wants.
#include <doctest/doctest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "connectors/http/client.hpp"
#include "tests/contract/http_rig.hpp"
#include "tests/unit/system/folder.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

// Takes connections and hands them to the test, which plays the server.
struct Far {
    int fd = -1;
    std::uint16_t port = 0;
    Far() {
        fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof at;
        if (::bind(fd, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0 || ::listen(fd, 64) != 0 || ::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size) != 0) throw std::runtime_error("can't listen");
        port = ntohs(at.sin_port);
    }
    ~Far() { close(); }
    void close() {
        if (fd >= 0) ::close(fd);
        fd = -1;
    }
    bool waits(int milliseconds) const {
        pollfd wait{fd, POLLIN, 0};
        return ::poll(&wait, 1, milliseconds) == 1;
    }
    Wire accept() const {
        if (!waits(Deadline().milliseconds())) throw std::runtime_error("nobody came");
        return Wire(::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC), true);
    }
    std::string url(const char* scheme = "http") const { return std::string(scheme) + "://127.0.0.1:" + std::to_string(port); }
};

// Calls as a flow makes them, through the kind, the connector and its sinks.
struct Caller {
    Network network;
    std::unique_ptr<Connector> connector;
    std::map<std::string, std::unique_ptr<Sink>> sinks;
    std::string made = "made";
    Arena arena;

    Caller(const std::string& url, std::vector<Argument> more = {}) {
        more.push_back(argument("url", url));
        auto connection = kind_named("http")->make("api", more, network.world());
        if (!connection) {
            made = connection.error().text;
            return;
        }
        connector = std::move(*connection);
        network.on([&] {
            for (const char* operation : {"get", "head", "post", "put", "patch", "delete"}) {
                auto sink = connector->sink(operation, network.world());
                if (!sink) {
                    made = sink.error().text;
                    return;
                }
                sinks[operation] = std::move(*sink);
            }
        });
    }
    ~Caller() {
        network.halt();
        sinks.clear();
        connector.reset();
    }
    struct Pending {
        std::future<SendResponse> future;
        SendResponse get() {
            if (future.wait_for(patience) != std::future_status::ready) throw std::runtime_error("no response");
            return future.get();
        }
    };
    Pending call(const std::string& operation, std::string_view path, std::vector<Argument> more = {}, std::string body = {}, Format format = Format::none, EngineTime timeout = 0s, Headers headers = {}) {
        auto promise = std::make_shared<std::promise<SendResponse>>();
        Pending out{promise->get_future()};
        network.on([&] {
            SendRequest request;
            request.id = {0x0123456789abcdef, 0xfedcba9876543210};
            request.arguments = std::move(more);
            request.arguments.insert(request.arguments.begin(), argument("", path));
            request.body = std::move(body);
            request.format = format;
            request.timeout = timeout;
            request.headers = std::move(headers);
            request.wants_answer = true;
            const auto returned = std::make_shared<bool>(false);
            sinks.at(operation)->send(std::move(request), [promise, returned](SendResponse response) {
                if (!*returned) throw std::logic_error("answered before send has returned");
                promise->set_value(std::move(response));
            });
            *returned = true;
        });
        return out;
    }
    Value object(std::vector<std::pair<std::string_view, Value>> fields) {
        auto* members = arena.take_array<Member>(fields.size());
        for (std::size_t i = 0; i < fields.size(); ++i) members[i] = {Value::string({arena.copy(fields[i].first), fields[i].first.size()}), fields[i].second};
        return Value::object(members, fields.size());
    }
};

std::string ok(std::string_view body, std::string_view more = "") { return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" + std::string(more) + "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body); }

}  // namespace

TEST_CASE("http client: what stands on the wire, and what comes of its answer") {
    Far far;
    Caller api("http://user:p%40ss@127.0.0.1:" + std::to_string(far.port) + "/v1/");
    const Value items[] = {Value::integer(1), Value::string("b c")};
    auto pending = api.call("post", "/a/\xc3\xa4 b?x=1", {{"query", api.object({{"q", Value::array(items, 2)}, {"none", Value::null()}, {"flag", Value::boolean(true)}})}, {"headers", api.object({{"X-One", Value::string("1")}, {"Host", Value::string("evil")}, {"Transfer-Encoding", Value::string("chunked")}})}},
                            R"({"a":1})", Format::json);
    Wire wire = far.accept();
    CHECK(wire.read_request(7) == "POST /v1/a/%C3%A4%20b?x=1&q=1&q=b%20c&flag=true HTTP/1.1\r\n"
                                  "x-one: 1\r\nhost: 127.0.0.1:" + std::to_string(far.port) + "\r\nuser-agent: weir\r\naccept: */*\r\nauthorization: Basic dXNlcjpwQHNz\r\n"
                                  "idempotency-key: 0123456789abcdeffedcba9876543210\r\ncontent-type: application/json\r\ncontent-length: 7\r\n\r\n{\"a\":1}");
    wire.send(ok(R"({"b":2})", "X-Two: 2\r\nX-Two: 3\r\nConnection: keep-alive\r\n"));
    const SendResponse response = pending.get();
    CHECK(response.ok);
    CHECK(response.answer.status == 200);
    CHECK(response.answer.body == R"({"b":2})");
    CHECK(response.answer.format == Format::json);
    CHECK(*find_header(response.answer.headers, "x-two") == "2, 3");
    CHECK(find_header(response.answer.headers, "connection") == nullptr);
    // A question has neither key nor body; the connection is used again.
    auto second = api.call("get", "/b");
    const std::string request = wire.read_request(0);
    CHECK(request.starts_with("GET /v1/b HTTP/1.1\r\n"));
    CHECK(request.find("idempotency-key") == std::string::npos);
    CHECK(request.find("content-") == std::string::npos);
    wire.send("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: text/plain\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n");
    const SendResponse text = second.get();
    CHECK(text.answer.body == "hello");
    CHECK(text.answer.format == Format::text);
    auto third = api.call("head", "/b");
    wire.read_request(0);
    wire.send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    CHECK(third.get().ok);
    auto fourth = api.call("delete", "/b");
    wire.read_request(0);
    wire.send("HTTP/1.1 204 No Content\r\n\r\n");
    const SendResponse gone = fourth.get();
    CHECK(gone.ok);
    CHECK(gone.answer.format == Format::none);
    // Without a length the body ends with the connection.
    auto fifth = api.call("get", "/b");
    wire.read_request(0);
    wire.send("HTTP/1.1 200\r\n\r\nsome bytes");
    wire.close();
    CHECK(fifth.get().answer.body == "some bytes");
}

TEST_CASE("http client: a status is a class") {
    Far far;
    Value statuses[] = {Value::integer(418), Value::integer(404)};
    Value unavailable[] = {Value::integer(409)};
    Caller api(far.url());
    Caller other(far.url(), {{"ok_on", Value::array(statuses, 2)}, {"unavailable_on", Value::array(unavailable, 1)}});
    Wire* wire = nullptr;
    std::optional<Wire> first, second;
    const auto answered = [&](Caller& caller, const std::string& status, const std::string& more = "") {
        auto pending = caller.call("post", "/x?secret=1", {}, "1", Format::json);
        std::optional<Wire>& own = &caller == &api ? first : second;
        if (!own) own.emplace(far.accept());
        wire = &*own;
        wire->read_request(1);
        wire->send("HTTP/1.1 " + status + "\r\nContent-Type: application/json\r\n" + more + "Content-Length: 2\r\n\r\n{}");
        return pending.get();
    };
    const std::pair<const char*, FailureClass> table[] = {
        {"404 Not Found", FailureClass::not_found},   {"401 No", FailureClass::unauthorized},    {"403 No", FailureClass::unauthorized}, {"408 Late", FailureClass::timeout},
        {"504 Late", FailureClass::timeout},          {"410 Gone", FailureClass::expired},       {"413 Big", FailureClass::too_large},   {"422 Bad", FailureClass::invalid},
        {"400 Bad", FailureClass::invalid},           {"429 Slow", FailureClass::rate_limited},  {"500 Broken", FailureClass::unavailable}, {"503 Busy", FailureClass::unavailable},
        {"502 Far", FailureClass::unavailable},       {"409 Conflict", FailureClass::rejected},  {"418 Teapot", FailureClass::rejected}, {"302 Found", FailureClass::rejected},
    };
    for (const auto& [status, kind] : table) {
        const SendResponse response = answered(api, status);
        CHECK_FALSE(response.ok);
        CHECK_MESSAGE(response.failure.kind == kind, status);
        CHECK(response.answer.body == "{}");
    }
    CHECK(answered(api, "429 Slow", "Retry-After: 7\r\n").answer.retry_after == 7'000'000'000);
    CHECK(answered(api, "503 Busy", "Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n").answer.retry_after == 0);
    const std::int64_t far_off = answered(api, "503 Busy", "Retry-After: Fri, 31 Dec 2199 23:59:59 GMT\r\n").answer.retry_after;
    CHECK(far_off > std::int64_t{3600} * 24 * 365 * 100 * 1'000'000'000);
    CHECK(answered(api, "503 Busy", "Retry-After: soon\r\n").answer.retry_after == 0);
    CHECK(answered(api, "503 Busy").failure.message == "POST " + far.url() + "/x answered 503 Service Unavailable");  // a query may hold what is nobody's business
    {
        Caller secret("http://user:canary@127.0.0.1:" + std::to_string(far.port), {{"headers", other.object({{"authorization", Value::string("Bearer canary")}})}});
        auto pending = secret.call("get", "/x?key=canary");
        Wire own = far.accept();
        CHECK(own.read_request(0).find("Bearer canary") != std::string::npos);
        own.send("HTTP/1.1 500 Broken\r\nContent-Length: 0\r\n\r\n");
        CHECK(pending.get().failure.message.find("canary") == std::string::npos);
        auto broken = secret.call("get", "/x?key=canary");
        own.read_request(0);
        own.send("canary\r\n\r\n");
        CHECK(broken.get().failure.message.find("canary") == std::string::npos);
    }
    CHECK(answered(other, "418 Teapot").ok);
    CHECK(answered(other, "404 Not Found").ok);
    CHECK(answered(other, "409 Conflict").failure.kind == FailureClass::unavailable);
}

TEST_CASE("http client: what a message can't do to a request") {
    Far far;
    Caller api(far.url() + "/base");
    const auto why = [&](const std::string& path, std::vector<Argument> more = {}) {
        const SendResponse response = api.call("get", path, std::move(more)).get();
        CHECK_FALSE(response.ok);
        CHECK(response.failure.kind == FailureClass::invalid);
        return response.failure.message;
    };
    CHECK(why("x") == "the path does not begin with `/`");
    CHECK(why("/../admin") == "the path has a segment of dots");
    CHECK(why("/a/%2e%2E/admin") == "the path has a segment of dots");
    CHECK(why("/a\r\nX: 1") == "the path holds a control character");
    CHECK(why(std::string("/a\0b", 4)) == "the path holds a control character");
    CHECK(why("/a#b") == "the path holds a `#`");
    CHECK(why("/" + std::string(9000, 'x')) == "the target is over 8 KiB");
    CHECK(why("/", {{"headers", api.object({{"x", Value::string("a\r\nb: c")}})}}) == "`headers.x` holds a control character");
    CHECK(why("/", {{"headers", api.object({{"a b", Value::string("c")}})}}) == "a name in `headers` can't be a header field");
    CHECK(why("/", {{"query", Value::string("a=1")}}) == "`query` is no object");
    CHECK_FALSE(far.waits(0));  // nothing of it has left
}

TEST_CASE("http client: the headers of a send or call stand on the wire, over those of the connection, and none that are ours to say") {
    Far far;
    Caller* with = nullptr;
    Caller plain(far.url());
    Caller api(far.url(), {{"headers", plain.object({{"x-one", Value::string("of the connection")}, {"authorization", Value::string("Bearer connection")}, {"x-two", Value::string("2")}})}});
    std::optional<Wire> first, second;
    const auto request = [&](std::vector<Argument> more, Headers headers) {
        auto pending = with->call("post", "/", std::move(more), "1", Format::json, 0s, std::move(headers));
        std::optional<Wire>& wire = with == &api ? first : second;
        if (!wire) wire.emplace(far.accept());
        const std::string out = wire->read_request(1);
        wire->send(ok("1"));
        CHECK(pending.get().ok);
        return out;
    };
    const auto count = [](const std::string& text, const std::string& what) {
        std::size_t n = 0;
        for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, at + 1)) ++n;
        return n;
    };
    with = &api;
    std::string text = request({}, {{"x-one", "of the send"}, {"x-shop", "Berlin \xc3\xa4"}});
    CHECK(count(text, "\r\nx-one: of the send\r\n") == 1);
    CHECK(count(text, "\r\nx-one: ") == 1);
    CHECK(count(text, "\r\nx-two: 2\r\n") == 1);
    CHECK(count(text, "\r\nx-shop: Berlin \xc3\xa4\r\n") == 1);
    CHECK(count(text, "\r\nauthorization: Bearer connection\r\n") == 1);
    text = request({{"headers", plain.object({{"X-One", Value::string("of the argument")}, {"x-three", Value::string("3")}})}}, {{"x-one", "of the clause"}, {"authorization", "Bearer send"}});
    CHECK(count(text, "\r\nx-one: of the clause\r\n") == 1);
    CHECK(count(text, "\r\nx-one: ") == 1);
    CHECK(count(text, "\r\nx-three: 3\r\n") == 1);
    CHECK(count(text, "\r\nauthorization: Bearer send\r\n") == 1);
    CHECK(count(text, "\r\nauthorization: ") == 1);
    // A flow may pass on all that it got: what was said of another connection, or of other bytes, stays behind.
    with = &plain;
    const Headers passed = {{"host", "evil"}, {"connection", "close, x-shop"}, {"keep-alive", "1"}, {"proxy-connection", "x"}, {"proxy-authorization", "canary"}, {"proxy-authenticate", "x"}, {"te", "trailers"}, {"trailer", "x"},
                            {"transfer-encoding", "chunked"}, {"upgrade", "h2c"}, {"content-length", "999"}, {"expect", "100-continue"}, {"accept-encoding", "gzip"}, {"content-type", "application/vnd.x+json"}, {"user-agent", "theirs"}};
    text = request({}, passed);
    CHECK(text == "POST / HTTP/1.1\r\ncontent-type: application/vnd.x+json\r\nuser-agent: theirs\r\nhost: 127.0.0.1:" + std::to_string(far.port) + "\r\naccept: */*\r\nidempotency-key: 0123456789abcdeffedcba9876543210\r\ncontent-length: 1\r\n\r\n1");
}

TEST_CASE("http client: a header that would be two lines, or no field, is refused before anything leaves") {
    Far far;
    Caller api(far.url());
    using namespace std::string_literals;
    for (const std::string& value : {"a\r\nx-evil: 1"s, "a\nb"s, "a\rb"s, "a\0b"s, "a\x01"s, "a\x7f"s, "a\x85"s, "\xff"s, "\r\n\r\nGET /admin HTTP/1.1"s}) {
        const SendResponse response = api.call("post", "/", {}, "1", Format::json, 0s, {{"x-shop", value}}).get();
        CHECK_FALSE(response.ok);
        CHECK(response.failure.kind == FailureClass::invalid);
        CHECK(response.failure.message == "`header.x-shop` holds a control character");
    }
    for (const std::string& name : {""s, "a b"s, "a:b"s, "a\r\nb"s, "a\0"s, "\xc3\xa4"s, "(a)"s, "a\t"s}) {
        const SendResponse response = api.call("post", "/", {}, "1", Format::json, 0s, {{name, "1"}}).get();
        CHECK_FALSE(response.ok);
        CHECK(response.failure.kind == FailureClass::invalid);
        CHECK(response.failure.message == "a name in `header` can't be a header field");
    }
    CHECK_FALSE(far.waits(0));  // nothing of it has left
}

TEST_CASE("http client: the id of the output is the key, at each attempt, and over a redirect") {
    Far far;
    Caller api(far.url(), {{"follow", Value::boolean(true)}});
    const std::string key = "\r\nidempotency-key: 0123456789abcdeffedcba9876543210\r\n";
    const auto keyed = [&](const std::string& request) { return request.find(key) != request.npos && request.find("idempotency-key", request.find(key) + key.size()) == request.npos; };
    std::optional<Wire> wire;
    for (const char* operation : {"post", "put", "patch", "delete"}) {
        for (int attempt = 0; attempt < 2; ++attempt) {
            auto pending = api.call(operation, "/", {}, "1", Format::json);
            if (!wire) wire.emplace(far.accept());
            CHECK_MESSAGE(keyed(wire->read_request(1)), operation);
            wire->send("HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n");
            CHECK(pending.get().failure.kind == FailureClass::unavailable);
        }
    }
    auto moved = api.call("put", "/", {}, "1", Format::json);
    CHECK(keyed(wire->read_request(1)));
    wire->send("HTTP/1.1 308 Moved\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n");
    CHECK(keyed(wire->read_request(1)));
    wire->close();  // and behind a dead connection: asked again, with the same key
    Wire fresh = far.accept();
    CHECK(keyed(fresh.read_request(1)));
    fresh.send(ok("1"));
    CHECK(moved.get().ok);
    // A key of the flow's own stands in its place.
    auto own = api.call("post", "/", {}, "1", Format::json, 0s, {{"idempotency-key", "order-7"}});
    const std::string request = fresh.read_request(1);
    CHECK(request.find("\r\nidempotency-key: order-7\r\n") != request.npos);
    CHECK_FALSE(keyed(request));
    fresh.send(ok("1"));
    CHECK(own.get().ok);
}

TEST_CASE("http client: who can't be reached, does not answer, or hangs up") {
    Far far;
    Caller api(far.url());
    SUBCASE("nobody listens") {
        far.close();
        const SendResponse response = api.call("get", "/").get();
        CHECK(response.failure.kind == FailureClass::connect);
        CHECK(response.failure.message == "GET " + far.url() + "/: can't connect: Connection refused");
    }
    SUBCASE("no answer in time; the connection is not used again") {
        auto pending = api.call("get", "/slow", {}, {}, Format::none, 100ms);
        Wire wire = far.accept();
        wire.read_request(0);
        const SendResponse response = pending.get();
        CHECK(response.failure.kind == FailureClass::timeout);
        CHECK(response.failure.message == "GET " + far.url() + "/slow: no answer in time");
        CHECK(wire.ended());
        auto next = api.call("get", "/");
        Wire second = far.accept();
        second.read_request(0);
        second.send(ok("1"));
        CHECK(next.get().answer.body == "1");
    }
    SUBCASE("half an answer") {
        auto pending = api.call("post", "/", {}, "1", Format::json);
        Wire wire = far.accept();
        wire.read_request(1);
        wire.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
        wire.close();
        const SendResponse response = pending.get();
        CHECK(response.failure.kind == FailureClass::unavailable);
        CHECK(response.failure.message.find("in the middle of its answer") != std::string::npos);
        CHECK_FALSE(far.waits(50));  // not sent again
    }
    SUBCASE("an idle connection that the server closed is not used") {
        auto first = api.call("post", "/", {}, "1", Format::json);
        Wire wire = far.accept();
        wire.read_request(1);
        wire.send(ok("1"));
        CHECK(first.get().ok);
        wire.close();
        auto second = api.call("post", "/", {}, "2", Format::json);
        Wire fresh = far.accept();
        CHECK(fresh.read_request(1).ends_with("2"));
        fresh.send(ok("2"));
        CHECK(second.get().answer.body == "2");
    }
    SUBCASE("a kept connection that breaks behind the request: a question is asked again, once; an order is not") {
        for (const char* operation : {"get", "post"}) {
            auto first = api.call("get", "/");
            Wire wire = far.accept();
            wire.read_request(0);
            wire.send(ok("1"));
            CHECK(first.get().ok);
            auto second = api.call(operation, "/", {}, "2", Format::json);
            wire.read_request(1);
            wire.close();
            if (std::string_view(operation) == "post") {
                CHECK(second.get().failure.kind == FailureClass::unavailable);
                CHECK_FALSE(far.waits(50));
                continue;
            }
            Wire fresh = far.accept();
            fresh.read_request(1);
            fresh.close();  // and again: now it is told
            const SendResponse response = second.get();
            CHECK(response.failure.kind == FailureClass::unavailable);
            CHECK(response.failure.message.ends_with("the server closed the connection without an answer"));
        }
    }
    SUBCASE("answers that are no answer") {
        for (const char* bytes : {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n12", "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/1.1 2000 OK\r\n\r\n",
                                  "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "HTTP/1.1 200 OK\r\nX: 1\r\n 2\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
            auto pending = api.call("get", "/");
            Wire wire = far.accept();
            wire.read_request(0);
            wire.send(bytes);
            const SendResponse response = pending.get();
            CHECK_MESSAGE(response.failure.kind == FailureClass::unavailable, bytes);
            CHECK(wire.ended());
        }
    }
    SUBCASE("bytes that nobody asked for end an idle connection, and are nobody's answer") {
        auto first = api.call("get", "/");
        Wire wire = far.accept();
        wire.read_request(0);
        wire.send(ok("1") + ok("poison"));
        CHECK(first.get().answer.body == "1");
        auto second = api.call("get", "/");
        Wire fresh = far.accept();
        fresh.read_request(0);
        fresh.send(ok("2"));
        CHECK(second.get().answer.body == "2");
    }
}

TEST_CASE("http client: an answer over the limit is cut off, however it comes") {
    Far far;
    Caller api(far.url(), {{"max_body", Value::nanoseconds(Kind::size, 1000)}});
    for (const std::string& bytes : {"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + std::string(1001, 'x'), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3E9\r\n" + std::string(1001, 'x'), "HTTP/1.1 200 OK\r\n\r\n" + std::string(2000, 'x')}) {
        auto pending = api.call("get", "/");
        Wire wire = far.accept();
        wire.read_request(0);
        wire.send(bytes);
        CHECK(pending.get().failure.kind == FailureClass::too_large);
    }
    auto pending = api.call("get", "/");
    Wire wire = far.accept();
    wire.read_request(0);
    wire.send(ok(std::string(1000, 'x')));
    CHECK(pending.get().answer.body.size() == 1000);
}

TEST_CASE("http client: no more at a time than it may; the others wait their turn, and their time") {
    Far far;
    Caller api(far.url(), {{"max_in_flight", Value::integer(2)}});
    std::vector<Caller::Pending> pending;
    for (int i = 0; i < 5; ++i) pending.push_back(api.call("get", "/" + std::to_string(i)));
    auto late = api.call("get", "/late", {}, {}, Format::none, 50ms);
    Wire a = far.accept(), b = far.accept();
    CHECK(late.get().failure.message.ends_with("no connection was free in time"));
    CHECK_FALSE(far.waits(0));
    int served = 0;
    for (int i = 0; i < 5; ++i) {
        Wire& wire = i % 2 == 0 ? a : b;
        const std::string request = wire.read_request(0);
        wire.send(ok(request.substr(5, 1)));
        ++served;
    }
    for (int i = 0; i < 5; ++i) CHECK(pending[static_cast<std::size_t>(i)].get().answer.body == std::to_string(i));
    CHECK_FALSE(far.waits(0));
}

TEST_CASE("http client: a redirect is followed only when asked, and only to the same server") {
    Far far;
    Caller plain(far.url()), api(far.url(), {{"follow", Value::boolean(true)}});
    const auto redirect = [&](Wire& wire, const std::string& to, const char* status = "302 Found") { wire.send("HTTP/1.1 " + std::string(status) + "\r\nLocation: " + to + "\r\nContent-Length: 0\r\n\r\n"); };
    auto one = plain.call("get", "/a");
    Wire first = far.accept();
    first.read_request(0);
    redirect(first, "/b");
    CHECK(one.get().failure.kind == FailureClass::rejected);
    auto two = api.call("post", "/a", {}, "1", Format::json);
    Wire wire = far.accept();
    wire.read_request(1);
    redirect(wire, far.url() + "/b?x=1");
    CHECK(wire.read_request(0).starts_with("GET /b?x=1 HTTP/1.1\r\n"));
    wire.send(ok("1"));
    CHECK(two.get().answer.body == "1");
    auto three = api.call("post", "/a", {}, "1", Format::json);
    wire.read_request(1);
    redirect(wire, "/c", "307 Temporary Redirect");
    CHECK(wire.read_request(1).starts_with("POST /c HTTP/1.1\r\n"));
    wire.send(ok("1"));
    CHECK(three.get().ok);
    for (const char* elsewhere : {"http://169.254.169.254/", "//evil/", "http://127.0.0.1:1/", "/../x", "file:///etc/passwd", "b"}) {
        auto pending = api.call("get", "/a");
        wire.read_request(0);
        redirect(wire, elsewhere);
        CHECK_MESSAGE(pending.get().failure.kind == FailureClass::rejected, elsewhere);
    }
    auto endless = api.call("get", "/a");
    for (int i = 0; i < 6; ++i) {
        wire.read_request(0);
        redirect(wire, "/a");
    }
    CHECK(endless.get().failure.kind == FailureClass::rejected);
}

namespace {

// An authority of our own, and a server's certificate signed by it.
struct Authority {
    EVP_PKEY* key = EVP_RSA_gen(2048);
    X509* certificate = make(key, "weir test authority", nullptr, nullptr);
    ~Authority() {
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    static void extend(X509* c, X509* issuer, int what, const char* value) {
        X509V3_CTX context;
        X509V3_set_ctx_nodb(&context);
        X509V3_set_ctx(&context, issuer, c, nullptr, nullptr, 0);
        X509_EXTENSION* e = X509V3_EXT_conf_nid(nullptr, &context, what, value);
        X509_add_ext(c, e, -1);
        X509_EXTENSION_free(e);
    }
    X509* make(EVP_PKEY* subject, const char* name, const char* alternative, X509* issuer, long valid = 3600) const {
        X509* c = X509_new();
        X509_set_version(c, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(c), issuer == nullptr ? 1 : 2);
        X509_gmtime_adj(X509_getm_notBefore(c), -7200);
        X509_gmtime_adj(X509_getm_notAfter(c), valid);
        X509_set_pubkey(c, subject);
        X509_NAME_add_entry_by_txt(X509_get_subject_name(c), "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(name), -1, -1, 0);
        X509* by = issuer == nullptr ? c : issuer;
        X509_set_issuer_name(c, X509_get_subject_name(by));
        extend(c, by, NID_basic_constraints, issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
        if (alternative != nullptr) extend(c, by, NID_subject_alt_name, alternative);
        X509_sign(c, key, EVP_sha256());
        return c;
    }
    std::string pem() const {
        BIO* memory = BIO_new(BIO_s_mem());
        PEM_write_bio_X509(memory, certificate);
        char* text = nullptr;
        const long size = BIO_get_mem_data(memory, &text);
        std::string out(text, static_cast<std::size_t>(size));
        BIO_free(memory);
        return out;
    }
};

// Serves one connection after the other with TLS, on a thread of its own.
struct SecureFar {
    Far far;
    SSL_CTX* context = SSL_CTX_new(TLS_server_method());
    std::thread thread;
    std::atomic<int> answered{0};
    SecureFar(const Authority& authority, const char* alternative, long valid = 3600, int most = 0) {
        EVP_PKEY* key = EVP_RSA_gen(2048);
        X509* certificate = authority.make(key, "server", alternative, authority.certificate, valid);
        SSL_CTX_use_certificate(context, certificate);
        SSL_CTX_use_PrivateKey(context, key);
        if (most != 0) {
            SSL_CTX_set_security_level(context, 0);
            SSL_CTX_set_min_proto_version(context, most);
            SSL_CTX_set_max_proto_version(context, most);
        }
        X509_free(certificate);
        EVP_PKEY_free(key);
        thread = std::thread([this] { serve(); });
    }
    ~SecureFar() {
        ::shutdown(far.fd, SHUT_RDWR);
        thread.join();
        SSL_CTX_free(context);
    }
    void serve() {
        while (true) {
            const int fd = ::accept4(far.fd, nullptr, nullptr, SOCK_CLOEXEC);
            if (fd < 0) return;
            SSL* ssl = SSL_new(context);
            SSL_set_fd(ssl, fd);
            if (SSL_accept(ssl) == 1) {
                std::string held;
                char bytes[4096];
                int got = 0;
                while ((got = SSL_read(ssl, bytes, sizeof bytes)) > 0) {
                    held.append(bytes, static_cast<std::size_t>(got));
                    if (held.find("\r\n\r\n") == std::string::npos) continue;
                    held.clear();
                    ++answered;
                    const std::string answer = ok("\"secret\"");
                    SSL_write(ssl, answer.data(), static_cast<int>(answer.size()));
                }
            }
            SSL_free(ssl);
            ::close(fd);
        }
    }
};

}  // namespace

TEST_CASE("http client: TLS trusts whom it is told to trust, under the name that was asked, and nobody else") {
    const Authority authority, stranger;
    TemporaryFolder folder;
    const std::string ca = folder.path + "/ca.pem", other = folder.path + "/other.pem", nothing = folder.path + "/nothing.pem";
    for (const auto& [path, text] : {std::pair(ca, authority.pem()), std::pair(other, stranger.pem()), std::pair(nothing, std::string("no certificate"))}) {
        PosixFiles files;
        auto file = files.open(path, OpenMode::create_new);
        REQUIRE(file);
        REQUIRE((*file)->append(text));
    }
    SecureFar good(authority, "IP:127.0.0.1,DNS:localhost");
    {
        Caller api(good.far.url("https"), {argument("ca", ca)});
        for (int i = 0; i < 3; ++i) {
            const SendResponse response = api.call("get", "/").get();
            CHECK_MESSAGE(response.ok, response.failure.message);
            CHECK(response.answer.body == "\"secret\"");
        }
    }
    {
        Caller api("https://localhost:" + std::to_string(good.far.port), {argument("ca", ca)});
        const SendResponse response = api.call("post", "/", {}, "1", Format::json).get();
        CHECK_MESSAGE(response.ok, response.failure.message);
    }
    const int before = good.answered;
    const auto refused = [](const std::string& url, std::vector<Argument> more) {
        Caller api(url, std::move(more));
        const SendResponse response = api.call("get", "/").get();
        CHECK_FALSE(response.ok);
        CHECK(response.failure.kind == FailureClass::connect);
        return response.failure.message;
    };
    CHECK(refused(good.far.url("https"), {}).find("certificate is not trusted") != std::string::npos);
    CHECK(refused(good.far.url("https"), {argument("ca", other)}).find("certificate is not trusted") != std::string::npos);
    CHECK(good.answered == before);
    {
        SecureFar misnamed(authority, "DNS:elsewhere.example");
        CHECK(refused(misnamed.far.url("https"), {argument("ca", ca)}).find("certificate is not trusted") != std::string::npos);
        CHECK(misnamed.answered == 0);
    }
    {
        SecureFar expired(authority, "IP:127.0.0.1", -3600);
        CHECK(refused(expired.far.url("https"), {argument("ca", ca)}).find("expired") != std::string::npos);
        CHECK(expired.answered == 0);
    }
    {
        SecureFar old(authority, "IP:127.0.0.1", 3600, TLS1_1_VERSION);
        refused(old.far.url("https"), {argument("ca", ca)});
        CHECK(old.answered == 0);
    }
    CHECK(Caller(good.far.url("https"), {argument("ca", nothing)}).made == "connector api: `ca`: " + nothing + " holds no certificate in PEM form");
    CHECK(Caller(good.far.url("https"), {argument("ca", folder.path + "/missing")}).made.starts_with("connector api: `ca`: "));
}
