// xs.map(f), and xs.map(f).sum(): most of what a translation computes is computed in these loops, so they do without the detours of a call.
#include "engine/evaluate/builtins.hpp"
#include "engine/evaluate/small_numbers.hpp"

namespace weir {

namespace {

class Map final : public Node {
public:
    Map(std::string_view name, std::vector<CallArgument> arguments) : name_(name), arguments_(std::move(arguments)) {}
    bool run(Scope& scope, Value& out) const override {
        return each(scope, out, [](const Value&) {});
    }
    // `look` sees what the lambda makes of one item after the other.
    template <class Look> [[gnu::always_inline]] bool each(Scope& scope, Value& out, const Look& look) const {
        Value room;
        const Value* place = fetch(*arguments_[0].value, scope, room);
        if (place == nullptr) return false;
        const Value items = *place;  // a slot's value may be another one after the first item
        if (items.kind() != Kind::array) [[unlikely]] return no_array(scope, items);
        const Node& body = *arguments_[1].lambda.body;
        const std::uint32_t slot = arguments_[1].lambda.slots.front(), count = items.length();
        Value* const made = scope.arena->take_array<Value>(count);
        for (std::uint32_t n = 0; n < count; ++n) {
            scope.locals[scope.frame + slot] = items.a[n];
            if (!body.run(scope, made[n])) [[unlikely]] return no_item(scope, items, n);
            if (made[n].is_missing()) made[n] = Value::null();
            look(made[n]);
        }
        out = Value::array(made, count);
        return true;
    }

private:
    // What a call says. Only here is one made: what a call holds would not stay in registers.
    [[gnu::cold]] bool no_array(Scope& scope, Value items) const { return call_of(scope, items).wrong(0, "an array"); }
    [[gnu::cold]] bool no_item(Scope& scope, Value items, std::uint32_t n) const { return call_of(scope, items).name_item(1, n); }
    Call call_of(Scope& scope, const Value& items) const { return {scope, name_, &items, arguments_.data(), arguments_.size()}; }
    std::string_view name_;
    std::vector<CallArgument> arguments_;
};

// Adds up as it maps. What small numbers can't do is done again by `sum` itself, which knows all numbers and says what is wrong.
class MapSum final : public Node {
public:
    MapSum(const Implementation& sum, std::vector<CallArgument> arguments)
        : sum_(sum), arguments_(std::move(arguments)), map_(static_cast<const Map&>(*arguments_[0].value)) {}
    bool run(Scope& scope, Value& out) const override {
        Value made, number, total = Value::integer(0);
        bool small = true;
        const auto add = [&](const Value& item) { small = small && read_small(item, number) && calculate_small<plan::Op::add>(total, number, total); };
        if (!map_.each(scope, made, add)) return false;
        if (!small) [[unlikely]] return sum_.run(Call{scope, sum_.name, &made, arguments_.data(), arguments_.size()}, out);
        out = total;
        return true;
    }

private:
    const Implementation& sum_;
    std::vector<CallArgument> arguments_;
    const Map& map_;
};

}  // namespace

NodePtr make_map(std::string_view name, std::vector<CallArgument> arguments) { return std::make_unique<Map>(name, std::move(arguments)); }
NodePtr make_map_sum(const Implementation& sum, std::vector<CallArgument>& arguments) {
    if (dynamic_cast<const Map*>(arguments[0].value.get()) == nullptr) return nullptr;
    return std::make_unique<MapSum>(sum, std::move(arguments));
}

}  // namespace weir
