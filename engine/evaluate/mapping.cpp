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
        const Call call{scope, name_, &items, arguments_.data(), arguments_.size()};
        if (items.kind() != Kind::array) [[unlikely]] return call.wrong(0, "an array");
        Value* const made = scope.arena->take_array<Value>(items.length());
        for (std::uint32_t n = 0; n < items.length(); ++n) {
            if (!call.each(1, items.a[n], n, made[n])) [[unlikely]] return false;
            look(made[n]);
        }
        out = Value::array(made, items.length());
        return true;
    }

private:
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
