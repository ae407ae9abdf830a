#include "engine/message/arrival.hpp"

#include <doctest/doctest.h>

using namespace weir;

namespace {

Message sample(std::string_view body, Format format) {
    Message out;
    out.body = Body::copy_of(body, format);
    out.headers = std::make_shared<const Headers>(Headers{{"x-shop", "Berlin"}, {"authorization", "Bearer canary"}, {"cookie", "canary"}, {"set-cookie", "canary"}, {"x-api-key", "canary"}, {"proxy-authorization", "canary"}, {"x-more", "2"}});
    out.meta.id = {1, 2};
    out.meta.created = 77;
    out.meta.trace = {3, 4};
    static const Member facts[] = {{Value::string("method"), Value::string("POST")}};
    out.source = Value::object(facts, 1);
    return out;
}

}  // namespace

TEST_CASE("an arrival comes back whole, without what says who somebody is") {
    for (const auto& [body, format] : {std::pair<std::string, Format>{R"({"n":1})", Format::json}, {"a text", Format::text}, {std::string("\0\1\xff", 3), Format::bytes}, {"", Format::json}, {std::string(100'000, 'x'), Format::text}}) {
        std::string bytes;
        encode_arrival(bytes, sample(body, format));
        Arrived back;
        REQUIRE(decode_arrival(bytes, back));
        CHECK(back.body == body);
        CHECK(back.format == format);
        CHECK(back.source == R"({"method":"POST"})");
        Headers headers;
        Meta meta;
        REQUIRE(decode_envelope(back.envelope, headers, meta));
        REQUIRE(headers.size() == 2);
        CHECK(headers[0].value == "Berlin");
        CHECK(headers[1].name == "x-more");
        CHECK(meta.created == 77);
        CHECK(meta.trace == Id128{3, 4});
        CHECK(bytes.find("canary") == bytes.npos);
    }
    Message bare;
    bare.body = Body::of(Value::null());
    std::string bytes;
    encode_arrival(bytes, bare);
    Arrived back;
    REQUIRE(decode_arrival(bytes, back));
    CHECK(back.body == "null");
    CHECK(back.source.empty());
}

TEST_CASE("an arrival of an older weir is its body; a damaged one is refused, and nothing is read behind its end") {
    for (const std::string& body : {std::string(R"({"n":1})"), std::string(), std::string("\0arriva", 7), std::string("\xff\0", 2)}) {
        Arrived back;
        CHECK(decode_arrival(body, back));
        CHECK(back.body == body);
        CHECK(back.envelope.empty());
        CHECK(back.format == Format::none);
    }
    std::string bytes;
    encode_arrival(bytes, sample("{}", Format::json));
    Arrived back;
    const std::size_t least = bytes.size() - 2;  // the body may have any length
    for (std::size_t n = 9; n < least; ++n) {
        const std::string cut = bytes.substr(0, n);
        CHECK_FALSE(decode_arrival(cut, back));
    }
    for (std::size_t at = 9; at < 18; ++at) {
        std::string wrong = bytes;
        wrong[at] = '\xff';
        CHECK_FALSE(decode_arrival(wrong, back));
    }
}
