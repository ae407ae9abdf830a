#pragma once
// Paths into values (body.a.b, item.price, p[0]?.x), folded into one loop, and the names in scope that they begin with.
#include <vector>

#include "engine/evaluate/node.hpp"

namespace weir {

struct Segment {
    const char* key = nullptr;  // null: an index
    std::uint32_t length = 0;
    bool safe = false;          // `?.`
    bool is_short = false;      // a key of at most `short_name` bytes
    std::int64_t index = 0;
    std::uint32_t head = ~0u;   // of an object that was read by its fields (Fields::Slot): then the field stands at `place`
    std::uint32_t place = 0;
};
enum class Root : std::uint8_t { body, local, let_, param, source, group, node };
struct PathParts {
    Root root = Root::body;
    std::uint32_t slot = 0;
    std::string name;             // of a let, a parameter: for failures
    NodePtr node;                 // Root::node
    std::vector<Segment> segments;
    const Fields* fields = nullptr;  // Root::body: those that it is noted in; null: it needs the tree
    bool nullable = false;        // the type says that it may be missing: then it is no failure
};
NodePtr make_path(PathParts parts);
NodePtr make_index(NodePtr base, NodePtr index, bool safe, bool nullable);
NodePtr make_raw();
NodePtr make_header(std::string_view lower_case_name, bool safe);
NodePtr make_headers();
enum class Facts : std::uint8_t { meta, failure };
NodePtr make_facts(Facts facts);                                    // as a whole
NodePtr make_fact(Facts facts, std::string_view name);              // one field; null: no such field

}  // namespace weir
