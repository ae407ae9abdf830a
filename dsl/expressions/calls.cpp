// Calls: f(x) is x.f(). Arguments get their places; what is left out in the middle stays `none`.
#include <re2/re2.h>

#include <algorithm>

#include "dsl/expressions/expressions.hpp"
#include "dsl/expressions/signature.hpp"
#include "dsl/names/nearest.hpp"

namespace weir {

using namespace plan;

ExprId Expressions::call(const syntax::Name& function, const syntax::Expr* self, const std::vector<syntax::Argument>& arguments, Span at) {
    if (FunctionName* f = s_.module->find(&Module::functions, function.text)) return call_function(*f, function, self, arguments, at);
    if (function.text == "has" && !self && arguments.size() == 1 && arguments[0].value && !arguments[0].name) {
        Expr e;
        e.op = Op::has;
        e.operands = {lower(*arguments[0].value)};
        const ExprId id = make(std::move(e), t_.of(TypeKind::bool_), at);
        c_.plan.exprs[id].can_fail = {};  // what is not there is the answer, not a failure
        return id;
    }
    if (const Builtin* b = find_builtin(function.text)) return call_builtin(*b, function, self, arguments, at);
    if (s_.module->find(&Module::patterns, function.text)) {
        c_.findings.error(Code::W0105, function.at, "`{}` is a pattern and no function", function.text).help("a pattern is a step of its own");
        return broken(at);
    }
    std::vector<std::string> near = s_.module->names(&Module::functions);
    for (const Builtin& b : builtins()) near.push_back(b.name);
    near.push_back("has");
    auto finding = c_.findings.error(Code::W0105, function.at, "there is no function `{}`", function.text);
    const std::string best = nearest(function.text, near);
    if (!best.empty()) finding.replace(function.at, best, "did you mean");
    return broken(at);
}

// The expression for each parameter, null where it is left out. With `repeats` what is too much belongs to the last one.
std::optional<std::vector<const syntax::Expr*>> Expressions::place(const syntax::Name& function, const std::vector<std::string>& names, std::size_t required, bool repeats, const syntax::Expr* self,
                                                                    const std::vector<syntax::Argument>& arguments, Span at) {
    std::vector<const syntax::Expr*> places(names.size(), nullptr);
    std::size_t next = 0;
    if (self) {
        if (places.empty()) {
            c_.findings.error(Code::W0205, function.at, "`{}` takes no argument", function.text);
            return std::nullopt;
        }
        places[next++] = self;
    }
    for (const syntax::Argument& a : arguments) {
        if (!a.value) continue;
        if (a.name) {
            const auto found = std::find(names.begin(), names.end(), a.name->text);
            if (found == names.end()) {
                auto finding = c_.findings.error(Code::W0205, a.name->at, "`{}` has no parameter `{}`", function.text, a.name->text);
                const std::string best = nearest(a.name->text, names);
                if (!best.empty()) finding.replace(a.name->at, best, "did you mean");
                return std::nullopt;
            }
            const auto index = static_cast<std::size_t>(found - names.begin());
            if (places[index]) {
                c_.findings.error(Code::W0205, a.name->at, "`{}` is given twice", a.name->text);
                return std::nullopt;
            }
            places[index] = a.value.get();
        } else if (next < names.size()) {
            places[next++] = a.value.get();
        } else if (repeats) {
            places.push_back(a.value.get());
        } else {
            c_.findings.error(Code::W0205, a.value->at, "`{}` takes {} argument{}, this one is too much", function.text, names.size(), names.size() == 1 ? "" : "s");
            return std::nullopt;
        }
    }
    for (std::size_t i = 0; i < required; ++i)
        if (!places[i]) {
            c_.findings.error(Code::W0205, at, "`{}` needs its argument `{}`", function.text, names[i]);
            return std::nullopt;
        }
    return places;
}

ExprId Expressions::lambda(const syntax::Lambda& l, const std::vector<TypeId>& parameters, Span at) {
    Expr e;
    e.op = Op::lambda;
    const std::size_t depth = s_.bound.size();
    const std::uint32_t locals = s_.locals;
    for (std::size_t i = 0; i < l.parameters.size(); ++i) {
        Bound b;
        b.name = l.parameters[i].text;
        b.kind = BoundKind::local;
        b.slot = s_.locals++;
        b.type = i < parameters.size() ? parameters[i] : 0;
        b.at = l.parameters[i].at;
        e.slots.push_back(b.slot);
        s_.bound.push_back(std::move(b));
    }
    s_.frame = std::max(s_.frame, s_.locals);
    const ExprId body = l.body ? lower(*l.body) : broken(at);
    s_.bound.resize(depth);
    s_.locals = locals;
    e.operands = {body};
    return make(std::move(e), type_of(body), at);
}

ExprId Expressions::call_builtin(const Builtin& b, const syntax::Name& function, const syntax::Expr* self, const std::vector<syntax::Argument>& arguments, Span at) {
    std::vector<std::string> names;
    std::size_t required = 0;
    for (const BuiltinParameter& p : b.parameters) {
        names.push_back(p.name);
        if (!p.optional) required = names.size();
    }
    const bool repeats = !b.parameters.empty() && b.parameters.back().repeats;
    auto places = place(function, names, required, repeats, self, arguments, at);
    if (!places) return broken(at);
    Expr e;
    e.op = Op::call;
    e.name = b.name;
    e.can_fail = b.raises;
    SignatureTypes types;
    bool invalid = false, seen_lambda = false;
    for (std::size_t i = 0; i < places->size(); ++i) {
        const BuiltinParameter& p = b.parameters[std::min(i, b.parameters.size() - 1)];
        const syntax::Expr* written = (*places)[i];
        if (!written) {
            e.operands.push_back(none);
            continue;
        }
        if (p.lambda > 0) {
            const auto* l = std::get_if<syntax::Lambda>(&written->node);
            if (!l || static_cast<int>(l->parameters.size()) != p.lambda) {
                c_.findings.error(Code::W0204, written->at, "`{}` wants a lambda of {} parameter{} as `{}`", b.name, p.lambda, p.lambda == 1 ? "" : "s", p.name).help("for example `{}`", b.example);
                return broken(at);
            }
            const ExprId id = lambda(*l, {types.element}, written->at);
            const TypeId made = type_of(id);
            if (!seen_lambda) types.made = made;
            seen_lambda = true;
            if (!never(c_.plan.exprs[id].operands[0])) {
                const Fit fit = fits_signature(t_, made, p.type, types);
                if (fit == Fit::no) {
                    const bool wants_condition = p.type == "bool";
                    c_.findings.error(wants_condition ? Code::W0201 : Code::W0204, l->body ? l->body->at : written->at, "`{}` wants {} for each item, and this is {}", b.name, wants_condition ? "true or false" : p.type, say(made));
                }
                invalid = invalid || fit != Fit::yes;
            }
            e.operands.push_back(id);
            continue;
        }
        if (std::holds_alternative<syntax::Lambda>(written->node)) {
            c_.findings.error(Code::W0204, written->at, "`{}` takes no lambda as `{}`", b.name, p.name);
            return broken(at);
        }
        const ExprId id = lower(*written);
        const TypeId type = type_of(id);
        if (i == 0) {
            types.self = type;
            types.element = t_.element(type);
            if (t_.at(type).kind == TypeKind::record) {
                const std::vector<Field> fields = t_.at(type).fields;
                TypeId all = none;
                for (const Field& f : fields) all = all == none ? f.type : t_.either(all, f.type);
                types.element = all == none || !t_.exact(type) ? t_.any() : all;
            }
        }
        const Fit fit = never(id) ? Fit::yes : fits_signature(t_, type, p.type, types);
        if (fit == Fit::no) c_.findings.error(Code::W0204, written->at, "`{}` takes {} as `{}`, and `{}` is {}", b.name, p.type, p.name, c_.text(written->at), say(type));
        invalid = invalid || fit != Fit::yes;
        if (p.constant) {
            const auto* text = c_.plan.exprs[id].op == Op::constant ? std::get_if<std::string>(&c_.plan.exprs[id].constant) : nullptr;
            if (!text) {
                c_.findings.error(Code::W0210, written->at, "a regular expression is written as a literal").help("for example {}", b.example);
            } else {
                RE2::Options quiet;
                quiet.set_log_errors(false);
                const RE2 expression(*text, quiet);
                if (!expression.ok()) c_.findings.error(Code::W0210, written->at, "this regular expression is wrong: {}", expression.error());
            }
        }
        e.operands.push_back(id);
    }
    while (!e.operands.empty() && e.operands.back() == none) e.operands.pop_back();
    TypeId result = b.result == "never" ? t_.any() : read_signature(t_, b.result, types);
    if (b.name == "round" && e.operands.size() < 2) result = t_.of(TypeKind::int_);
    return make(std::move(e), result, at, invalid);
}

ExprId Expressions::call_function(FunctionName& f, const syntax::Name& function, const syntax::Expr* self, const std::vector<syntax::Argument>& arguments, Span at) {
    if (f.progress == Progress::doing) {
        c_.findings.error(Code::W0111, function.at, "`{}` uses itself", function.text).label(f.declaration->name.at, "declared here");
        return broken(at);
    }
    lower_function(c_, f);
    std::vector<std::string> names;
    std::size_t required = 0;
    for (const syntax::Parameter& p : f.declaration->parameters) {
        names.emplace_back(p.name.text);
        if (!p.fallback) required = names.size();
    }
    auto places = place(function, names, required, false, self, arguments, at);
    if (!places) return broken(at);
    Expr e;
    e.op = Op::apply;
    e.slot = f.index;
    e.name = function.text;
    e.can_fail = f.fails;
    bool invalid = false;
    for (std::size_t i = 0; i < places->size(); ++i) {
        const syntax::Expr* written = (*places)[i];
        ExprId id = none;
        if (written) {
            id = lower(*written);
        } else {
            ExprScope plain;  // a default is of the place where it is written
            plain.module = f.home;
            plain.why_no_message = "a default is computed without a message";
            id = Expressions(c_, plain).lower(*f.declaration->parameters[i].fallback);
        }
        const Fit fit = t_.fits(type_of(id), f.parameters[i]);
        if (fit == Fit::no && written)
            c_.findings.error(Code::W0204, written->at, "`{}` takes {} as `{}`, and `{}` is {}", function.text, say(f.parameters[i]), names[i], c_.text(written->at), say(type_of(id)));
        invalid = invalid || fit != Fit::yes;
        e.operands.push_back(id);
    }
    return make(std::move(e), f.result, at, invalid);
}

void lower_function(Checker& c, FunctionName& f) {
    if (f.progress != Progress::fresh) return;
    f.progress = Progress::doing;
    const syntax::Function& d = *f.declaration;
    f.index = static_cast<std::uint32_t>(c.plan.functions.size());
    Function made;
    made.name = d.name.text;
    made.parameters = static_cast<std::uint32_t>(d.parameters.size());
    c.plan.functions.push_back(made);
    ExprScope scope;
    scope.module = f.home;
    scope.why_no_message = "a function sees its parameters only";
    for (const syntax::Parameter& p : d.parameters) {
        Bound b;
        b.name = p.name.text;
        b.kind = BoundKind::local;
        b.slot = scope.locals++;
        b.type = p.type ? lower_type(c, *f.home, *p.type) : 0;
        b.at = p.name.at;
        f.parameters.push_back(b.type);
        scope.bound.push_back(std::move(b));
    }
    scope.frame = scope.locals;
    Expressions expressions(c, scope);
    const ExprId body = d.body ? expressions.lower(*d.body) : expressions.broken(d.name.at);
    f.result = expressions.type_of(body);
    f.fails = expressions.fails(body);
    if (d.result) {
        const TypeId wanted = lower_type(c, *f.home, *d.result);
        if (c.types.fits(f.result, wanted) == Fit::no)
            c.findings.error(Code::W0207, d.body ? d.body->at : d.name.at, "`{}` gives {}, and `{}` is {}", d.name.text, expressions.say(wanted), d.body ? c.text(d.body->at) : "", expressions.say(f.result));
        f.result = wanted;
    }
    c.plan.functions[f.index].body = body;
    c.plan.functions[f.index].frame = scope.frame;
    f.progress = Progress::done;
}

}  // namespace weir
