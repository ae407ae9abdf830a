#pragma once
// The engine's side of the built-ins: one implementation for each name that dsl/expressions/builtins declares. Static data, any thread.
#include <optional>
#include <span>

#include "engine/evaluate/nodes.hpp"

namespace weir {

// One call, while it runs.
struct Call {
    Scope& scope;
    std::string_view name;
    const Value* values;          // missing where not given, or a lambda
    const CallArgument* arguments;
    std::size_t count;

    Arena& arena() const { return *scope.arena; }
    bool given(std::size_t n) const { return n < count && !values[n].is_absent(); }
    // All of these give false, with the failure in the scope, when the argument is of another kind.
    bool text(std::size_t n, std::string_view& out) const {
        if (n >= count || values[n].kind() != Kind::string) [[unlikely]] return wrong(n, "a string");
        out = values[n].text();
        return true;
    }
    bool text_or_bytes(std::size_t n, std::string_view& out) const;
    bool integer(std::size_t n, std::int64_t& out) const;
    bool flag(std::size_t n, bool& out) const;         // keeps `out` where not given
    bool array(std::size_t n, Value& out) const {
        if (n >= count || values[n].kind() != Kind::array) [[unlikely]] return wrong(n, "an array");
        out = values[n];
        return true;
    }
    bool object(std::size_t n, Value& out) const;
    [[gnu::cold]] bool wrong(std::size_t n, const char* wanted) const;
    [[gnu::cold]] bool fail(std::string why, std::size_t place = 0) const;
    bool give_text(std::string_view text, Value& out) const;  // copies
    // What the lambda at `n` makes of an item of the first argument; `index` is its place there.
    bool each(std::size_t n, const Value& item, std::size_t index, Value& out) const {
        const Lambda& lambda = arguments[n].lambda;
        scope.locals[scope.frame + lambda.slots.front()] = item;
        if (!lambda.body->run(scope, out)) [[unlikely]] return name_item(n, index);
        if (out.is_missing()) out = Value::null();
        return true;
    }
    int test_each(std::size_t n, const Value& item, std::size_t index) const {
        const Lambda& lambda = arguments[n].lambda;
        scope.locals[scope.frame + lambda.slots.front()] = item;
        const int result = lambda.body->test(scope);
        if (result < 0) [[unlikely]] name_item(n, index);
        return result;
    }
    bool has_lambda(std::size_t n) const { return n < count && arguments[n].lambda.body != nullptr; }
    // False: the lambda at `n` failed, and the failure's path now begins with the item that it failed for.
    [[gnu::cold]] bool name_item(std::size_t n, std::size_t index) const;
};

struct Implementation {
    std::string_view name;
    bool (*run)(const Call& call, Value& out);
    bool pure = true;           // same arguments, same value: folded when they are constants
    bool takes_absent = false;  // a field that is not there is no failure
    bool leaves_items = false;  // what it gives holds no item of its first argument, only what the lambda makes of them
};
// All of them, sorted by name.
std::span<const Implementation> implementations();
const Implementation* find_implementation(std::string_view name);

// The parts of the table, by file.
std::span<const Implementation> text_implementations();
std::span<const Implementation> array_implementations();
std::span<const Implementation> object_implementations();
std::span<const Implementation> number_implementations();
std::span<const Implementation> conversion_implementations();
std::span<const Implementation> outside_implementations();

// `matches` with a constant pattern: compiled once.
NodePtr make_matches(NodePtr text, std::string_view pattern);
// mapping.cpp. `make_map_sum`: null, and the arguments as they were, where no `map` is summed up.
NodePtr make_map(std::string_view name, std::vector<CallArgument> arguments);
NodePtr make_map_sum(const Implementation& sum, std::vector<CallArgument>& arguments);

}  // namespace weir
