#include "engine/steps/change.hpp"

#include <cstring>

namespace weir {

bool put_at(const Value& in, const std::vector<std::string>& names, std::size_t from, const Value& value, Arena& arena, Value& out, std::string& path) {
    if (from == names.size()) {
        out = value;
        return true;
    }
    if (!in.is_absent() && in.kind() != Kind::object) return false;
    const std::string& name = names[from];
    const std::uint32_t count = in.kind() == Kind::object ? in.length() : 0;
    const Value* old = in.kind() == Kind::object ? in.find(name) : nullptr;
    Value inner;
    path += '.';
    path += name;
    if (!put_at(old == nullptr ? Value() : *old, names, from + 1, value, arena, inner, path)) return false;
    Member* members = arena.take_array<Member>(count + 1);
    std::uint32_t used = 0;
    for (std::uint32_t n = 0; n < count; ++n) {
        Member member = in.o[n];
        if (old == &in.o[n].value) member.value = inner;
        std::memcpy(static_cast<void*>(members + used++), &member, sizeof member);
    }
    if (old == nullptr) {
        Member member;
        member.key = Value::string(std::string_view(arena.copy(name), name.size()));
        member.value = inner;
        std::memcpy(static_cast<void*>(members + used++), &member, sizeof member);
    }
    out = Value::object(members, used);
    return true;
}

}  // namespace weir
