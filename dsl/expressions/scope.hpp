#pragma once
// What an expression may name, where it stands.
#include <string>
#include <vector>

#include "dsl/names/module.hpp"
#include "dsl/plan/plan.hpp"

namespace weir {

struct ExprScope;
struct BlockArgument {  // a block given to a pattern: its steps see the caller's names
    const syntax::Block* block = nullptr;
    ExprScope* caller = nullptr;
};
enum class BoundKind : std::uint8_t { let_, local, channel, block, gone };  // gone: of the flow around a tap, which its copy does not carry
struct Bound {  // a name bound by let, a parameter or a lambda
    std::string name;
    BoundKind kind = BoundKind::let_;
    std::uint32_t slot = 0;
    plan::TypeId type = 0;
    bool secret = false;
    plan::ChannelId channel = plan::none;
    BlockArgument block;
    Span at;
};

struct ExprScope {
    Module* module = nullptr;
    bool message = false;             // body, header, .. are there
    bool failure = false;             // in a failure action
    plan::TypeId body = 0;
    plan::TypeId source = plan::none; // none: nothing is known of a delivery here
    std::vector<Bound> bound;         // innermost last
    std::uint32_t locals = 0;         // slots of the frame in use
    std::uint32_t frame = 0;          // the most ever in use
    std::string why_no_message;       // "a parameter is computed at the start"
};

}  // namespace weir
