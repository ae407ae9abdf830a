#include "engine/message/id.hpp"

#include <doctest/doctest.h>
#include <openssl/evp.h>

#include <array>
#include <set>
#include <string>

using namespace weir;

namespace {

// Another implementation of SipHash-2-4-128, as 32 hex digits in the order of its bytes.
std::string other_sip(std::string_view bytes, const std::array<unsigned char, 16>& key) {
    std::array<unsigned char, 16> out{};
    std::size_t size = 0;
    EVP_MAC* mac = EVP_MAC_fetch(nullptr, "SIPHASH", nullptr);
    REQUIRE(mac != nullptr);
    EVP_MAC_CTX* context = EVP_MAC_CTX_new(mac);
    REQUIRE(EVP_MAC_init(context, key.data(), key.size(), nullptr) == 1);
    EVP_MAC_update(context, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
    REQUIRE(EVP_MAC_final(context, out.data(), &size, out.size()) == 1);
    EVP_MAC_CTX_free(context);
    EVP_MAC_free(mac);
    std::string text;
    for (const unsigned char each : out) {
        char buffer[4];
        std::snprintf(buffer, sizeof buffer, "%02x", each);
        text += buffer;
    }
    return text;
}

// The reference prints the words little end first.
std::string in_byte_order(const Id128& id) {
    return to_text(Id128{__builtin_bswap64(id.a), __builtin_bswap64(id.b)});
}

constexpr Id128 reference_key{0x0706050403020100u, 0x0f0e0d0c0b0a0908u};

}  // namespace

TEST_CASE("SipHash agrees with its reference") {
    // vectors.h of the reference implementation, vectors_sip128: key 00..0f, message 00, 01, .. of growing length.
    CHECK(in_byte_order(sip_hash({}, reference_key)) == "a3817f04ba25a8e66df67214c7550293");
    CHECK(in_byte_order(sip_hash(std::string_view("\0", 1), reference_key)) == "da87c1d86b99af44347659119b22fc45");
    std::array<unsigned char, 16> key{};
    for (unsigned char i = 0; i < 16; ++i) key[i] = i;
    std::string message;
    for (int i = 0; i < 300; ++i) {
        REQUIRE(in_byte_order(sip_hash(message, reference_key)) == other_sip(message, key));
        message += static_cast<char>(i);
    }
}

TEST_CASE("SHA-256 agrees with its reference") {  // FIPS 180-2, the first half of the digest
    CHECK(to_text(sha256_128("abc")) == "ba7816bf8f01cfea414140de5dae2223");
    CHECK(to_text(sha256_128("")) == "e3b0c44298fc1c149afbf4c8996fb924");
    CHECK(to_text(sha256_128("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) == "248d6a61d20638b8e5c026930c3e6039");
    CHECK(sha256_128("ab", "c") == sha256_128("abc"));
}

TEST_CASE("ids as text") {
    const Id128 id{0x0123456789abcdefu, 0xfedcba9876543210u};
    CHECK(to_text(id) == "0123456789abcdeffedcba9876543210");
    Id128 back;
    CHECK(read_id("0123456789abcdeffedcba9876543210", back));
    CHECK(back == id);
    CHECK(read_id("0123456789ABCDEFfedcba9876543210", back));
    CHECK(back == id);
    for (const char* text : {"", "0123456789abcdeffedcba987654321", "0123456789abcdeffedcba98765432100", "0123456789abcdeffedcba987654321g", " 123456789abcdeffedcba9876543210"}) CHECK_FALSE(read_id(text, back));
    CHECK(Id128{}.empty());
}

TEST_CASE("output ids") {
    // A change of this value would break every store: the same input must give the same ids for ever (I2).
    CHECK(to_text(output_id({1, 2}, 3, 4)) == "eb3985b09d778efdc850f82fd42c4e6c");
    std::set<std::string> seen;
    for (std::uint64_t node = 0; node < 20; ++node)
        for (std::uint64_t counters = 0; counters < 20; ++counters)
            for (std::uint64_t a = 0; a < 5; ++a) {
                seen.insert(to_text(output_id({a, 7}, node, counters)));
                seen.insert(to_text(output_id({7, a}, node, counters)));
            }
    CHECK(seen.size() == 20 * 20 * 10);
    // It is SipHash of the four words, so that another program can make the same ids.
    std::string bytes(32, '\0');
    bytes[0] = 1;
    bytes[8] = 2;
    bytes[16] = 3;
    bytes[24] = 4;
    CHECK(output_id({1, 2}, 3, 4) == sip_hash(bytes, {0x7765697220666c6fu, 0x77206f7574707574u}));
}
