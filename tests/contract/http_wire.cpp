// What http reads from bytes does not depend on how they are cut into pieces, and no bytes make it read past them.
#include <doctest/doctest.h>

#include "connectors/http/target.hpp"
#include "connectors/http/wire.hpp"
#include "engine/simulate/world.hpp"
#include "tests/contract/rig.hpp"

using namespace weir;
using namespace weir::http;

namespace {

// One request with its body, read in pieces whose sizes `cut` gives: what came of it, as a text.
template <class F> std::string read_all(std::string_view bytes, F cut) {
    std::string held, body;
    std::size_t scanned = 0, end = 0, given = 0;
    Fault fault;
    RequestHead head;
    Parse state = Parse::more;
    while (state == Parse::more) {
        if (given == bytes.size()) return "head: more";
        const std::size_t take = std::min<std::size_t>(cut(), bytes.size() - given);
        held.append(bytes.substr(given, take));
        given += take;
        state = find_head(held, scanned, end, fault);
    }
    if (state == Parse::bad) return "head: " + std::to_string(fault.status);
    const std::string exact = held.substr(0, end);  // a heap block of its own: a sanitizer sees a step too far
    if (!read_request(exact, head, fault)) return "head: " + std::to_string(fault.status) + " " + fault.text;
    std::string out = std::string(head.method_text) + " " + std::string(head.target) + " " + std::to_string(head.fields.size()) + (head.keep_alive ? " keep" : " close");
    if (head.framing != Framing::chunked) return out + " " + std::to_string(head.length);
    held.erase(0, end);
    Chunks chunks;
    while (true) {
        std::size_t used = 0;
        const std::string piece = held;
        const Parse part = chunks.take(piece, used, body, 1000, fault);
        if (part == Parse::bad) return out + " body: " + std::to_string(fault.status) + " " + fault.text;
        held.erase(0, used);
        if (part == Parse::done) return out + " body: " + body;
        if (given == bytes.size()) return out + " body: more " + body;
        const std::size_t take = std::min<std::size_t>(cut(), bytes.size() - given);
        held.append(bytes.substr(given, take));
        given += take;
    }
}

}  // namespace

TEST_CASE("http wire: the same bytes are the same request, in whatever pieces they come, also when they are damaged") {
    const std::string seeds[] = {
        "POST /a/b?c=d%20e HTTP/1.1\r\nHost: h:80\r\nContent-Type: application/json\r\nConnection: close, x\r\nContent-Length: 12\r\n\r\n[1,2,3,4,5]\n",
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;x=\"y\"\r\nhello\r\n0a\r\n, world!!!\r\n000\r\nTrailer: 1\r\nOther: 2\r\n\r\n",
        "GET / HTTP/1.0\r\nExpect: 100-continue\r\nIdempotency-Key: 1\r\n\r\n",
    };
    SeededRandom random(7);
    const std::string alphabet("\r\n\0\t :;,=%/.0159afAFxX-_\x7f\x80\xff", 26);
    std::size_t good = 0, bad = 0;
    for (int round = 0; round < 30'000; ++round) {
        std::string bytes = seeds[random.next() % 3];
        for (std::uint64_t n = random.next() % 4; n > 0; --n) {
            const std::size_t at = random.next() % bytes.size();
            const char c = alphabet[random.next() % alphabet.size()];
            switch (random.next() % 4) {
                case 0: bytes[at] = c; break;
                case 1: bytes.insert(at, 1, c); break;
                case 2: bytes.erase(at, 1 + random.next() % 3); break;
                case 3: bytes.insert(at, bytes.substr(random.next() % bytes.size(), random.next() % 40)); break;
            }
        }
        const std::string whole = read_all(bytes, [&] { return bytes.size(); });
        const std::string single = read_all(bytes, [] { return std::size_t{1}; });
        const std::string pieces = read_all(bytes, [&] { return 1 + random.next() % 9; });
        REQUIRE_MESSAGE(whole == single, bytes);
        REQUIRE_MESSAGE(whole == pieces, bytes);
        (whole.starts_with("head: ") ? bad : good) += 1;
    }
    CHECK(good > 3'000);
    CHECK(bad > 3'000);
}

TEST_CASE("http wire: a response is read as strictly") {
    ResponseHead head;
    Fault fault;
    CHECK(read_response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Method::get, head, fault));
    CHECK(head.framing == Framing::length);
    CHECK(read_response("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Method::head, head, fault));
    CHECK(head.framing == Framing::none);
    CHECK(read_response("HTTP/1.0 200 OK\r\n\r\n", Method::get, head, fault));
    CHECK(head.framing == Framing::until_close);
    CHECK_FALSE(head.keep_alive);
    for (const char* bad : {"HTTP/1.1 20 OK\r\n\r\n", "HTTP/1.1  200\r\n\r\n", "HTTP/1.1 099 x\r\n\r\n", "HTTP/3 200 OK\r\n\r\n", "HTTP/1.1 200 a\x01\r\n\r\n", "HTTP/1.1 200 OK\r\nA: 1\r\n", "200 OK\r\n\r\n", "\r\n\r\n", ""})
        CHECK_FALSE_MESSAGE(read_response(bad, Method::get, head, fault), bad);
}

TEST_CASE("http wire: dates there and back") {
    std::string text;
    write_date(text, std::int64_t{784111777} * 1'000'000'000);
    CHECK(text == "Sun, 06 Nov 1994 08:49:37 GMT");
    std::int64_t wall = 0;
    CHECK(read_date(text, wall));
    CHECK(wall == std::int64_t{784111777} * 1'000'000'000);
    for (const char* bad : {"", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Now 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT"}) CHECK_FALSE_MESSAGE(read_date(bad, wall), bad);
}

TEST_CASE("http wire: the target of a call") {
    const auto made = [](std::string_view base, std::string_view path) {
        std::string out, why;
        return write_target(out, base, path, nullptr, why) ? out : "! " + why;
    };
    CHECK(made("", "") == "/");
    CHECK(made("/v1", "/a b/\xc3\xa4?x=y z") == "/v1/a%20b/%C3%A4?x=y%20z");
    CHECK(made("", "/a%2Fb%zz") == "/a%2Fb%25zz");
    CHECK(made("", "/a\\b\"<>^`{|}") == "/a%5Cb%22%3C%3E%5E%60%7B%7C%7D");
    CHECK(made("", "/a/./b") == "! the path has a segment of dots");
    CHECK(made("", "/a/.%2E") == "! the path has a segment of dots");
    CHECK(made("", "/a?b=..") == "/a?b=..");
    CHECK(made("", "//evil") == "//evil");  // of the same server: the host is in the url, never in the path
}
