#pragma once
#include <cstdint>
#include <string_view>

namespace weir {

// The tree of failure classes (language.md, Flow header). `any` is the root.
enum class FailureClass : std::uint8_t {
    any, transient, connect, timeout, unavailable, rate_limited,
    permanent, invalid, rejected, not_found, unauthorized, too_large, expired, internal,
};
std::string_view name_of(FailureClass value);
bool read_failure_class(std::string_view text, FailureClass& out);
// Is `leaf` the class `around`, or below it?
bool is_within(FailureClass leaf, FailureClass around);

// A set of leaf classes: which failures can leave a step.
struct FailureSet {
    std::uint16_t bits = 0;
    void add(FailureClass value) { bits = static_cast<std::uint16_t>(bits | (1u << static_cast<unsigned>(value))); }
    void add(FailureSet other) { bits = static_cast<std::uint16_t>(bits | other.bits); }
    bool has(FailureClass value) const { return (bits >> static_cast<unsigned>(value)) & 1u; }
    bool empty() const { return bits == 0; }
    bool operator==(const FailureSet&) const = default;
};

}  // namespace weir
