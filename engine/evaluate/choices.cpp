#include "engine/evaluate/compare.hpp"
#include "engine/evaluate/fits.hpp"
#include "engine/evaluate/nodes.hpp"

namespace weir {

namespace {

class Coalesce final : public Node {
public:
    Coalesce(NodePtr left, NodePtr right) : left_(std::move(left)), right_(std::move(right)) {}
    bool run(Scope& scope, Value& out) const override { return take_left(scope, out) ? (!out.is_absent() || right_->run(scope, out)) : false; }
    bool peek(Scope& scope, Value& out) const override { return take_left(scope, out) ? (!out.is_absent() || right_->peek(scope, out)) : false; }
    void write_path(Scope& scope, std::string& path) const override { left_->write_path(scope, path); }

private:
    bool take_left(Scope& scope, Value& out) const {
        if (left_->refers)
            if (const Value* value = left_->ref(scope)) {
                out = *value;
                return true;
            }
        return left_->peek(scope, out);
    }
    NodePtr left_, right_;
};

class Catch final : public Node {
public:
    Catch(NodePtr left, NodePtr right) : left_(std::move(left)), right_(std::move(right)) {}
    bool run(Scope& scope, Value& out) const override {
        if (left_->run(scope, out)) return true;
        scope.failed = FailureClass::any;
        scope.why.clear();
        scope.path.clear();
        return right_->run(scope, out);
    }

private:
    NodePtr left_, right_;
};

class InList final : public Node {
public:
    InList(NodePtr item, NodePtr list) : item_(std::move(item)), list_(std::move(list)) {}
    int test(Scope& scope) const override {
        Value item_room, list_room;
        const Value* item = fetch(*item_, scope, item_room);
        if (item == nullptr) return -1;
        const Value* list = fetch(*list_, scope, list_room);
        if (list == nullptr) return -1;
        if (list->kind() != Kind::array) {
            fail_at(scope, *list_, "`in` looks into an array or a range, and this is " + a_kind(*list));
            return -1;
        }
        for (const Value& one : *list)
            if (equal(*item, one, *scope.arena)) return 1;
        return 0;
    }
    bool run(Scope& scope, Value& out) const override {
        const int result = test(scope);
        out = Value::boolean(result > 0);
        return result >= 0;
    }

private:
    NodePtr item_, list_;
};

// -1: the kinds differ; the scope says it.
int within(Scope& scope, const Value& value, const Value& low, const Value& high) {
    const Order above = order(value, low, *scope.arena), below = order(value, high, *scope.arena);
    if (above == Order::incomparable || below == Order::incomparable) {
        fail(scope, a_kind(value) + " can't be compared with the range " + shown(low) + ".." + shown(high));
        return -1;
    }
    return above != Order::less && below != Order::greater;
}

class InRange final : public Node {
public:
    InRange(NodePtr item, NodePtr low, NodePtr high) : item_(std::move(item)), low_(std::move(low)), high_(std::move(high)) {}
    int test(Scope& scope) const override {
        Value item_room, low_room, high_room;
        const Value* item = fetch(*item_, scope, item_room);
        if (item == nullptr) return -1;
        const Value* low = fetch(*low_, scope, low_room);
        if (low == nullptr) return -1;
        const Value* high = fetch(*high_, scope, high_room);
        if (high == nullptr) return -1;
        const int result = within(scope, *item, *low, *high);
        if (result < 0) scope.path = path_of(scope, *item_);
        return result;
    }
    bool run(Scope& scope, Value& out) const override {
        const int result = test(scope);
        out = Value::boolean(result > 0);
        return result >= 0;
    }

private:
    NodePtr item_, low_, high_;
};

class Is final : public Node {
public:
    Is(NodePtr operand, const plan::Plan& plan, plan::TypeId type) : operand_(std::move(operand)), plan_(plan), type_(type) {}
    bool run(Scope& scope, Value& out) const override {
        Value value;
        if (!operand_->peek(scope, value)) return false;
        out = Value::boolean(fits(plan_, type_, value, scope));
        return true;
    }

private:
    NodePtr operand_;
    const plan::Plan& plan_;
    plan::TypeId type_;
};

// Is there a value at the path? False also where the way to it ends early.
class Has final : public Node {
public:
    explicit Has(NodePtr operand) : operand_(std::move(operand)) {}
    bool run(Scope& scope, Value& out) const override {
        if (operand_->refers)
            if (const Value* value = operand_->ref(scope)) {
                out = Value::boolean(!value->is_absent());
                return true;
            }
        Value value;
        const bool found = operand_->peek(scope, value) && !value.is_absent();
        scope.why.clear();
        scope.path.clear();
        out = Value::boolean(found);
        return true;
    }

private:
    NodePtr operand_;
};

class If final : public Node {
public:
    If(NodePtr condition, NodePtr then, NodePtr otherwise) : condition_(std::move(condition)), then_(std::move(then)), otherwise_(std::move(otherwise)) {}
    bool run(Scope& scope, Value& out) const override {
        const int result = condition_->test(scope);
        return result >= 0 && (result != 0 ? then_ : otherwise_)->run(scope, out);
    }
    bool peek(Scope& scope, Value& out) const override {
        const int result = condition_->test(scope);
        return result >= 0 && (result != 0 ? then_ : otherwise_)->peek(scope, out);
    }

private:
    NodePtr condition_, then_, otherwise_;
};

// Does a value fit one alternative of a pattern? -1: failed.
int fits_case(Scope& scope, const plan::Plan& plan, const Case& one, const Value& value) {
    using Way = plan::MatchCase::Kind;
    switch (one.kind) {
        case Way::any: return 1;
        case Way::value: return equal(value, one.low, *scope.arena);
        case Way::type: return fits(plan, one.type, value, scope);
        case Way::range: return within(scope, value, one.low, one.high);
        default: break;
    }
    const Order result = order(value, one.low, *scope.arena);
    if (result == Order::incomparable) {
        fail(scope, a_kind(value) + " can't be compared with " + shown(one.low));
        return -1;
    }
    switch (one.kind) {
        case Way::less: return result == Order::less;
        case Way::less_equal: return result != Order::greater;
        case Way::greater: return result == Order::greater;
        default: return result != Order::less;
    }
}

class Match final : public Node {
public:
    Match(NodePtr subject, std::vector<Choice> choices, const plan::Plan& plan, std::shared_ptr<Arena> memory)
        : subject_(std::move(subject)), choices_(std::move(choices)), plan_(plan), memory_(std::move(memory)) {}
    bool run(Scope& scope, Value& out) const override {
        Value room;
        const Value* value = &room;
        if (subject_ != nullptr) {
            value = fetch(*subject_, scope, room);
            if (value == nullptr) return false;
        }
        for (const Choice& choice : choices_) {
            int result = choice.cases.empty() ? 1 : 0;
            for (const Case& one : choice.cases) {
                result = fits_case(scope, plan_, one, *value);
                if (result < 0 && subject_ != nullptr) scope.path = path_of(scope, *subject_);
                if (result != 0) break;
            }
            if (result > 0 && choice.when != nullptr) result = choice.when->test(scope);
            if (result < 0) return false;
            if (result > 0) return choice.value->run(scope, out);
        }
        if (subject_ == nullptr) return fail(scope, "no arm of `match` fits: `else` says what then");
        return fail_at(scope, *subject_, "no arm of `match` fits " + shown(*value) + ": `_` says what then");
    }

private:
    NodePtr subject_;
    std::vector<Choice> choices_;
    const plan::Plan& plan_;
    std::shared_ptr<Arena> memory_;
};

}  // namespace

NodePtr make_coalesce(NodePtr left, NodePtr right) { return std::make_unique<Coalesce>(std::move(left), std::move(right)); }
NodePtr make_catch(NodePtr left, NodePtr right) { return std::make_unique<Catch>(std::move(left), std::move(right)); }
NodePtr make_in_list(NodePtr item, NodePtr list) { return std::make_unique<InList>(std::move(item), std::move(list)); }
NodePtr make_in_range(NodePtr item, NodePtr low, NodePtr high) { return std::make_unique<InRange>(std::move(item), std::move(low), std::move(high)); }
NodePtr make_is(NodePtr operand, const plan::Plan& plan, plan::TypeId type) { return std::make_unique<Is>(std::move(operand), plan, type); }
NodePtr make_has(NodePtr operand) { return std::make_unique<Has>(std::move(operand)); }
NodePtr make_if(NodePtr condition, NodePtr then, NodePtr otherwise) { return std::make_unique<If>(std::move(condition), std::move(then), std::move(otherwise)); }
NodePtr make_match(NodePtr subject, std::vector<Choice> choices, const plan::Plan& plan, std::shared_ptr<Arena> memory) {
    return std::make_unique<Match>(std::move(subject), std::move(choices), plan, std::move(memory));
}

}  // namespace weir
