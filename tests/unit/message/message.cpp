#include "engine/message/message.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace weir;

namespace {

std::string text_of(std::mt19937_64& random, std::size_t most) {
    std::string out(random() % most, '\0');
    for (char& each : out) each = static_cast<char>(random());
    return out;
}

Meta some_meta(std::mt19937_64& random, Headers& headers) {
    Meta meta;
    const auto id = [&] { return random() % 3 == 0 ? Id128{} : Id128{random(), random()}; };
    meta.id = id();
    meta.correlation = id();
    meta.trace = id();
    meta.in_reply_to = id();
    meta.created = static_cast<std::int64_t>(random());
    meta.attempt = static_cast<std::uint32_t>(random() >> (random() % 32 + 32));
    headers.resize(random() % 6);
    for (Header& each : headers) each = {text_of(random, 20), text_of(random, 300)};
    if (random() % 2 == 0) {
        std::vector<Hop> hops(1 + random() % 5);
        for (Hop& each : hops) each = {text_of(random, 12), text_of(random, 12), static_cast<std::int64_t>(random())};
        meta.history = std::make_shared<const std::vector<Hop>>(std::move(hops));
    }
    const auto failure = [&] {
        return std::make_shared<const Failure>(Failure{static_cast<FailureClass>(random() % 14), text_of(random, 40), text_of(random, 40), text_of(random, 9), text_of(random, 9), static_cast<std::int64_t>(random()), static_cast<std::uint32_t>(random())});
    };
    if (random() % 2 == 0) meta.failure = failure();
    if (random() % 3 == 0) meta.reply_to = text_of(random, 40);
    if (random() % 3 == 0) meta.expires = static_cast<std::int64_t>(random());
    if (random() % 3 == 0) meta.replays = static_cast<std::uint32_t>(random());
    return meta;
}

bool same(const std::shared_ptr<const Failure>& a, const std::shared_ptr<const Failure>& b) {
    if (a == nullptr || b == nullptr) return a == b;
    return a->kind == b->kind && a->message == b->message && a->path == b->path && a->flow == b->flow && a->step == b->step && a->at == b->at && a->attempts == b->attempts;
}

bool same(const Meta& a, const Meta& b) {
    if (a.id != b.id || a.correlation != b.correlation || a.trace != b.trace || a.in_reply_to != b.in_reply_to || a.created != b.created || a.attempt != b.attempt) return false;
    if (a.reply_to != b.reply_to || a.expires != b.expires || a.replays != b.replays) return false;
    if ((a.history == nullptr) != (b.history == nullptr)) return false;
    if (a.history != nullptr) {
        if (a.history->size() != b.history->size()) return false;
        for (std::size_t i = 0; i < a.history->size(); ++i) {
            const Hop &x = (*a.history)[i], &y = (*b.history)[i];
            if (x.flow != y.flow || x.channel != y.channel || x.at != y.at) return false;
        }
    }
    return same(a.failure, b.failure);
}

bool same(const Headers& a, const Headers& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Header& x, const Header& y) { return x.name == y.name && x.value == y.value; });
}

}  // namespace

TEST_CASE("a body is looked at by its format") {
    Arena arena;
    JsonReader reader;
    std::string why;
    Body json = Body::copy_of(R"({"a":1.0})", Format::json);
    CHECK(json.tree.is_missing());
    REQUIRE(look(json, arena, reader, why));
    CHECK(json.tree.find("a")->text() == "1.0");
    const Member* const members = json.tree.o;
    REQUIRE(look(json, arena, reader, why));
    CHECK(json.tree.o == members);  // parsed once

    Body text = Body::copy_of("gr\xc3\xbc\xc3\x9f dich", Format::text);
    REQUIRE(look(text, arena, reader, why));
    CHECK(text.tree.kind() == Kind::string);
    Body bytes = Body::copy_of("\xff", Format::bytes);
    REQUIRE(look(bytes, arena, reader, why));
    CHECK(bytes.tree.kind() == Kind::bytes);
    Body wrong = Body::copy_of("\xff", Format::text);
    CHECK_FALSE(look(wrong, arena, reader, why));
    CHECK(why == "the body is not UTF-8");
    Body broken = Body::copy_of("{\n  \"a\": 1,\n  \"b\" 2\n}", Format::json);
    CHECK_FALSE(look(broken, arena, reader, why));
    CHECK(why == "the body is not JSON: line 3, byte 7: a `:` belongs behind the key");
    CHECK(broken.tree.is_missing());
    Body none = Body::of(Value::integer(5));
    REQUIRE(look(none, arena, reader, why));
    CHECK(none.tree.i == 5);
}

TEST_CASE("a body leaves as it came, or as JSON") {
    const auto out = [](const Body& body) {
        std::string text;
        write_body(text, body);
        return text;
    };
    Arena arena;
    JsonReader reader;
    std::string why;
    Body unread = Body::copy_of("{ \"a\" : 1.0, \"a\": 2 }", Format::json);
    CHECK(out(unread) == "{ \"a\" : 1.0, \"a\": 2 }");
    REQUIRE(look(unread, arena, reader, why));
    CHECK(out(unread) == "{ \"a\" : 1.0, \"a\": 2 }");
    CHECK(out(Body::of(unread.tree)) == R"({"a":1.0,"a":2})");
    CHECK(out(Body::copy_of("not json", Format::json)) == "not json");
    CHECK(out(Body::of(Value::string("a\"b"))) == "a\"b");
    CHECK(out(Body::of(Value::bytes("\xff"))) == "\xff");
    CHECK(out(Body::of(Value::null())) == "null");
    CHECK(out(Body::copy_of("", Format::bytes)).empty());
}

TEST_CASE("a copied body owns its bytes and has room behind them") {
    Body body;
    {
        std::string text(1000, 'x');
        body = Body::copy_of(text, Format::text);
    }
    CHECK(body.bytes == std::string(1000, 'x'));
    for (std::size_t i = 0; i < json_padding; ++i) CHECK(body.bytes.data()[1000 + i] == '\0');
    const Body shared = body;
    CHECK(shared.bytes.data() == body.bytes.data());
}

TEST_CASE("headers are found by name") {
    const Headers headers{{"content-type", "text/plain"}, {"x", "1"}, {"x", "2"}};
    CHECK(*find_header(headers, "x") == "1");
    CHECK(*find_header(headers, "content-type") == "text/plain");
    CHECK(find_header(headers, "y") == nullptr);
}

TEST_CASE("envelopes come back, and only whole ones") {
    std::mt19937_64 random(99);
    for (int i = 0; i < 1500; ++i) {
        Headers headers, headers_back;
        const Meta meta = some_meta(random, headers);
        Meta back;
        const std::string bytes = encode_envelope(headers.empty() && i % 2 == 0 ? nullptr : &headers, meta);
        REQUIRE(decode_envelope(bytes, headers_back, back));
        REQUIRE(same(headers, headers_back));
        REQUIRE(same(meta, back));
        const std::string_view all = bytes;
        Headers untouched{{"a", "b"}};
        for (std::size_t cut = 0; cut < bytes.size(); cut += 1 + bytes.size() / 40) REQUIRE_FALSE(decode_envelope(all.substr(0, cut), untouched, back));
        REQUIRE(same(untouched, Headers{{"a", "b"}}));
        REQUIRE_FALSE(decode_envelope(bytes + '\0', untouched, back));
        std::string later = bytes;
        later[0] = 4;  // a version of the future
        REQUIRE_FALSE(decode_envelope(later, untouched, back));
    }
    const Meta least;
    CHECK(encode_envelope(nullptr, least).size() <= 12);
}

TEST_CASE("envelopes of version 1 are still read") {
    std::mt19937_64 random(98);
    int whole = 0;
    for (int i = 0; i < 300; ++i) {
        Headers headers, headers_back;
        Meta meta = some_meta(random, headers), back;
        std::string bytes = encode_envelope(&headers, meta);
        bytes[0] = 1;
        const bool plain = meta.reply_to.empty() && meta.expires == 0 && meta.replays == 0;
        REQUIRE(decode_envelope(bytes, headers_back, back) == plain);  // it had no place for who waits
        if (!plain) continue;
        ++whole;
        REQUIRE(same(meta, back));
        REQUIRE(same(headers, headers_back));
    }
    CHECK(whole > 50);
}

TEST_CASE("a row at rest has what it waits for beside what it came with; in one that version 2 wrote the only failure is what it waits for") {
    const auto came_with = std::make_shared<const Failure>(Failure{FailureClass::rejected, "no stock", {}, "e", "e/fail", 5, 1});
    const auto why = std::make_shared<const Failure>(Failure{FailureClass::connect, "refused", {}, "f", "f/call", 7, 2});
    Meta meta;
    meta.failure = came_with;
    std::string bytes = encode_envelope(nullptr, meta, why.get());
    Headers headers;
    Meta back;
    std::shared_ptr<const Failure> waits_for;
    REQUIRE(decode_rest(bytes, headers, back, waits_for));
    CHECK(same(back.failure, came_with));
    CHECK(same(waits_for, why));
    CHECK_FALSE(decode_envelope(bytes, headers, back));  // no channel has such a row
    bytes = encode_envelope(nullptr, meta);
    REQUIRE(decode_rest(bytes, headers, back, waits_for));
    CHECK(same(back.failure, came_with));
    CHECK(waits_for == nullptr);
    bytes[0] = 2;
    REQUIRE(decode_rest(bytes, headers, back, waits_for));
    CHECK(back.failure == nullptr);
    CHECK(same(waits_for, came_with));
}

TEST_CASE("random and damaged envelopes never do harm") {
    std::mt19937_64 random(100);
    int decoded = 0, refused = 0;
    for (int i = 0; i < 30000; ++i) {
        std::string bytes;
        if (i % 3 == 0) {
            bytes = text_of(random, 200);
            if (!bytes.empty()) bytes[0] = 1;
        } else {
            Headers headers;
            bytes = encode_envelope(&headers, some_meta(random, headers));
            for (unsigned n = 1 + static_cast<unsigned>(random() % 3); n > 0; --n) {
                const std::size_t at = random() % bytes.size();
                if (random() % 2 == 0) bytes[at] = static_cast<char>(random());
                else bytes.insert(at, 1, static_cast<char>(random()));
            }
        }
        const std::vector<char> exact(bytes.begin(), bytes.end());
        Headers headers;
        Meta meta;
        if (!decode_envelope({exact.data(), exact.size()}, headers, meta)) {
            ++refused;
            continue;
        }
        ++decoded;  // a damaged text or time is still a text or a time; what was understood must then come back the same
        Headers headers_back;
        Meta back;
        REQUIRE(decode_envelope(encode_envelope(&headers, meta), headers_back, back));
        REQUIRE(same(headers, headers_back));
        REQUIRE(same(meta, back));
    }
    CHECK(decoded > 1000);
    CHECK(refused > 10000);
}

TEST_CASE("the newest hundred hops are kept") {
    std::vector<Hop> hops(250);
    for (std::size_t i = 0; i < hops.size(); ++i) hops[i].at = static_cast<std::int64_t>(i);
    Meta meta, back;
    meta.history = std::make_shared<const std::vector<Hop>>(hops);
    Headers headers;
    REQUIRE(decode_envelope(encode_envelope(nullptr, meta), headers, back));
    REQUIRE(back.history->size() == 100);
    CHECK(back.history->front().at == 150);
    CHECK(back.history->back().at == 249);
}
