#pragma once
// What compiled expressions are made of, inside this folder only. Nodes are immutable once compiled; any thread may run them.
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/evaluate/evaluate.hpp"

namespace weir {

class Node : public Compiled {
public:
    // As `run`, but a field that is not there is the value `missing` and no failure: left of `??`, in `has`, `k?:`, `is`, `== null`.
    virtual bool peek(Scope& scope, Value& out) const { return run(scope, out); }
    // Appends the place in the message that this reads (body.items[0].price), or nothing where it computes.
    virtual void write_path(Scope&, std::string&) const {}
    bool refers = false;  // `ref` may answer: worth asking before `run`
};
using NodePtr = std::unique_ptr<const Node>;

inline constexpr std::size_t max_text = 16u << 20;
inline constexpr std::size_t max_items = 1'000'000;

// The way a lambda's or function's parameter is named in a failure's path until the caller knows better: '$', the slot, ';'.
inline constexpr char path_mark = '$';

// Always false, so that `return fail(..)` reads well. The class is `invalid`: an expression knows no other.
[[gnu::cold]] bool fail(Scope& scope, std::string why, std::string path = {});
[[gnu::cold]] bool fail_at(Scope& scope, const Node& place, std::string why);
std::string path_of(Scope& scope, const Node& place);
// Replaces the mark of `slot` at the beginning of the failure's path by the place that the caller knows; `place` may be empty.
void rename_path(Scope& scope, std::uint32_t slot, const std::string& place);

const char* kind_name(const Value& value);       // int, string, ..: what `type(x)` gives
std::string a_kind(const Value& value);          // "an int", "a string", "null", "missing"
std::string shown(const Value& value);           // short, for a failure's text
Value quoted_text(std::string_view text, Arena& arena);  // a copy that is written without a look at it; where it needs escapes, the text itself
Value value_of(const Constant& constant, Arena& arena);  // texts are views into the constant

// A place where the value is, copied into `room` only where it has none. Null: failed.
inline const Value* fetch(const Node& node, Scope& scope, Value& room) {
    if (node.refers)
        if (const Value* place = node.ref(scope)) return place;
    return node.run(scope, room) ? &room : nullptr;
}

// The same bytes? Without the call to memcmp for the short names that fields have.
inline constexpr std::size_t short_name = 16;
[[gnu::always_inline]] inline bool same_short_bytes(const char* a, const char* b, std::size_t n) {
    const auto load64 = [](const char* p) { std::uint64_t x; std::memcpy(&x, p, 8); return x; };
    const auto load32 = [](const char* p) { std::uint32_t x; std::memcpy(&x, p, 4); return x; };
    if (n >= 8) return load64(a) == load64(b) && load64(a + n - 8) == load64(b + n - 8);
    if (n >= 4) return load32(a) == load32(b) && load32(a + n - 4) == load32(b + n - 4);
    if (n == 0) return true;
    return a[0] == b[0] && a[n / 2] == b[n / 2] && a[n - 1] == b[n - 1];
}
inline bool same_bytes(const char* a, const char* b, std::size_t n) { return n > short_name ? std::memcmp(a, b, n) == 0 : same_short_bytes(a, b, n); }
// The last member of that name wins, as in Value::find. A key's first word is its kind and length: one comparison passes most by.
template <bool is_short = false> [[gnu::always_inline]] inline const Value* find_field(const Value& object, const char* key, std::uint32_t length) {
    const std::uint64_t head = Value::quoted_string({key, length}).head;
    const Member* const first = object.o;
    for (const Member* member = first + object.length(); member != first;) {
        --member;
        if ((member->key.head | Value::quoted_mark) == head && (is_short ? same_short_bytes(member->key.s, key, length) : same_bytes(member->key.s, key, length))) return &member->value;
    }
    return nullptr;
}

// The body as a tree, parsed at the first look. Null: it can't be parsed, the scope holds the failure.
[[gnu::cold]] const Value* load_body(Scope& scope);
// Its fields, where all of the flow are known; else the tree.
[[gnu::cold]] const Value* load_fields(Scope& scope, const Fields* fields);
inline const Value* body_of(Scope& scope) {
    const Value& tree = scope.message->body.tree;
    return !tree.is_missing() ? &tree : load_body(scope);
}

inline Value text_value(Arena& arena, std::string_view text) { return Value::string({arena.copy(text), text.size()}); }
// A scalar as text, as `${}` writes it. False: it is an array, an object, null or missing; nothing is said in the scope.
bool scalar_text(const Value& value, Arena& arena, std::string_view& out);

// Grows an object key by key; a key that is there already is replaced in its place. Large ones find their keys by a hash.
class ObjectBuilder {
public:
    explicit ObjectBuilder(Arena& arena);
    ObjectBuilder(ObjectBuilder&&) noexcept;
    ~ObjectBuilder();
    void put(const Value& key, const Value& value);
    const Value* find(std::string_view key) const;
    Value* find(std::string_view key) { return const_cast<Value*>(static_cast<const ObjectBuilder*>(this)->find(key)); }
    void remove(std::string_view key);
    std::size_t size() const { return members_.size(); }
    std::vector<Member>& members() { return members_; }
    const std::vector<Member>& members() const { return members_; }
    Value take() const;

private:
    struct Index;
    std::ptrdiff_t place(std::string_view key) const;
    Arena& arena_;
    std::vector<Member> members_;
    mutable std::unique_ptr<Index> index_;
};

}  // namespace weir
