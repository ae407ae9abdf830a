// http as a server under attack: each case answered as it must be, and a good client served beside it.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include "connectors/http/media.hpp"
#include "connectors/http/server.hpp"
#include "tests/contract/http_rig.hpp"

using namespace weir;
using namespace std::chrono_literals;

namespace {

struct Attacked {
    Network network;
    std::shared_ptr<http::Listener> listener;
    Flow flow{network};
    std::unique_ptr<Source> source;
    std::uint16_t port = 0;

    explicit Attacked(http::ServerOptions options = {}) {
        options.name = "web";
        auto made = network.on([&] { return http::listen(options, network.world()); });
        if (!made) throw std::runtime_error(made.error().text);
        listener = *made;
        port = static_cast<std::uint16_t>(std::stoi(listener->address().substr(listener->address().rfind(':') + 1)));
        network.on([&] {
            auto one = listener->source({"any", "/a", "f/web.any/a", 1u << static_cast<unsigned>(http::Media::json), options.max_body});
            if (!one) throw std::runtime_error(one.error().text);
            source = std::move(*one);
            flow.source = source.get();
            flow.reply = [](const Delivery& d) {
                Answer out;
                write_body(out.body, d.message.body);
                out.format = Format::json;
                return out;
            };
            source->start(flow, {});
        });
    }
    ~Attacked() {
        network.halt();
        source.reset();
        listener.reset();
    }
    // A good client, new each time: how long one request takes, from connecting to its answer. Negative: it was not served.
    double good() const {
        const auto begin = std::chrono::steady_clock::now();
        Wire wire(port);
        wire.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\ntrue");
        const Reply reply = wire.read();
        if (reply.status != 200 || reply.body != "true") return -1;
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    }
};

constexpr double served_quickly = 2.0;  // seconds; in rest it is a millisecond, and this machine may do a lot beside

bool quick(double seconds) { return seconds >= 0 && seconds < served_quickly; }

}  // namespace

TEST_CASE("abuse: what two readers could read as two things is refused, and the connection ends") {
    Attacked attacked;
    using namespace std::string_literals;
    const std::string smuggled = "GET /a HTTP/1.1\r\nHost: evil\r\n\r\n";
    const std::string begin = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";
    const std::vector<std::pair<std::string, std::string>> cases = {
        {"two hosts", "GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"},
        {"the same host twice", "GET /a HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"},
        {"no host", "GET /a HTTP/1.1\r\n\r\n"},
        {"empty host", "GET /a HTTP/1.1\r\nHost:\r\n\r\n"},
        {"host with a path", "GET /a HTTP/1.1\r\nHost: a/b\r\n\r\n"},
        {"two hosts in HTTP/1.0", "GET /a HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n"},
        {"folded field", "GET /a HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n"},
        {"folded with a tab", "GET /a HTTP/1.1\r\nHost: a\r\nX: 1\r\n\t2\r\n\r\n"},
        {"folded first field", "GET /a HTTP/1.1\r\n Host: a\r\n\r\n"},
        {"space before the colon", "GET /a HTTP/1.1\r\nHost : a\r\n\r\n"},
        {"no colon", "GET /a HTTP/1.1\r\nHost: a\r\nX\r\n\r\n"},
        {"no name", "GET /a HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n"},
        {"length twice, equal", begin + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n1"},
        {"length twice, different", begin + "Content-Length: 1\r\nContent-Length: 31\r\n\r\n1" + smuggled},
        {"length list", begin + "Content-Length: 1, 1\r\n\r\n1"},
        {"length with a sign", begin + "Content-Length: +1\r\n\r\n1"},
        {"negative length", begin + "Content-Length: -1\r\n\r\n1"},
        {"length in hex", begin + "Content-Length: 0x1\r\n\r\n1"},
        {"empty length", begin + "Content-Length:\r\n\r\n"},
        {"huge length", begin + "Content-Length: 99999999999999999999\r\n\r\n1"},
        {"length and chunked", begin + "Content-Length: 31\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + smuggled},
        {"chunked and length", begin + "Transfer-Encoding: chunked\r\nContent-Length: 31\r\n\r\n0\r\n\r\n" + smuggled},
        {"gzip and length", begin + "Transfer-Encoding: gzip\r\nContent-Length: 1\r\n\r\n1"},
        {"gzip, chunked", begin + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"},
        {"chunked, identity", begin + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"},
        {"identity", begin + "Transfer-Encoding: identity\r\n\r\n"},
        {"chunked twice", begin + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"xchunked", begin + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"},
        {"chunked with a vertical tab", begin + "Transfer-Encoding: \x0b" "chunked\r\n\r\n0\r\n\r\n"},
        {"chunked in HTTP/1.0", "POST /a HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {"bare line feeds", "GET /a HTTP/1.1\nHost: a\n\n"},
        {"one bare line feed", "GET /a HTTP/1.1\r\nHost: a\nX: 1\r\n\r\n"},
        {"bare carriage return in a value", "GET /a HTTP/1.1\r\nHost: a\r\nX: 1\rY: 2\r\n\r\n"},
        {"bare carriage return in the first line", "GET /a\rX HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"NUL in a value", "GET /a HTTP/1.1\r\nHost: a\r\nX: a\0b\r\n\r\n"s},
        {"NUL in the target", "GET /a\0 HTTP/1.1\r\nHost: a\r\n\r\n"s},
        {"control character in a value", "GET /a HTTP/1.1\r\nHost: a\r\nX: a\x01\r\n\r\n"},
        {"DEL in a value", "GET /a HTTP/1.1\r\nHost: a\r\nX: a\x7f\r\n\r\n"},
        {"no UTF-8 in a value", "GET /a HTTP/1.1\r\nHost: a\r\nX: a\xff\r\n\r\n"},
        {"two spaces", "GET  /a HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"tab instead of space", "GET\t/a\tHTTP/1.1\r\nHost: a\r\n\r\n"},
        {"no version", "GET /a\r\n\r\n"},
        {"version of another thing", "GET /a HTTQ/1.1\r\nHost: a\r\n\r\n"},
        {"method with a bracket", "G[T /a HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"absolute target", "GET http://evil/a HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"authority target", "CONNECT evil:80 HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"star target", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"fragment", "GET /a#b HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"raw UTF-8 in the target", "GET /\xc3\xa4 HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"backslash in the target", "GET /a\\b HTTP/1.1\r\nHost: a\r\n\r\n"},
        {"two content types", "POST /a HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n1"},
        {"two keys", begin + "Idempotency-Key: a\r\nIdempotency-Key: b\r\nContent-Length: 1\r\n\r\n1"},
        {"TLS on a plain port", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n\n"s},
        {"chunk without a size", begin + "Transfer-Encoding: chunked\r\n\r\n\r\n1\r\n0\r\n\r\n"},
        {"chunk size with a sign", begin + "Transfer-Encoding: chunked\r\n\r\n+1\r\n1\r\n0\r\n\r\n"},
        {"chunk size with 0x", begin + "Transfer-Encoding: chunked\r\n\r\n0x1\r\n1\r\n0\r\n\r\n"},
        {"chunk size with a space", begin + "Transfer-Encoding: chunked\r\n\r\n1 \r\n1\r\n0\r\n\r\n"},
        {"chunk size that wraps", begin + "Transfer-Encoding: chunked\r\n\r\n10000000000000001\r\n1\r\n0\r\n\r\n"},
        {"chunk line with a bare line feed", begin + "Transfer-Encoding: chunked\r\n\r\n1\n1\r\n0\r\n\r\n"},
        {"extension with a bare line feed", begin + "Transfer-Encoding: chunked\r\n\r\n1;x\n1\r\n0\r\n\r\n"},
        {"chunk longer than it says", begin + "Transfer-Encoding: chunked\r\n\r\n1\r\n12\r\n0\r\n\r\n"},
        {"chunk that ends in a bare line feed", begin + "Transfer-Encoding: chunked\r\n\r\n1\r\n1\n0\r\n\r\n"},
        {"trailer with a bare line feed", begin + "Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\nX: 1\n\r\n"},
        {"trailer with a bare carriage return", begin + "Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\nX: 1\rY\r\n\r\n"},
        {"last line with a bare line feed", begin + "Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n\r\r"},
    };
    for (const auto& [name, bytes] : cases) {
        Wire wire(attacked.port);
        wire.send(bytes);
        const Reply reply = wire.read();
        CHECK_MESSAGE(reply.status == 400, name);
        CHECK_MESSAGE(reply.field("connection") == "close", name);
        wire.finish();
        CHECK_MESSAGE(wire.ended(), name);  // and nothing of what stood behind it was answered
    }
    CHECK(quick(attacked.good()));
    // One byte at a time it is the same.
    for (const auto& [name, bytes] : cases) {
        Wire wire(attacked.port);
        for (const char c : bytes)
            if (!wire.send(std::string(1, c))) break;
        CHECK_MESSAGE(wire.read().status == 400, name);
    }
    CHECK(attacked.network.on([&] { return attacked.flow.in_flight; }) == 0);
    CHECK(quick(attacked.good()));
}

TEST_CASE("abuse: heads that are too large in each way, versions that we do not speak") {
    Attacked attacked;
    const auto status = [&](const std::string& bytes) {
        Wire wire(attacked.port);
        wire.send(bytes);
        return wire.read().status;
    };
    std::string many = "GET /a HTTP/1.1\r\nHost: a\r\n";
    for (int i = 0; i < 99; ++i) many += "X: 1\r\n";
    CHECK(status(many + "\r\n") == 200);
    CHECK(status(many + "X: 1\r\n\r\n") == 431);
    CHECK(status("GET /a HTTP/1.1\r\nHost: a\r\nX: " + std::string(31 * 1024, 'x') + "\r\n\r\n") == 200);
    CHECK(status("GET /a HTTP/1.1\r\nHost: a\r\nX: " + std::string(33 * 1024, 'x') + "\r\n\r\n") == 431);
    CHECK(status(std::string(200 * 1024, 'G')) == 431);  // not even a first line
    CHECK(status("GET /" + std::string(9 * 1024, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n") == 414);
    CHECK(status("GET /a HTTP/2.0\r\nHost: a\r\n\r\n") == 505);
    CHECK(status("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 400);
    CHECK(quick(attacked.good()));
}

TEST_CASE("abuse: half a request, a slow body, a sender that does not read: each has its time, and nobody else waits") {
    http::ServerOptions options;
    options.head_time = 300ms;
    options.idle_time = 300ms;
    options.window = 300ms;
    options.linger_time = 300ms;
    Attacked attacked(options);
    SUBCASE("says nothing") {
        Wire wire(attacked.port);
        CHECK(wire.ended());
    }
    SUBCASE("stops within the head") {
        Wire wire(attacked.port);
        wire.send("GET /a HTTP/1.1\r\nHost: a\r\nX-");
        CHECK(wire.read().status == 408);
        CHECK(wire.ended());
    }
    SUBCASE("drips its head, each byte in time") {
        Wire wire(attacked.port);
        wire.send("GET /a HTTP/1.1\r\nHost: a\r\n");
        // The deadline is of the whole head: more bytes do not move it.
        const Deadline deadline;
        pollfd wait{wire.fd(), POLLIN, 0};
        while (::poll(&wait, 1, 20) == 0 && !deadline.over()) wire.send("X: 1\r\n");
        CHECK(wire.read().status == 408);
    }
    SUBCASE("drips the head of its second request") {
        Wire wire(attacked.port);
        wire.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\nGET");
        CHECK(wire.read().status == 200);
        CHECK(wire.read().status == 408);
    }
    SUBCASE("is idle between two requests") {
        Wire wire(attacked.port);
        wire.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
        CHECK(wire.read().status == 200);
        CHECK(wire.ended());
    }
    SUBCASE("drips its body") {
        Wire wire(attacked.port);
        wire.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n");
        const Deadline deadline;
        pollfd wait{wire.fd(), POLLIN, 0};
        while (::poll(&wait, 1, 20) == 0 && !deadline.over()) wire.send("1");
        CHECK(wire.read().status == 408);
    }
    SUBCASE("does not read its answer") {
        attacked.network.on([&] {
            attacked.flow.reply = [](const Delivery&) {
                Answer out;
                out.body.assign(16 * 1024 * 1024, 'x');
                out.format = Format::bytes;
                return out;
            };
        });
        Wire wire(attacked.port);
        wire.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\n");
        CHECK(attacked.network.until([&] { return attacked.listener->connections() == 0 && attacked.flow.batches.size() == 1; }));
        attacked.network.on([&] { attacked.flow.reply = [](const Delivery&) { return Answer{200, {}, "true", Format::json, {}, 0, false}; }; });
    }
    SUBCASE("goes on sending after it was refused") {
        Wire wire(attacked.port);
        wire.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 999999999\r\n\r\n");
        CHECK(wire.read().status == 413);
        const std::string block(64 * 1024, 'x');
        int sent = 0;
        while (sent < 10'000 && wire.send(block)) ++sent;
        CHECK(sent < 10'000);  // cut off, not swallowed for ever
    }
    CHECK(quick(attacked.good()));
    CHECK(attacked.network.until([&] { return attacked.listener->connections() == 0; }));
}

TEST_CASE("abuse: many large bodies at a time have a bound of their own") {
    http::ServerOptions options;
    options.most_bodies = 300'000;
    Attacked attacked(options);
    std::vector<Wire> wires;
    for (int i = 0; i < 4; ++i) {
        wires.emplace_back(attacked.port);
        wires.back().send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n" + std::string(i < 3 ? 99'000 : 20'000, '1'));
    }
    // 317 kB wait; one of the four is one too many, and its place is free again at once.
    const Deadline deadline;
    std::vector<pollfd> waits;
    for (const Wire& wire : wires) waits.push_back({wire.fd(), POLLIN, 0});
    REQUIRE(::poll(waits.data(), waits.size(), deadline.milliseconds()) == 1);
    for (std::size_t i = 0; i < wires.size(); ++i) {
        if (waits[i].revents != 0) {
            const Reply reply = wires[i].read();
            CHECK(reply.status == 503);
            CHECK(reply.field("retry-after") == "1");
            continue;
        }
        wires[i].send(std::string(i < 3 ? 1'000 : 80'000, '1'));
        CHECK(wires[i].read().status == 200);
    }
    CHECK(quick(attacked.good()));
}

TEST_CASE("abuse: thousands of half-open connections starve nobody") {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    const rlimit before = files;
    files.rlim_cur = std::min<rlim_t>(files.rlim_max, 6000);
    setrlimit(RLIMIT_NOFILE, &files);
    const int attackers = files.rlim_cur >= 6000 ? 2000 : static_cast<int>(files.rlim_cur / 3);
    {
        SUBCASE("there is room for all of them") {
            Attacked attacked;
            std::vector<Wire> half;
            for (int i = 0; i < attackers; ++i) {
                half.emplace_back(attacked.port);
                half.back().send(i % 3 == 0 ? "" : i % 3 == 1 ? "GET /a HT" : "POST /a HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n[");
            }
            CHECK(attacked.network.until([&] { return attacked.listener->connections() == static_cast<std::size_t>(attackers); }));
            double worst = 0;
            for (int i = 0; i < 50; ++i) {
                const double took = attacked.good();
                REQUIRE(took >= 0);
                worst = std::max(worst, took);
            }
            MESSAGE(attackers << " half-open, slowest of 50 good requests: " << worst * 1000 << " ms");
            CHECK(worst < served_quickly);
        }
        SUBCASE("there are far more of them than room") {
            http::ServerOptions options;
            options.max_connections = 100;
            Attacked attacked(options);
            Wire keeps(attacked.port);  // between two requests all the time
            const std::string request = "GET /a HTTP/1.1\r\nHost: h\r\n\r\n";
            keeps.send(request);
            CHECK(keeps.read().status == 200);
            std::vector<Wire> half;
            double worst = 0;
            for (int i = 0; i < attackers; ++i) {
                half.emplace_back(attacked.port);
                half.back().send("GET /a HTTP/1.1\r\nHost: h\r\nX-");
                if (i % 100 != 99) continue;
                const double took = attacked.good();
                REQUIRE(took >= 0);
                worst = std::max(worst, took);
                keeps.send(request);
                REQUIRE(keeps.read().status == 200);
                CHECK(attacked.network.on([&] { return attacked.listener->connections(); }) <= 100);
            }
            CHECK(worst < served_quickly);
        }
        SUBCASE("all places wait for an answer: the next one is told to come again") {
            http::ServerOptions options;
            options.max_connections = 8;
            Attacked attacked(options);
            attacked.network.on([&] { attacked.flow.reply = nullptr; });
            std::vector<Wire> busy;
            for (int i = 0; i < 8; ++i) {
                busy.emplace_back(attacked.port);
                busy.back().send("GET /a HTTP/1.1\r\nHost: h\r\n\r\n");
            }
            REQUIRE(attacked.network.until([&] { return attacked.flow.got.size() == 8; }));
            Wire late(attacked.port);
            const Reply reply = late.read();
            CHECK(reply.status == 503);
            CHECK(reply.field("retry-after") == "1");
            CHECK(late.ended());
            attacked.network.on([&] {
                for (const Delivery& d : attacked.flow.got) attacked.flow.finish(d, {});
                attacked.flow.got.clear();
            });
            for (Wire& wire : busy) CHECK(wire.read().status == 200);
        }
    }
    setrlimit(RLIMIT_NOFILE, &before);
}
