#pragma once
#include <array>
#include <cstdint>
#include <string_view>

#include "engine/message/id.hpp"

namespace weir {

// I1: the ids of the lines of one file, made from the file's identity, the line's place in it and its text: the same in every store and at every run.
// SHA-256 over the identity, then XXH3 (xxHash 0.8, 128 bit) of the line with a secret made from it: only who writes a file could make two of its own
// lines one. Thread: any.
class LineIds {
public:
    // `source`: the source's name; `file`: device, inode, birth time, and how many files have been behind that inode.
    LineIds(std::string_view source, const std::array<std::uint64_t, 4>& file);
    // `at`: where the line begins, in bytes.
    Id128 of(std::string_view line, std::uint64_t at) const;

private:
    alignas(64) std::array<unsigned char, 192> secret_;
};

}  // namespace weir
