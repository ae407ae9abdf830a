#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weir {

// What a flow looks at in the bodies that it takes: a tree of names and of items of arrays, made while the flow's expressions are compiled.
// Owner: the flow's Compiler. Thread: one, while it is made; immutable while the flow runs.
class Fields {
public:
    using At = std::uint16_t;
    static constexpr At root = 0, none = 0xffff;
    // An object that was read by its fields has them in this order, and says so by a mark in its head.
    struct Slot {
        std::uint32_t head = 0;   // the low half of the object's first word; 0: no object has it
        std::uint32_t place = 0;  // among the members
        At at = none;             // what is looked at below
    };
    struct Node {
        bool whole = false;  // looked at as it is, with all that is in it
        At items = none;     // of an array
        std::vector<std::string> names;
        std::vector<At> fields;  // by name
    };

    Fields() : nodes_(1) {}
    Slot field(At of, std::string_view name);
    At items(At of);
    void keep_whole(At of);
    const Node& node(At at) const { return nodes_[at]; }
    // Among the fields of the node; their number, where it is none of them.
    std::size_t place(At of, std::string_view name) const;
    std::size_t size() const { return nodes_.size(); }
    // Is it worth reading by fields: some are looked at, and the body as a whole is not?
    bool partial() const { return !nodes_[root].whole && nodes_.size() > 1; }
    static std::uint32_t head_of(At at);

private:
    At add();
    std::vector<Node> nodes_;
};

}  // namespace weir
