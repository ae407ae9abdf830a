#include "engine/evaluate/compare.hpp"
#include "engine/evaluate/nodes.hpp"
#include "engine/evaluate/numbers.hpp"

namespace weir {

namespace {

using plan::Op;

const char* sign_of(Op op) {
    switch (op) {
        case Op::add: return "+";
        case Op::subtract: return "-";
        case Op::multiply: return "*";
        case Op::divide: return "/";
        case Op::mod: return "mod";
        case Op::div: return "div";
        case Op::less: return "<";
        case Op::less_equal: return "<=";
        case Op::greater: return ">";
        default: return ">=";
    }
}

class ConstantNode final : public Node {
public:
    ConstantNode(const Value& value, std::shared_ptr<Arena> memory) : value_(value), memory_(std::move(memory)) { refers = true; }
    bool run(Scope&, Value& out) const override {
        out = value_;
        return true;
    }
    const Value* ref(Scope&) const override { return &value_; }
    bool constant() const override { return true; }
    const Value& value() const { return value_; }

private:
    Value value_;
    std::shared_ptr<Arena> memory_;
};

// What is no computing with two numbers: times, texts, percents, and all that fails.
[[gnu::noinline]] bool calculate_other(Op op, const Value& a, const Value& b, Scope& scope, const Node& left, const Node& right, Value& out) {
    const auto overflow = [&] { return fail_at(scope, left, "the result is beyond the range of its type"); };
    const Kind ka = a.kind(), kb = b.kind();
    if (op == Op::add || op == Op::subtract) {
        std::int64_t result;
        const bool over = op == Op::add ? __builtin_add_overflow(a.i, b.i, &result) : __builtin_sub_overflow(a.i, b.i, &result);
        Kind kind = Kind::missing;
        if (ka == kb && (ka == Kind::duration || ka == Kind::size)) kind = ka;
        if (ka == Kind::timestamp && kb == Kind::duration) kind = Kind::timestamp;
        if (ka == Kind::duration && kb == Kind::timestamp && op == Op::add) kind = Kind::timestamp;
        if (ka == Kind::timestamp && kb == Kind::timestamp && op == Op::subtract) kind = Kind::duration;
        if (kind != Kind::missing) {
            if (over) return overflow();
            out = Value::nanoseconds(kind, result);
            return true;
        }
    }
    if ((op == Op::add || op == Op::subtract) && ka == Kind::percent && kb == Kind::percent) {
        const auto result = op == Op::add ? add(a.decimal(), b.decimal()) : subtract(a.decimal(), b.decimal());
        if (!result) return overflow();
        out = Value::decimal(*result, *scope.arena, Kind::percent);
        return true;
    }
    if (op == Op::add && ka == Kind::string && kb == Kind::string) {
        const std::size_t size = std::size_t{a.length()} + b.length();
        if (size > max_text) return fail_at(scope, left, "the text is longer than 16 MB");
        char* to = static_cast<char*>(scope.arena->take(size));
        std::memcpy(to, a.s, a.length());
        std::memcpy(to + a.length(), b.s, b.length());
        out = Value::string({to, size});
        return true;
    }
    const bool time_a = ka == Kind::duration || ka == Kind::size, time_b = kb == Kind::duration || kb == Kind::size;
    Number left_number, right_number, result;
    const char* why = nullptr;
    if (op == Op::multiply && (time_a != time_b)) {
        const Value& amount = time_a ? a : b;
        if (read_number(time_a ? b : a, *scope.arena, left_number, why) && left_number.type == Number::Type::integer) {
            std::int64_t product;
            if (__builtin_mul_overflow(amount.i, left_number.i, &product)) return overflow();
            out = Value::nanoseconds(amount.kind(), product);
            return true;
        }
    }
    if (time_a && (op == Op::div || op == Op::divide || op == Op::mod)) {
        left_number.i = a.i;
        if (kb == ka) {  // how many times one goes into the other; the rest is an amount again
            right_number.i = b.i;
            if (!calculate(op, left_number, right_number, result, why)) return fail_at(scope, left, why);
            out = op == Op::mod ? Value::nanoseconds(ka, result.i) : write_number(result, *scope.arena);
            return true;
        }
        if (op != Op::mod && read_number(b, *scope.arena, right_number, why) && right_number.type == Number::Type::integer) {
            if (!calculate(Op::div, left_number, right_number, result, why)) return fail_at(scope, left, why);
            out = Value::nanoseconds(ka, result.i);
            return true;
        }
    }
    if (op == Op::multiply && ((ka == Kind::percent) != (kb == Kind::percent))) {  // price * 20%
        if (read_number(ka == Kind::percent ? b : a, *scope.arena, left_number, why) && left_number.type != Number::Type::real) {
            Decimal share = (ka == Kind::percent ? a : b).decimal();
            share.scale += 2;
            const auto product = share.scale <= 38 ? multiply(left_number.decimal(), share) : std::nullopt;
            if (!product) return fail_at(scope, left, "the result needs more than 38 digits");
            out = Value::decimal(*product, *scope.arena);
            return true;
        }
    }
    if (a.is_absent() || b.is_absent()) {
        const Node& place = a.is_absent() ? left : right;
        const Value& value = a.is_absent() ? a : b;
        return fail_at(scope, place, std::string("`") + sign_of(op) + "` can't compute with " + a_kind(value) + ": `??` says what stands for it");
    }
    const Node& place = a.is_number() ? right : left;
    std::string text = std::string("`") + sign_of(op) + "` can't compute with " + a_kind(a) + " and " + a_kind(b);
    if (op == Op::add && (ka == Kind::string || kb == Kind::string)) text += ": \"${a}${b}\" makes a text, int(x) or decimal(x) a number";
    else if (ka == Kind::string || kb == Kind::string) text += ": int(x) or decimal(x) makes a number of a text";
    return fail_at(scope, place, std::move(text));
}

[[gnu::noinline]] bool calculate_values(Op op, const Value& a, const Value& b, Scope& scope, const Node& left, const Node& right, Value& out) {
    Number left_number, right_number, result;
    const char* why = nullptr;
    if (read_number(a, *scope.arena, left_number, why)) {
        if (read_number(b, *scope.arena, right_number, why)) {
            if (!calculate(op, left_number, right_number, result, why)) return fail_at(scope, left, why);
            out = write_number(result, *scope.arena);
            return true;
        }
        if (why != nullptr) return fail_at(scope, right, why);
    } else if (why != nullptr) {
        return fail_at(scope, left, why);
    }
    return calculate_other(op, a, b, scope, left, right, out);
}

template <Op op> class Arithmetic final : public Node {
public:
    Arithmetic(NodePtr left, NodePtr right) : left_(std::move(left)), right_(std::move(right)) {}
    bool run(Scope& scope, Value& out) const override {
        Value left_room, right_room;
        const Value* a = fetch(*left_, scope, left_room);
        if (a == nullptr) return false;
        const Value* b = fetch(*right_, scope, right_room);
        if (b == nullptr) return false;
        if constexpr (op == Op::add || op == Op::subtract || op == Op::multiply) {
            Value left, right;
            if (read_small(*a, left) && read_small(*b, right) && calculate_small<op>(left, right, out)) [[likely]] return true;
        }
        return calculate_values(op, *a, *b, scope, *left_, *right_, out);
    }

private:
    NodePtr left_, right_;
};

class Negate final : public Node {
public:
    explicit Negate(NodePtr operand) : operand_(std::move(operand)) {}
    bool run(Scope& scope, Value& out) const override {
        Value room;
        const Value* value = fetch(*operand_, scope, room);
        if (value == nullptr) return false;
        if (value->kind() == Kind::duration && value->i != INT64_MIN) {
            out = Value::nanoseconds(Kind::duration, -value->i);
            return true;
        }
        Number zero, number, result;
        const char* why = nullptr;
        if (!read_number(*value, *scope.arena, number, why))
            return fail_at(scope, *operand_, why != nullptr ? why : "`-` can't compute with " + a_kind(*value));
        if (number.type == Number::Type::real) {
            out = Value::real(-number.d);
            return true;
        }
        if (!calculate(Op::subtract, zero, number, result, why)) return fail_at(scope, *operand_, why);
        out = write_number(result, *scope.arena);
        return true;
    }

private:
    NodePtr operand_;
};

bool holds(Op op, Order result) {
    switch (op) {
        case Op::less: return result == Order::less;
        case Op::less_equal: return result != Order::greater;
        case Op::greater: return result == Order::greater;
        default: return result != Order::less;
    }
}

// -1: these can't be compared.
[[gnu::noinline]] int compare_values(Op op, const Value& a, const Value& b, Scope& scope, const Node& left, const Node& right) {
    if (op == Op::equal) return equal(a, b, *scope.arena);
    if (op == Op::unequal) return !equal(a, b, *scope.arena);
    const Order result = order(a, b, *scope.arena);
    if (result != Order::incomparable) return holds(op, result);
    if (a.is_absent() || b.is_absent()) {
        fail_at(scope, a.is_absent() ? left : right, std::string("`") + sign_of(op) + "` can't compare " + a_kind(a.is_absent() ? a : b) + ": `??` says what stands for it");
        return -1;
    }
    std::string text = std::string("`") + sign_of(op) + "` can't compare " + a_kind(a) + " with " + a_kind(b);
    if (a.is_number() && b.is_number()) text += ": double(x) or decimal(x) says which is meant";
    fail_at(scope, left, std::move(text));
    return -1;
}

class Condition : public Node {  // gives a bool
public:
    bool run(Scope& scope, Value& out) const override {
        const int result = test(scope);
        if (result < 0) return false;
        out = Value::boolean(result != 0);
        return true;
    }
};

class Compare final : public Condition {
public:
    Compare(Op op, NodePtr left, NodePtr right) : op_(op), left_(std::move(left)), right_(std::move(right)) {}
    int test(Scope& scope) const override {
        Value left_room, right_room;
        const Value* a = fetch(*left_, scope, left_room);
        if (a == nullptr) return -1;
        const Value* b = fetch(*right_, scope, right_room);
        if (b == nullptr) return -1;
        return compare_values(op_, *a, *b, scope, *left_, *right_);
    }

private:
    Op op_;
    NodePtr left_, right_;
};

// path == "text"
class EqualsText final : public Condition {
public:
    EqualsText(NodePtr path, NodePtr text, bool equal) : path_(std::move(path)), text_(std::move(text)), value_(*constant_value(*text_)), equal_(equal) {}
    int test(Scope& scope) const override {
        Value room;
        const Value* value = fetch(*path_, scope, room);
        if (value == nullptr) return -1;
        const bool same = value->kind() == Kind::string && value->length() == value_.length() && same_bytes(value->s, value_.s, value_.length());
        return same == equal_;
    }

private:
    NodePtr path_, text_;
    Value value_;
    bool equal_;
};

// path < 100
class ComparesNumber final : public Condition {
public:
    ComparesNumber(Op op, NodePtr path, NodePtr number, const Number& value) : op_(op), path_(std::move(path)), number_(std::move(number)), value_(value) {}
    int test(Scope& scope) const override {
        Value room;
        const Value* value = fetch(*path_, scope, room);
        if (value == nullptr) return -1;
        Number number;
        const char* why;
        if (!read_number(*value, *scope.arena, number, why) || !mixes(number, value_)) return compare_values(op_, *value, *constant_value(*number_), scope, *path_, *number_);
        const int result = compare_numbers(number, value_);
        switch (op_) {
            case Op::equal: return result == 0;
            case Op::unequal: return result != 0;
            case Op::less: return result < 0;
            case Op::less_equal: return result <= 0;
            case Op::greater: return result > 0;
            default: return result >= 0;
        }
    }

private:
    Op op_;
    NodePtr path_, number_;
    Number value_;
};

// path == null: null or missing, a field that is not there too.
class IsNull final : public Condition {
public:
    IsNull(NodePtr operand, bool equal) : operand_(std::move(operand)), equal_(equal) {}
    int test(Scope& scope) const override {
        if (operand_->refers)
            if (const Value* value = operand_->ref(scope)) return value->is_absent() == equal_;
        Value value;
        if (!operand_->peek(scope, value)) return -1;
        return value.is_absent() == equal_;
    }

private:
    NodePtr operand_;
    bool equal_;
};

class Not final : public Condition {
public:
    explicit Not(NodePtr operand) : operand_(std::move(operand)) {}
    int test(Scope& scope) const override {
        const int result = operand_->test(scope);
        return result < 0 ? -1 : 1 - result;
    }

private:
    NodePtr operand_;
};

class Logic final : public Condition {
public:
    Logic(bool is_and, NodePtr left, NodePtr right) : is_and_(is_and), left_(std::move(left)), right_(std::move(right)) {}
    int test(Scope& scope) const override {
        const int left = left_->test(scope);
        if (left < 0 || (left != 0) != is_and_) return left;
        return right_->test(scope);
    }

private:
    bool is_and_;
    NodePtr left_, right_;
};

}  // namespace

NodePtr make_constant(const Value& value, std::shared_ptr<Arena> memory) { return std::make_unique<ConstantNode>(value, std::move(memory)); }
const Value* constant_value(const Node& node) {
    const auto* constant = dynamic_cast<const ConstantNode*>(&node);
    return constant != nullptr ? &constant->value() : nullptr;
}

NodePtr make_arithmetic(Op op, NodePtr left, NodePtr right) {
    switch (op) {
        case Op::add: return std::make_unique<Arithmetic<Op::add>>(std::move(left), std::move(right));
        case Op::subtract: return std::make_unique<Arithmetic<Op::subtract>>(std::move(left), std::move(right));
        case Op::multiply: return std::make_unique<Arithmetic<Op::multiply>>(std::move(left), std::move(right));
        case Op::divide: return std::make_unique<Arithmetic<Op::divide>>(std::move(left), std::move(right));
        case Op::mod: return std::make_unique<Arithmetic<Op::mod>>(std::move(left), std::move(right));
        default: return std::make_unique<Arithmetic<Op::div>>(std::move(left), std::move(right));
    }
}
NodePtr make_negate(NodePtr operand) { return std::make_unique<Negate>(std::move(operand)); }

NodePtr make_compare(Op op, NodePtr left, NodePtr right) {
    const bool equality = op == Op::equal || op == Op::unequal;
    if (equality && constant_value(*left) != nullptr) std::swap(left, right);
    const Value* value = constant_value(*right);
    if (value != nullptr && equality && value->kind() == Kind::null) return std::make_unique<IsNull>(std::move(left), op == Op::equal);
    if (value != nullptr && equality && value->kind() == Kind::string) return std::make_unique<EqualsText>(std::move(left), std::move(right), op == Op::equal);
    if (value != nullptr && value->is_number()) {
        Arena arena;
        Number number;
        const char* why;
        if (read_number(*value, arena, number, why)) return std::make_unique<ComparesNumber>(op, std::move(left), std::move(right), number);
    }
    return std::make_unique<Compare>(op, std::move(left), std::move(right));
}
NodePtr make_not(NodePtr operand) { return std::make_unique<Not>(std::move(operand)); }
NodePtr make_logic(bool is_and, NodePtr left, NodePtr right) { return std::make_unique<Logic>(is_and, std::move(left), std::move(right)); }

}  // namespace weir
