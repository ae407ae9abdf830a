#pragma once
#include <string>
#include <vector>

#include "engine/message/message.hpp"

namespace weir {

// A copy of `in` with the value at the path replaced or added; objects on the way are made where they are absent. Only the objects on the
// way are copied (shallow). False: something on the way is no object; `path` then names it.
bool put_at(const Value& in, const std::vector<std::string>& names, std::size_t from, const Value& value, Arena& arena, Value& out, std::string& path);

// A body with another tree that still points into the bytes of the old one.
inline Body keep_owner(const Body& old, const Value& tree) {
    Body body = Body::of(tree);
    body.owner = old.owner;
    return body;
}

}  // namespace weir
