#include "engine/message/line_ids.hpp"

#include <cstring>
#include <string>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace weir {

LineIds::LineIds(std::string_view source, const std::array<std::uint64_t, 4>& file) {
    const std::string_view name("file", 5);  // with its NUL: no source's name can look like another kind's
    const Id128 of_file = sha256_128("file.lines id", {reinterpret_cast<const char*>(file.data()), sizeof file});
    const Id128 key = sha256_128(std::string(name) + std::string(source), {reinterpret_cast<const char*>(&of_file), sizeof of_file});
    for (std::uint64_t block = 0; block * sizeof key < secret_.size(); ++block) {
        const Id128 part = sha256_128({reinterpret_cast<const char*>(&key), sizeof key}, {reinterpret_cast<const char*>(&block), sizeof block});
        std::memcpy(secret_.data() + block * sizeof part, &part, sizeof part);
    }
}

Id128 LineIds::of(std::string_view line, std::uint64_t at) const {
    const XXH128_hash_t hash = XXH3_128bits_withSecret(line.data(), line.size(), secret_.data(), secret_.size());
    return {hash.low64 ^ at * 0x9e3779b97f4a7c15u, hash.high64};  // odd: no two places give the same
}

}  // namespace weir
