#pragma once
#include "engine/steps/step.hpp"

namespace weir {

// `-> target [expr]`: forwards the message or sends a new one. A tap is the same with a copy that stands whatever becomes of the unit (T1).
class Send final : public Step {
public:
    Send(const Destination& to, CodePtr body, CodePtr headers, std::uint64_t node, bool tap)
        : to_(to), body_(std::move(body)), headers_(std::move(headers)), node_(node), tap_(tap) {}
    Go on(Scope& scope, Emissions& out) const override;

private:
    const Destination& to_;
    CodePtr body_, headers_;
    std::uint64_t node_;
    bool tap_;
};

}  // namespace weir
