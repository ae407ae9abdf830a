#pragma once
#include <unordered_map>

#include "engine/evaluate/nodes.hpp"

namespace weir {

struct Compiler::State {
    explicit State(const plan::Plan& of) : plan(of), memory(std::make_shared<Arena>()) {}
    NodePtr compile(plan::ExprId id);
    const plan::Plan& plan;
    std::shared_ptr<Arena> memory;  // of constants; what is compiled keeps it
    std::unordered_map<std::uint32_t, std::shared_ptr<const FunctionBody>> functions;
    Fields fields;
    bool watches = false;
    std::unordered_map<plan::ExprId, NodePtr> fallbacks;  // of fields that `conform` fills in
};

}  // namespace weir
