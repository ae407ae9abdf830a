#pragma once
#include <cstdint>

namespace weir {

// A range of the text of all files together: file n begins where file n-1 ended. 8 bytes, so that every node can afford one.
struct Span {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool empty() const { return begin == end; }
    bool operator==(const Span&) const = default;
};

// The smallest span that holds both.
inline Span join(Span a, Span b) {
    return {a.begin < b.begin ? a.begin : b.begin, a.end > b.end ? a.end : b.end};
}

}  // namespace weir
