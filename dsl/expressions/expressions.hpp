#pragma once
// From a written expression to one of the plan, with its type, its failures and whether it holds a secret: one walk from the leaves up.
#include <functional>
#include <optional>
#include <string>

#include "dsl/check/checker.hpp"
#include "dsl/expressions/builtins.hpp"
#include "dsl/expressions/scope.hpp"

namespace weir {

class Expressions {
public:
    Expressions(Checker& checker, ExprScope& scope) : c_(checker), t_(checker.types), s_(scope) {}

    plan::ExprId lower(const syntax::Expr& e);
    // A condition: an error where it is proved not to be true or false. `what`: "`filter`".
    plan::ExprId condition(const syntax::Expr& e, const std::string& what);
    // A literal, with its sign. None: no literal (no finding) or a wrong one (with its finding).
    std::optional<Constant> literal(const syntax::Expr& e);
    // One alternative of a pattern; `subject`: the type looked at, `any` where not known.
    std::vector<plan::MatchCase> cases(const syntax::Pattern& pattern);

    plan::TypeId type_of(plan::ExprId id) const { return c_.plan.exprs[id].type == plan::none ? 0 : (c_.plan.exprs[id].op == plan::Op::is_type ? c_.types.of(plan::TypeKind::bool_) : c_.plan.exprs[id].type); }
    FailureSet fails(plan::ExprId id) const { return c_.plan.exprs[id].can_fail; }
    bool secret(plan::ExprId id) const { return c_.secrets.count(id) != 0; }
    plan::ExprId constant(Constant value, Span at);
    plan::ExprId list(std::vector<plan::ExprId> elements, Span at);
    plan::ExprId broken(Span at);  // stands for what has its finding already: `any`, never fails
    std::string say(plan::TypeId id) const;  // "an int", "a string", "\"a\" | \"b\""

private:
    friend class Signature;
    plan::ExprId make(plan::Expr e, plan::TypeId type, Span at, bool invalid = false);
    plan::ExprId text(const syntax::Text& t, Span at);
    plan::ExprId reference(const syntax::Name& name);
    std::optional<plan::ExprId> bound(const syntax::Name& name);
    plan::ExprId member(const syntax::Member& m, Span at);
    plan::ExprId field(plan::ExprId base, bool safe, std::string_view name, Span name_at, Span at);
    plan::ExprId index(const syntax::Index& i, Span at);
    plan::ExprId unary(const syntax::Unary& u, Span at);
    plan::ExprId binary(const syntax::Binary& b, Span at);
    plan::TypeId arithmetic(syntax::BinaryOp op, plan::ExprId l, plan::ExprId r, const syntax::Binary& b, bool& invalid);
    plan::ExprId comparison(const syntax::Binary& b, plan::Op op, Span at);
    plan::ExprId coalesce(const syntax::Binary& b, Span at);
    plan::ExprId in(const syntax::In& i, Span at);
    plan::ExprId if_(const syntax::If& i, Span at);
    plan::ExprId match(const syntax::Match& m, Span at);
    plan::ExprId array(const syntax::Array& a, Span at);
    plan::ExprId object(const syntax::Object& o, Span at);
    plan::ExprId key_text(const syntax::Key& key);
    plan::ExprId lambda(const syntax::Lambda& l, const std::vector<plan::TypeId>& parameters, Span at);
    plan::ExprId call(const syntax::Name& function, const syntax::Expr* self, const std::vector<syntax::Argument>& arguments, Span at);
    plan::ExprId call_builtin(const Builtin& b, const syntax::Name& function, const syntax::Expr* self, const std::vector<syntax::Argument>& arguments, Span at);
    plan::ExprId call_function(FunctionName& f, const syntax::Name& function, const syntax::Expr* self, const std::vector<syntax::Argument>& arguments, Span at);
    std::optional<std::vector<const syntax::Expr*>> place(const syntax::Name& function, const std::vector<std::string>& names, std::size_t required, bool repeats, const syntax::Expr* self, const std::vector<syntax::Argument>& arguments, Span at);
    bool never(plan::ExprId id) const { return c_.plan.exprs[id].op == plan::Op::call && c_.plan.exprs[id].name == "fail"; }

    Checker& c_;
    Types& t_;
    ExprScope& s_;
};

// "body.a.b" of an expression that is a plain dotted name; none: it is something else.
std::optional<syntax::Name> dotted_name(const syntax::Expr& e, const Sources& sources);
// functions.cpp: lowers a `fn` once, when it is first called or at the end.
void lower_function(Checker& checker, FunctionName& f);

}  // namespace weir
