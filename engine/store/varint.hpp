#pragma once
// Numbers in few bytes (LEB128), signed ones zigzag: what the store's blobs are made of.
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

// At most 10 bytes; where it goes on.
inline char* put_varint(char* to, std::uint64_t value) {
    while (value >= 0x80) {
        *to++ = static_cast<char>(value | 0x80);
        value >>= 7;
    }
    *to++ = static_cast<char>(value);
    return to;
}
inline char* put_signed(char* to, std::int64_t value) { return put_varint(to, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63)); }
inline void put_varint(std::string& out, std::uint64_t value) {
    while (value >= 0x80) {
        out.push_back(static_cast<char>(value | 0x80));
        value >>= 7;
    }
    out.push_back(static_cast<char>(value));
}
inline void put_signed(std::string& out, std::int64_t value) {
    put_varint(out, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

// Reads from a blob that may be damaged: past the end everything is 0 and `ok` is false.
struct VarintReader {
    std::string_view bytes;
    bool ok = true;

    bool done() const { return bytes.empty(); }
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64; shift += 7) {
            if (bytes.empty()) break;
            const auto byte = static_cast<unsigned char>(bytes.front());
            bytes.remove_prefix(1);
            value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
            if (byte < 0x80) return value;
        }
        ok = false;
        bytes = {};
        return 0;
    }
    std::int64_t signed_number() {
        const std::uint64_t raw = number();
        return static_cast<std::int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
    }
    std::uint8_t byte() {
        if (bytes.empty()) {
            ok = false;
            return 0;
        }
        const auto value = static_cast<std::uint8_t>(bytes.front());
        bytes.remove_prefix(1);
        return value;
    }
    std::string_view take(std::size_t count) {
        if (bytes.size() < count) {
            ok = false;
            bytes = {};
            return {};
        }
        const auto taken = bytes.substr(0, count);
        bytes.remove_prefix(count);
        return taken;
    }
};

}  // namespace weir
