#include <algorithm>
#include <unordered_map>
#include <vector>

#include "engine/evaluate/builtins.hpp"

namespace weir {

namespace {

// The key that the lambda gives, as text.
bool key_of(const Call& call, const Value& item, std::size_t index, Value& key) {
    if (!call.each(1, item, index, key)) return false;
    if (key.kind() == Kind::string) return true;
    std::string_view text;
    if (!key.is_number() || !scalar_text(key, call.arena(), text)) return call.fail("a key is a text or a number, and for item " + std::to_string(index) + " it is " + a_kind(key));
    key = Value::string(text);
    return true;
}

bool group_by(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    std::unordered_map<std::string_view, std::size_t> places;
    std::vector<Value> names;
    std::vector<std::vector<Value>> groups;
    for (std::uint32_t n = 0; n < items.length(); ++n) {
        Value key;
        if (!key_of(call, items.a[n], n, key)) return false;
        const auto [at, is_new] = places.try_emplace(key.text(), groups.size());
        if (is_new) {
            names.push_back(key);
            groups.emplace_back();
        }
        groups[at->second].push_back(items.a[n]);
    }
    Member* members = call.arena().take_array<Member>(groups.size());
    for (std::size_t n = 0; n < groups.size(); ++n) {
        Value* to = call.arena().take_array<Value>(groups[n].size());
        std::copy(groups[n].begin(), groups[n].end(), to);
        new (members + n) Member{names[n], Value::array(to, groups[n].size())};
    }
    out = Value::object(members, groups.size());
    return true;
}
bool count_by(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    ObjectBuilder counts(call.arena());
    for (std::uint32_t n = 0; n < items.length(); ++n) {
        Value key;
        if (!key_of(call, items.a[n], n, key)) return false;
        if (Value* count = counts.find(key.text()))
            ++count->i;
        else
            counts.put(key, Value::integer(1));
    }
    out = counts.take();
    return true;
}
bool key_by(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    ObjectBuilder builder(call.arena());
    for (std::uint32_t n = 0; n < items.length(); ++n) {
        Value key;
        if (!key_of(call, items.a[n], n, key)) return false;
        builder.put(key, items.a[n]);
    }
    out = builder.take();
    return true;
}

// An object from the wire may have a key twice; the last one counts, at the place of the first.
ObjectBuilder members_of(const Call& call, const Value& object) {
    ObjectBuilder builder(call.arena());
    for (std::uint32_t n = 0; n < object.length(); ++n) builder.put(object.o[n].key, object.o[n].value);
    return builder;
}

bool keys(const Call& call, Value& out) {
    Value object;
    if (!call.object(0, object)) return false;
    const ObjectBuilder builder = members_of(call, object);
    Value* to = call.arena().take_array<Value>(builder.size());
    std::size_t count = 0;
    for (const Member& member : builder.members()) to[count++] = member.key;
    out = Value::array(to, count);
    return true;
}
bool values(const Call& call, Value& out) {
    Value object;
    if (!call.object(0, object)) return false;
    const ObjectBuilder builder = members_of(call, object);
    Value* to = call.arena().take_array<Value>(builder.size());
    std::size_t count = 0;
    for (const Member& member : builder.members()) to[count++] = member.value;
    out = Value::array(to, count);
    return true;
}
bool entries(const Call& call, Value& out) {
    Value object;
    if (!call.object(0, object)) return false;
    const ObjectBuilder builder = members_of(call, object);
    Value* to = call.arena().take_array<Value>(builder.size());
    std::size_t count = 0;
    for (const Member& member : builder.members()) {
        Member* pair = call.arena().take_array<Member>(2);
        new (pair) Member{Value::string("key"), member.key};
        new (pair + 1) Member{Value::string("value"), member.value};
        to[count++] = Value::object(pair, 2);
    }
    out = Value::array(to, count);
    return true;
}
bool from_entries(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    ObjectBuilder builder(call.arena());
    for (std::uint32_t n = 0; n < items.length(); ++n) {
        const Value& item = items.a[n];
        const Value* key = item.kind() == Kind::object ? item.find("key") : nullptr;
        const Value* value = item.kind() == Kind::object ? item.find("value") : nullptr;
        if (key == nullptr || value == nullptr || key->kind() != Kind::string)
            return call.fail("wants objects { key, value } whose key is a text, and item " + std::to_string(n) + " is not one");
        builder.put(*key, *value);
    }
    out = builder.take();
    return true;
}
bool map_values(const Call& call, Value& out) {
    Value object;
    if (!call.object(0, object)) return false;
    ObjectBuilder builder = members_of(call, object);
    std::size_t index = 0;
    for (Member& member : builder.members()) {
        Value made;
        if (!call.each(1, member.value, index++, made)) return false;
        member.value = made;
    }
    out = builder.take();
    return true;
}
// The names may stand one by one or in an array.
bool names_of(const Call& call, std::vector<std::string_view>& names) {
    for (std::size_t n = 1; n < call.count; ++n) {
        std::string_view name;
        if (!call.text(n, name)) return false;
        names.push_back(name);
    }
    return true;
}
template <bool keeps> bool only_or_without(const Call& call, Value& out) {
    Value object;
    std::vector<std::string_view> names;
    if (!call.object(0, object) || !names_of(call, names)) return false;
    ObjectBuilder builder(call.arena());
    for (std::uint32_t n = 0; n < object.length(); ++n) {
        const Member& member = object.o[n];
        if ((std::find(names.begin(), names.end(), member.key.text()) != names.end()) == keeps) builder.put(member.key, member.value);
    }
    out = builder.take();
    return true;
}

// Recursion ends where the trees end; JSON from outside is at most 64 deep.
constexpr unsigned deepest = 256;
bool merge_into(const Call& call, const Value& a, const Value& b, bool deep, unsigned depth, Value& out) {
    if (depth > deepest) return call.fail("the objects are too deep");
    ObjectBuilder builder = members_of(call, a);
    for (std::uint32_t n = 0; n < b.length(); ++n) {
        const Member& member = b.o[n];
        Value value = member.value;
        const Value* there = deep && value.kind() == Kind::object ? builder.find(member.key.text()) : nullptr;
        if (there != nullptr && there->kind() == Kind::object && !merge_into(call, *there, member.value, deep, depth + 1, value)) return false;
        builder.put(member.key, value);
    }
    out = builder.take();
    return true;
}
bool merge(const Call& call, Value& out) {
    Value a, b;
    bool deep = false;
    if (!call.object(0, a) || !call.object(1, b) || !call.flag(2, deep)) return false;
    return merge_into(call, a, b, deep, 0, out);
}

constexpr Implementation list[] = {
    {"group_by", group_by},
    {"count_by", count_by},
    {"key_by", key_by},
    {"keys", keys},
    {"values", values},
    {"entries", entries},
    {"from_entries", from_entries},
    {"map_values", map_values},
    {"only", only_or_without<true>},
    {"without", only_or_without<false>},
    {"merge", merge},
};

}  // namespace

std::span<const Implementation> object_implementations() { return list; }

}  // namespace weir
