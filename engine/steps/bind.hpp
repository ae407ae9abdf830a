#pragma once
#include "engine/steps/step.hpp"

namespace weir {

// Where a value goes that a step has got: `let x`, `enrich path`, `translate`, or nowhere (`call` alone).
class Bind {
public:
    Bind(const plan::Node& node, StepMaker& maker);
    Go put(Scope& scope, const Value& value) const;

private:
    enum class Into : std::uint8_t { nothing, let, path, body } into_ = Into::nothing;
    std::uint32_t slot_ = 0;
    plan::Path path_;
    plan::TypeId type_ = plan::none;  // `let x: T`
    const plan::Plan& plan_;
    Compiler& compiler_;
};

}  // namespace weir
