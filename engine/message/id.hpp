#pragma once
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace weir {

struct Id128 {
    std::uint64_t a = 0, b = 0;
    bool operator==(const Id128&) const = default;
    bool empty() const { return a == 0 && b == 0; }
};
std::string to_text(const Id128& id);                    // 32 hex digits
bool read_id(std::string_view text, Id128& out);         // 32 hex digits
Id128 sip_hash(std::string_view bytes, Id128 key);       // SipHash-2-4, 128 bit
Id128 sha256_128(std::string_view a, std::string_view b = {});  // the first 128 bits of SHA-256 over both
// I2: the id of an output; `counters` those of enclosing split, repeat, group, and the emission's index.
Id128 output_id(const Id128& input, std::uint64_t node, std::uint64_t counters);

}  // namespace weir
