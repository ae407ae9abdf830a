#include "dsl/plan/failure.hpp"

#include <array>

namespace weir {

namespace {
constexpr std::array<std::string_view, 14> names = {"any", "transient", "connect", "timeout", "unavailable", "rate_limited", "permanent", "invalid", "rejected", "not_found", "unauthorized", "too_large", "expired", "internal"};
}

std::string_view name_of(FailureClass value) { return names[static_cast<std::size_t>(value)]; }

bool read_failure_class(std::string_view text, FailureClass& out) {
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == text) {
            out = static_cast<FailureClass>(i);
            return true;
        }
    return false;
}

bool is_within(FailureClass leaf, FailureClass around) {
    if (around == FailureClass::any || leaf == around) return true;
    const auto n = static_cast<unsigned>(leaf);
    if (around == FailureClass::transient) return n > static_cast<unsigned>(FailureClass::transient) && n < static_cast<unsigned>(FailureClass::permanent);
    if (around == FailureClass::permanent) return n > static_cast<unsigned>(FailureClass::permanent) && n < static_cast<unsigned>(FailureClass::internal);
    return false;
}

}  // namespace weir
