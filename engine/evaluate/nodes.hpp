#pragma once
// Makers of the nodes, by file: operators.cpp, choices.cpp, literals.cpp, calls.cpp. The compiler puts them together.
#include <span>

#include "dsl/plan/plan.hpp"
#include "engine/evaluate/node.hpp"

namespace weir {

NodePtr make_constant(const Value& value, std::shared_ptr<Arena> memory);
const Value* constant_value(const Node& node);  // null: no constant

// operators.cpp
NodePtr make_arithmetic(plan::Op op, NodePtr left, NodePtr right);
NodePtr make_negate(NodePtr operand);
NodePtr make_compare(plan::Op op, NodePtr left, NodePtr right);
NodePtr make_not(NodePtr operand);
NodePtr make_logic(bool is_and, NodePtr left, NodePtr right);

// choices.cpp
NodePtr make_coalesce(NodePtr left, NodePtr right);
NodePtr make_catch(NodePtr left, NodePtr right);
NodePtr make_in_list(NodePtr item, NodePtr list);
NodePtr make_in_range(NodePtr item, NodePtr low, NodePtr high);
NodePtr make_is(NodePtr operand, const plan::Plan& plan, plan::TypeId type);
NodePtr make_has(NodePtr operand);
NodePtr make_if(NodePtr condition, NodePtr then, NodePtr otherwise);
struct Case {
    plan::MatchCase::Kind kind = plan::MatchCase::Kind::any;
    Value low, high;
    plan::TypeId type = plan::none;
};
struct Choice {
    std::vector<Case> cases;  // empty: any
    NodePtr when, value;      // `when` may be null
};
NodePtr make_match(NodePtr subject, std::vector<Choice> choices, const plan::Plan& plan, std::shared_ptr<Arena> memory);

// literals.cpp
NodePtr make_text(std::vector<NodePtr> parts);
struct Item {
    NodePtr value;
    bool spread = false;
};
NodePtr make_array(std::vector<Item> items);
struct Field {
    Value key;
    NodePtr computed_key;  // instead of `key`
    NodePtr value;
    bool spread = false;
    bool optional = false;
};
NodePtr make_object(std::vector<Field> fields, std::shared_ptr<Arena> memory);  // of the keys

// calls.cpp
struct Lambda {
    NodePtr body;
    std::vector<std::uint32_t> slots;
};
struct CallArgument {
    NodePtr value;  // null: not given, or a lambda
    Lambda lambda;
};
NodePtr make_call(std::string_view name, std::vector<CallArgument> arguments);
// A function's body, shared by all who call it; filled in when it is compiled.
struct FunctionBody {
    NodePtr body;
    std::uint32_t parameters = 0;
    std::uint32_t frame = 0;
    std::uint32_t deepest = 0;  // slots that it and what it calls need
};
NodePtr make_apply(std::shared_ptr<const FunctionBody> function, std::uint32_t own_frame, std::vector<NodePtr> arguments);
// Around an expression that uses slots: makes sure that they are there, once.
NodePtr make_framed(NodePtr body, std::uint32_t slots);

}  // namespace weir
