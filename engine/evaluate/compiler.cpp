#include <algorithm>
#include <cassert>
#include <unordered_map>

#include "engine/evaluate/builtins.hpp"
#include "engine/evaluate/compiler_state.hpp"
#include "engine/evaluate/nodes.hpp"
#include "engine/evaluate/path.hpp"

namespace weir {

using plan::Expr;
using plan::ExprId;
using plan::Op;

namespace {

// Compiles one expression; knows the frame that it stands in.
class Builder {
public:
    Builder(const plan::Plan& plan, Compiler::State& state, std::uint32_t frame) : plan_(plan), state_(state), frame_(frame) {}
    NodePtr build(ExprId id) {
        assert(id < plan_.exprs.size());
        const Expr& expr = plan_.exprs[id];
        NodePtr node = make(expr);
        assert(node != nullptr);
        return folds(expr) ? fold(std::move(node)) : std::move(node);
    }
    std::uint32_t deepest() const { return deepest_; }

private:
    NodePtr operand(const Expr& expr, std::size_t n) { return build(expr.operands[n]); }
    NodePtr constant(const Constant& value) { return make_constant(value_of(value, *state_.memory), state_.memory); }
    bool nullable(const Expr& expr) const { return expr.type < plan_.types.size() && plan_.types[expr.type].nullable; }
    bool is_constant(ExprId id) const {
        if (id == plan::none) return true;
        const Expr& expr = plan_.exprs[id];
        if (expr.op == Op::constant) return true;
        return folds(expr);
    }
    // Does it always give the same? Names in scope don't, neither does what looks at the world.
    bool folds(const Expr& expr) const {
        switch (expr.op) {
            case Op::constant:
            case Op::body:
            case Op::raw:
            case Op::header:
            case Op::source:
            case Op::meta:
            case Op::failure:
            case Op::group:
            case Op::header_field:
            case Op::let_:
            case Op::local:
            case Op::param:
            case Op::apply:
            case Op::lambda:
            case Op::match: return false;
            case Op::call: {
                const Implementation* implementation = find_implementation(expr.name);
                if (implementation == nullptr || !implementation->pure) return false;
                break;
            }
            default: break;
        }
        for (const plan::Entry& entry : expr.entries)
            if (!is_constant(entry.computed_key)) return false;
        return std::all_of(expr.operands.begin(), expr.operands.end(), [&](ExprId id) { return is_constant(id); });
    }
    // The value now, instead of each time. What fails is left to fail when it runs.
    NodePtr fold(NodePtr node) {
        Scope scope;
        JsonReader reader;
        scope.arena = state_.memory.get();
        scope.reader = &reader;
        Value value;
        if (!node->run(scope, value) || value.is_missing()) return node;
        return make_constant(value, state_.memory);
    }

    // `items`: where the path leads to an array whose items alone are looked at, what is noted of them.
    NodePtr path(const Expr& last, Fields::At* items = nullptr) {
        std::vector<const Expr*> steps;  // from the last one to the first one
        const Expr* at = &last;
        PathParts parts;
        const auto constant_index = [&](const Expr& expr) -> bool {
            if (expr.op != Op::index) return true;
            const Expr& of = plan_.exprs[expr.operands[1]];
            return of.op == Op::constant && (std::holds_alternative<std::int64_t>(of.constant) || std::holds_alternative<std::string>(of.constant));
        };
        while ((at->op == Op::field || at->op == Op::index) && constant_index(*at)) {
            steps.push_back(at);
            at = &plan_.exprs[at->operands[0]];
        }
        if (steps.empty() && at->op == Op::index) return make_index(operand(*at, 0), operand(*at, 1), at->safe, nullable(*at));
        std::reverse(steps.begin(), steps.end());
        if (!steps.empty() && (at->op == Op::meta || at->op == Op::failure || at->op == Op::header)) {
            const Segment first = segment(*steps.front());
            if (first.key != nullptr) {
                const std::string_view name(first.key, first.length);
                NodePtr fact = at->op == Op::header ? make_header(name, first.safe) : make_fact(at->op == Op::meta ? Facts::meta : Facts::failure, name);
                if (fact != nullptr) {
                    if (steps.size() == 1) return fact;
                    parts.node = std::move(fact);
                    steps.erase(steps.begin());
                }
            }
        }
        for (const Expr* step : steps) parts.segments.push_back(segment(*step));
        note(*at, parts, items);
        parts.slot = at->slot;
        parts.name = at->name;
        parts.nullable = nullable(last);
        switch (at->op) {
            case Op::body: parts.root = Root::body; break;
            case Op::local: parts.root = Root::local; break;
            case Op::let_: parts.root = Root::let_; break;
            case Op::param:
                parts.root = Root::param;
                parts.name = plan_.params[at->slot].name;
                break;
            case Op::source: parts.root = Root::source; break;
            case Op::group: parts.root = Root::group; break;
            default:
                parts.root = Root::node;
                if (parts.node == nullptr) parts.node = make(*at);
        }
        return make_path(std::move(parts));
    }
    // What the path looks at in the body; from there its segments know their places in objects that are read by their fields.
    void note(const Expr& begin, PathParts& parts, Fields::At* items) {
        Fields::At at = Fields::none;
        if (begin.op == Op::body && state_.watches) at = Fields::root;
        if (const auto local = items_of_.find(begin.slot); begin.op == Op::local && local != items_of_.end()) at = local->second;
        if (at == Fields::root && !parts.segments.empty()) parts.fields = &state_.fields;
        bool to_the_end = true;
        for (Segment& each : parts.segments) {
            const Fields::Slot slot = each.key != nullptr ? state_.fields.field(at, {each.key, each.length}) : Fields::Slot{};
            to_the_end = slot.at != Fields::none;
            if (!to_the_end) break;
            each.head = slot.head;
            each.place = slot.place;
            at = slot.at;
        }
        if (to_the_end && items != nullptr) *items = state_.fields.items(at);
        else state_.fields.keep_whole(at);
    }
    static bool begins_path(Op op) { return op == Op::field || op == Op::index || op == Op::body || op == Op::local; }
    Segment segment(const Expr& expr) const {
        Segment out;
        out.safe = expr.safe;
        const std::string* key = &expr.name;
        if (expr.op == Op::index) {
            const Constant& value = plan_.exprs[expr.operands[1]].constant;
            key = std::get_if<std::string>(&value);
            if (key == nullptr) out.index = std::get<std::int64_t>(value);
        }
        if (key != nullptr) {
            out.key = key->data();
            out.length = static_cast<std::uint32_t>(key->size());
            out.is_short = key->size() <= short_name;
        }
        return out;
    }

    NodePtr match(const Expr& expr) {
        NodePtr subject = !expr.operands.empty() && has_subject(expr) ? operand(expr, 0) : nullptr;
        std::vector<Choice> choices;
        for (const plan::MatchArm& arm : expr.arms) {
            Choice choice;
            for (const plan::MatchCase& one : arm.cases) choice.cases.push_back({one.kind, value_of(one.low, *state_.memory), value_of(one.high, *state_.memory), one.type});
            if (arm.when != plan::none) choice.when = build(arm.when);
            choice.value = build(arm.value);
            choices.push_back(std::move(choice));
        }
        return make_match(std::move(subject), std::move(choices), plan_, state_.memory);
    }
    // The operands are the subject, if there is one, and the values of the arms.
    static bool has_subject(const Expr& expr) {
        if (expr.operands.size() > expr.arms.size()) return true;
        return std::any_of(expr.arms.begin(), expr.arms.end(), [&](const plan::MatchArm& arm) { return !arm.cases.empty(); });
    }
    NodePtr call(const Expr& expr) {
        const auto is_lambda = [&](std::size_t n) { return n < expr.operands.size() && expr.operands[n] != plan::none && plan_.exprs[expr.operands[n]].op == Op::lambda; };
        const Implementation* implementation = find_implementation(expr.name);
        const bool leaves_items = implementation != nullptr && implementation->leaves_items && is_lambda(1);
        Fields::At items = Fields::none;
        std::vector<CallArgument> arguments;
        for (std::size_t n = 0; n < expr.operands.size(); ++n) {
            const ExprId id = expr.operands[n];
            CallArgument argument;
            if (is_lambda(n)) {
                argument.lambda = lambda(plan_.exprs[id], items);
            } else if (n == 0 && leaves_items && id != plan::none && begins_path(plan_.exprs[id].op)) {
                argument.value = path(plan_.exprs[id], &items);
            } else if (id != plan::none) {
                argument.value = build(id);
            }
            arguments.push_back(std::move(argument));
        }
        return make_call(expr.name, std::move(arguments));
    }
    Lambda lambda(const Expr& expr, Fields::At items) {
        Lambda out;
        out.slots = expr.slots;
        if (items != Fields::none && !expr.slots.empty()) items_of_[expr.slots[0]] = items;
        out.body = build(expr.operands[0]);
        if (!expr.slots.empty()) items_of_.erase(expr.slots[0]);
        for (const std::uint32_t slot : expr.slots) deepest_ = std::max(deepest_, slot + 1);
        return out;
    }
    NodePtr apply(const Expr& expr) {
        auto& function = state_.functions[expr.slot];
        if (!function) {
            const plan::Function& of = plan_.functions[expr.slot];
            auto made = std::make_shared<FunctionBody>();
            made->parameters = of.parameters;
            made->frame = of.frame;
            Builder inner(plan_, state_, of.frame);
            made->body = inner.build(of.body);
            made->deepest = std::max(of.parameters, inner.deepest());
            state_.functions[expr.slot] = std::move(made);
        }
        const auto body = state_.functions[expr.slot];
        std::vector<NodePtr> arguments;
        for (std::size_t n = 0; n < expr.operands.size(); ++n) arguments.push_back(operand(expr, n));
        deepest_ = std::max(deepest_, frame_ + std::max(body->deepest, static_cast<std::uint32_t>(arguments.size())));
        return make_apply(body, frame_, std::move(arguments));
    }
    NodePtr array(const Expr& expr) {
        std::vector<Item> items;
        for (std::size_t n = 0; n < expr.operands.size(); ++n) items.push_back({operand(expr, n), n < expr.entries.size() && expr.entries[n].spread});
        return make_array(std::move(items));
    }
    NodePtr object(const Expr& expr) {
        std::vector<Field> fields;
        for (std::size_t n = 0; n < expr.operands.size(); ++n) {
            const plan::Entry& entry = expr.entries[n];
            Field field;
            field.key = quoted_text(entry.key, *state_.memory);
            if (entry.computed_key != plan::none) field.computed_key = build(entry.computed_key);
            field.value = operand(expr, n);
            field.spread = entry.spread;
            field.optional = entry.optional;
            fields.push_back(std::move(field));
        }
        return make_object(std::move(fields), state_.memory);
    }

    NodePtr make(const Expr& expr) {
        switch (expr.op) {
            case Op::constant: return constant(expr.constant);
            case Op::text: {
                std::vector<NodePtr> parts;
                for (std::size_t n = 0; n < expr.operands.size(); ++n) parts.push_back(operand(expr, n));
                return make_text(std::move(parts));
            }
            case Op::raw: return make_raw();
            case Op::header: return make_headers();
            case Op::meta: return make_facts(Facts::meta);
            case Op::failure: return make_facts(Facts::failure);
            case Op::header_field: return make_header(expr.name, expr.safe);
            case Op::body:
            case Op::source:
            case Op::group:
            case Op::let_:
            case Op::local:
            case Op::param:
            case Op::field:
            case Op::index: return path(expr);
            case Op::call: return call(expr);
            case Op::apply: return apply(expr);
            case Op::lambda: return nullptr;  // stands in calls only
            case Op::negate: return make_negate(operand(expr, 0));
            case Op::not_: return make_not(operand(expr, 0));
            case Op::and_:
            case Op::or_: return make_logic(expr.op == Op::and_, operand(expr, 0), operand(expr, 1));
            case Op::equal:
            case Op::unequal:
            case Op::less:
            case Op::less_equal:
            case Op::greater:
            case Op::greater_equal: {
                NodePtr left = operand(expr, 0);
                return make_compare(expr.op, std::move(left), operand(expr, 1));
            }
            case Op::add:
            case Op::subtract:
            case Op::multiply:
            case Op::divide:
            case Op::mod:
            case Op::div: {
                NodePtr left = operand(expr, 0);
                return make_arithmetic(expr.op, std::move(left), operand(expr, 1));
            }
            case Op::coalesce: return make_coalesce(operand(expr, 0), operand(expr, 1));
            case Op::catch_: return make_catch(operand(expr, 0), operand(expr, 1));
            case Op::in_list: return make_in_list(operand(expr, 0), operand(expr, 1));
            case Op::in_range: return make_in_range(operand(expr, 0), operand(expr, 1), operand(expr, 2));
            case Op::is_type: return make_is(operand(expr, 0), plan_, expr.type);
            case Op::has: return make_has(operand(expr, 0));
            case Op::if_: return make_if(operand(expr, 0), operand(expr, 1), operand(expr, 2));
            case Op::match: return match(expr);
            case Op::array: return array(expr);
            case Op::object: return object(expr);
        }
        return nullptr;
    }

    const plan::Plan& plan_;
    Compiler::State& state_;
    std::uint32_t frame_;
    std::unordered_map<std::uint32_t, Fields::At> items_of_;  // lambdas' parameters that are items of an array in the body
    std::uint32_t deepest_ = 0;  // slots from the frame's beginning
};

}  // namespace

NodePtr Compiler::State::compile(ExprId id) {
    // The frame of an expression outside a function is as wide as the widest one needs, so that functions stand behind it.
    Builder builder(plan, *this, plan.frame);
    NodePtr node = builder.build(id);
    return builder.deepest() > 0 ? make_framed(std::move(node), builder.deepest()) : std::move(node);
}

Compiler::Compiler(const plan::Plan& plan) : state_(std::make_unique<State>(plan)) {}
Compiler::~Compiler() = default;
CodePtr Compiler::compile(ExprId id) { return state_->compile(id); }
void Compiler::watch_fields(bool on) { state_->watches = on; }
void Compiler::keep_whole_body() {
    if (state_->watches) state_->fields.keep_whole(Fields::root);
}
const Fields& Compiler::fields() const { return state_->fields; }

}  // namespace weir
