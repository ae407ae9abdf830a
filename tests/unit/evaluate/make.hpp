#pragma once
// A plan made by hand, and a scope around one message: what the tests of the evaluator need before there is a checker.
#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/evaluate/evaluate.hpp"

namespace weir::test {

struct FixedRandom final : Random {
    std::uint64_t state = 1;
    std::uint64_t next() override { return state = state * 6364136223846793005u + 1442695040888963407u; }
};
struct MapEnvironment final : Environment {
    std::map<std::string, std::string, std::less<>> values;
    std::optional<std::string> get(std::string_view name) const override {
        const auto at = values.find(name);
        return at != values.end() ? std::optional(at->second) : std::nullopt;
    }
};

// Builds expressions as the checker would lower them.
struct Make {
    plan::Plan plan;
    Make() { plan.types.emplace_back(); }
    plan::ExprId add(plan::Expr expr) {
        plan.exprs.push_back(std::move(expr));
        return static_cast<plan::ExprId>(plan.exprs.size() - 1);
    }
    plan::ExprId constant(Constant value) {
        plan::Expr expr;
        expr.constant = std::move(value);
        return add(std::move(expr));
    }
    plan::ExprId text(const char* value) { return constant(std::string(value)); }
    plan::ExprId number(std::int64_t value) { return constant(value); }
    plan::ExprId decimal(const char* value) { return constant(*read_decimal(value)); }
    plan::ExprId op(plan::Op op, std::vector<plan::ExprId> operands) {
        plan::Expr expr;
        expr.op = op;
        expr.operands = std::move(operands);
        return add(std::move(expr));
    }
    plan::ExprId name(plan::Op op, std::uint32_t slot = 0) {
        plan::Expr expr;
        expr.op = op;
        expr.slot = slot;
        return add(std::move(expr));
    }
    plan::ExprId field(plan::ExprId of, const char* name, bool safe = false) {
        plan::Expr expr;
        expr.op = plan::Op::field;
        expr.operands = {of};
        expr.name = name;
        expr.safe = safe;
        return add(std::move(expr));
    }
    // body.a.b; a `?` in front of a name makes its point a `?.`
    plan::ExprId body(std::vector<const char*> names) {
        plan::ExprId at = name(plan::Op::body);
        for (const char* one : names) at = one[0] == '?' ? field(at, one + 1, true) : field(at, one);
        return at;
    }
    plan::ExprId call(const char* name, std::vector<plan::ExprId> operands) {
        plan::Expr expr;
        expr.op = plan::Op::call;
        expr.name = name;
        expr.operands = std::move(operands);
        return add(std::move(expr));
    }
    plan::ExprId local(std::uint32_t slot) { return name(plan::Op::local, slot); }
    plan::ExprId lambda(std::uint32_t slot, plan::ExprId body) {
        plan::Expr expr;
        expr.op = plan::Op::lambda;
        expr.slots = {slot};
        expr.operands = {body};
        plan.frame = std::max(plan.frame, slot + 1);
        return add(std::move(expr));
    }
    plan::ExprId object(std::vector<std::pair<std::string, plan::ExprId>> entries) {  // "k?" optional, "..." spread
        plan::Expr expr;
        expr.op = plan::Op::object;
        for (auto& [key, value] : entries) {
            plan::Entry entry;
            entry.spread = key == "...";
            entry.optional = key.ends_with('?');
            if (!entry.spread) entry.key = entry.optional ? key.substr(0, key.size() - 1) : key;
            expr.entries.push_back(entry);
            expr.operands.push_back(value);
        }
        return add(std::move(expr));
    }
    plan::TypeId type(plan::Type type) {
        plan.types.push_back(std::move(type));
        return static_cast<plan::TypeId>(plan.types.size() - 1);
    }
    plan::TypeId type(plan::TypeKind kind, bool nullable = false) {
        plan::Type made;
        made.kind = kind;
        made.nullable = nullable;
        return type(std::move(made));
    }
};

struct Bench {
    Arena arena;
    JsonReader reader;
    Message message;
    FixedRandom random;
    MapEnvironment environment;
    Scope scope;
    explicit Bench(std::string_view body = {}) {
        if (!body.empty()) message.body = Body::copy_of(body, Format::json);
        scope.arena = &arena;
        scope.reader = &reader;
        scope.message = &message;
        scope.random = &random;
        scope.environment = &environment;
        scope.now = 1769853600000000000;
    }
    // The value as JSON, or "! why @ path".
    std::string run(const Compiled& code) {
        Value value;
        if (!code.run(scope, value)) return "! " + scope.why + " @ " + scope.path;
        if (value.is_missing()) return "missing";
        std::string text;
        write_json(text, value);
        return text;
    }
};

// As a flow evaluates it that reads bodies whole (engine.md, Speed: a body that is read by its fields must give the same).
inline std::string evaluate(const plan::Plan& plan, plan::ExprId id, std::string_view body = {}) {
    Compiler compiler(plan);
    const CodePtr code = compiler.compile(id);
    return Bench(body).run(*code);
}
// As a flow does that reads only the fields which the expression looks at. `read`: it did, because not all is looked at.
inline std::string evaluate_by_fields(const plan::Plan& plan, plan::ExprId id, std::string_view body, bool& read) {
    Compiler compiler(plan);
    compiler.watch_fields(true);
    const CodePtr code = compiler.compile(id);
    compiler.watch_fields(false);
    read = compiler.fields().partial();
    FieldReader fields(compiler.fields());
    Bench bench(body);
    if (read) bench.scope.fields = &fields;
    std::string first = bench.run(*code);
    read = read && bench.message.body.tree.is_missing() && !bench.message.body.picked.is_missing();
    bench.message.body.picked = Value();  // and again, now that the keys are known
    const std::string second = bench.run(*code);
    return first == second ? first : first + ", then " + second;
}

}  // namespace weir::test
