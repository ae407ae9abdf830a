#include "engine/message/id.hpp"

// The one-shot functions of libcrypto fetch an algorithm and allocate for each call; the old names work on the stack.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include <array>
#include <bit>
#include <cstring>

namespace weir {
namespace {

std::uint64_t load_little(const char* from) {
    std::uint64_t out;
    std::memcpy(&out, from, sizeof out);
    if constexpr (std::endian::native == std::endian::big) out = __builtin_bswap64(out);
    return out;
}

// SipHash-2-4 with 128 bits of output (Aumasson, Bernstein; reference implementation siphash.c, outlen 16).
class Sip {
public:
    explicit Sip(Id128 key)
        : v0_(0x736f6d6570736575u ^ key.a), v1_(0x646f72616e646f6du ^ key.b ^ 0xee), v2_(0x6c7967656e657261u ^ key.a), v3_(0x7465646279746573u ^ key.b) {}
    void take(std::uint64_t word) {
        v3_ ^= word;
        round();
        round();
        v0_ ^= word;
    }
    Id128 finish() {
        v2_ ^= 0xee;
        for (int i = 0; i < 4; ++i) round();
        const std::uint64_t first = v0_ ^ v1_ ^ v2_ ^ v3_;
        v1_ ^= 0xdd;
        for (int i = 0; i < 4; ++i) round();
        return {first, v0_ ^ v1_ ^ v2_ ^ v3_};
    }

private:
    void round() {
        v0_ += v1_;
        v1_ = std::rotl(v1_, 13) ^ v0_;
        v0_ = std::rotl(v0_, 32);
        v2_ += v3_;
        v3_ = std::rotl(v3_, 16) ^ v2_;
        v0_ += v3_;
        v3_ = std::rotl(v3_, 21) ^ v0_;
        v2_ += v1_;
        v1_ = std::rotl(v1_, 17) ^ v2_;
        v2_ = std::rotl(v2_, 32);
    }
    std::uint64_t v0_, v1_, v2_, v3_;
};

}  // namespace

std::string to_text(const Id128& id) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out(32, '0');
    for (std::size_t i = 0; i < 16; ++i) {
        out[i] = digits[id.a >> (60 - 4 * i) & 15];
        out[16 + i] = digits[id.b >> (60 - 4 * i) & 15];
    }
    return out;
}

bool read_id(std::string_view text, Id128& out) {
    if (text.size() != 32) return false;
    std::array<std::uint64_t, 2> words{};
    for (std::size_t i = 0; i < 32; ++i) {
        const char c = text[i];
        const char lower = static_cast<char>(c | 0x20);
        std::uint64_t digit = 0;
        if (c >= '0' && c <= '9') {
            digit = static_cast<std::uint64_t>(c - '0');
        } else if (lower >= 'a' && lower <= 'f') {
            digit = static_cast<std::uint64_t>(lower - 'a' + 10);
        } else {
            return false;
        }
        words[i / 16] = words[i / 16] << 4 | digit;
    }
    out = {words[0], words[1]};
    return true;
}

Id128 sip_hash(std::string_view bytes, Id128 key) {
    Sip sip(key);
    const char* at = bytes.data();
    std::size_t left = bytes.size();
    for (; left >= 8; left -= 8, at += 8) sip.take(load_little(at));
    std::array<char, 8> tail{};
    if (left != 0) std::memcpy(tail.data(), at, left);
    sip.take(load_little(tail.data()) | static_cast<std::uint64_t>(bytes.size()) << 56);
    return sip.finish();
}

Id128 sha256_128(std::string_view a, std::string_view b) {
    SHA256_CTX state;
    SHA256_Init(&state);
    SHA256_Update(&state, a.data(), a.size());
    if (!b.empty()) SHA256_Update(&state, b.data(), b.size());
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
    SHA256_Final(digest.data(), &state);
    Id128 out;
    for (std::size_t i = 0; i < 8; ++i) {  // so that the text of the id is the beginning of the digest's
        out.a = out.a << 8 | digest[i];
        out.b = out.b << 8 | digest[8 + i];
    }
    return out;
}

Id128 output_id(const Id128& input, std::uint64_t node, std::uint64_t counters) {
    // Fixed for ever: every engine and every run must make the same ids.
    static constexpr Id128 key{0x7765697220666c6fu, 0x77206f7574707574u};
    Sip sip(key);
    sip.take(input.a);
    sip.take(input.b);
    sip.take(node);
    sip.take(counters);
    sip.take(std::uint64_t{32} << 56);
    return sip.finish();
}

}  // namespace weir
