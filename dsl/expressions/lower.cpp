#include <algorithm>

#include "dsl/expressions/expressions.hpp"

namespace weir {

using namespace plan;

namespace {
constexpr bool has_text(TypeKind k) { return k != TypeKind::record && k != TypeKind::array && k != TypeKind::map && k != TypeKind::text_record; }
}  // namespace

std::string Expressions::say(TypeId id) const {
    const bool is_literal = t_.at(id).kind == TypeKind::literal && !t_.at(id).nullable && t_.at(id).name.empty();
    const std::string name = is_literal ? std::string(kind_name(t_.base(id))) : t_.name(id);
    if (t_.at(id).kind == TypeKind::record && t_.at(id).name.empty()) return "an object";
    if (t_.at(id).kind == TypeKind::null_) return "null";
    if (name.empty() || name[0] == '"' || name[0] == '[' || name[0] == '(' || (name[0] >= '0' && name[0] <= '9') || name[0] == '-') return t_.at(id).kind == TypeKind::array ? "an array " + name : name;
    const bool vowel = std::string_view("aeiouAEIO").find(name[0]) != std::string_view::npos;
    return (vowel ? "an " : "a ") + name;
}

ExprId Expressions::make(Expr e, TypeId type, Span at, bool invalid) {
    bool is_secret = false;
    for (ExprId o : e.operands) {
        if (o == none) continue;
        e.can_fail.add(c_.plan.exprs[o].can_fail);
        is_secret = is_secret || secret(o);
    }
    if (invalid) e.can_fail.add(FailureClass::invalid);
    if (e.op != Op::is_type) e.type = type;
    e.at = at;
    const auto id = static_cast<ExprId>(c_.plan.exprs.size());
    // What compares a secret tells nothing of it but yes or no.
    if (is_secret && t_.at(type).kind != TypeKind::bool_) c_.secrets.insert(id);
    c_.plan.exprs.push_back(std::move(e));
    return id;
}

ExprId Expressions::constant(Constant value, Span at) {
    Expr e;
    e.constant = std::move(value);
    const TypeId type = std::holds_alternative<bool>(e.constant) ? t_.of(TypeKind::bool_) : t_.literal(e.constant);
    return make(std::move(e), type, at);
}

ExprId Expressions::broken(Span at) { return make({}, 0, at); }

ExprId Expressions::lower(const syntax::Expr& e) {
    struct Visitor {
        Expressions& x;
        const syntax::Expr& e;
        ExprId operator()(const syntax::BrokenExpr&) const { return x.broken(e.at); }
        ExprId operator()(const syntax::Literal&) const {
            auto value = x.literal(e);
            return value ? x.constant(std::move(*value), e.at) : x.broken(e.at);
        }
        ExprId operator()(const syntax::Text& t) const { return x.text(t, e.at); }
        ExprId operator()(const syntax::Reference& r) const { return x.reference(r.name); }
        ExprId operator()(const syntax::Call& c) const { return x.call(c.function, nullptr, c.arguments, e.at); }
        ExprId operator()(const syntax::Member& m) const { return x.member(m, e.at); }
        ExprId operator()(const syntax::Index& i) const { return x.index(i, e.at); }
        ExprId operator()(const syntax::Unary& u) const {
            // A sign and its number are one literal, so that the smallest int can be written.
            if (u.operand && std::holds_alternative<syntax::Literal>(u.operand->node) && u.op == syntax::UnaryOp::negate) {
                const std::size_t before = x.c_.findings.all().size();
                if (auto value = x.literal(e)) return x.constant(std::move(*value), e.at);
                if (x.c_.findings.all().size() != before) return x.broken(e.at);
            }
            return x.unary(u, e.at);
        }
        ExprId operator()(const syntax::Binary& b) const { return x.binary(b, e.at); }
        ExprId operator()(const syntax::Is& i) const {
            Expr is;
            is.op = Op::is_type;
            is.operands = {i.operand ? x.lower(*i.operand) : x.broken(e.at)};
            is.type = i.type ? lower_type(x.c_, *x.s_.module, *i.type) : 0;
            return x.make(std::move(is), x.t_.of(TypeKind::bool_), e.at);
        }
        ExprId operator()(const syntax::In& i) const { return x.in(i, e.at); }
        ExprId operator()(const syntax::If& i) const { return x.if_(i, e.at); }
        ExprId operator()(const syntax::Match& m) const { return x.match(m, e.at); }
        ExprId operator()(const syntax::Lambda&) const {
            x.c_.findings.error(Code::W0204, e.at, "a lambda stands only as an argument of a function that takes one");
            return x.broken(e.at);
        }
        ExprId operator()(const syntax::Array& a) const { return x.array(a, e.at); }
        ExprId operator()(const syntax::Object& o) const { return x.object(o, e.at); }
    };
    return std::visit(Visitor{*this, e}, e.node);
}

ExprId Expressions::condition(const syntax::Expr& e, const std::string& what) {
    const ExprId id = lower(e);
    const TypeId type = type_of(id);
    if (!t_.is_any(type) && !never(id) && t_.fits(type, t_.of(TypeKind::bool_)) == Fit::no)
        c_.findings.error(Code::W0201, e.at, "{} wants a condition, and `{}` is {}", what, c_.text(e.at), say(type)).say("not true or false");
    if (t_.fits(type, t_.of(TypeKind::bool_)) != Fit::yes) c_.plan.exprs[id].can_fail.add(FailureClass::invalid);
    return id;
}

ExprId Expressions::text(const syntax::Text& t, Span at) {
    if (std::none_of(t.pieces.begin(), t.pieces.end(), [](const auto& p) { return p.hole != nullptr; })) {
        std::string all;
        for (const auto& p : t.pieces) all += p.text;
        return constant(std::move(all), at);
    }
    Expr e;
    e.op = Op::text;
    bool invalid = false;
    for (const syntax::TextPiece& p : t.pieces) {
        if (!p.hole) {
            e.operands.push_back(constant(p.text, at));
            continue;
        }
        const ExprId id = lower(*p.hole);
        const TypeId type = type_of(id);
        if (!t_.is_any(type) && (t_.every(type, [](TypeKind k) { return !has_text(k); }) || t_.at(type).kind == TypeKind::null_))
            c_.findings.error(Code::W0211, p.hole->at, "`{}` is {}, which has no text", c_.text(p.hole->at), say(type)).help("write `json({})`", c_.text(p.hole->at));
        invalid = invalid || t_.nullable(type) || !t_.every(type, [](TypeKind k) { return has_text(k); });
        e.operands.push_back(id);
    }
    return make(std::move(e), t_.of(TypeKind::string), at, invalid);
}

ExprId Expressions::in(const syntax::In& i, Span at) {
    Expr e;
    e.op = i.high ? Op::in_range : Op::in_list;
    bool invalid = false;
    for (const syntax::ExprBox* part : {&i.operand, &i.low, &i.high})
        if (*part) e.operands.push_back(lower(**part));
    if (e.operands.size() < 2) return broken(at);
    const TypeId left = type_of(e.operands[0]);
    if (i.high) {
        for (std::size_t k = 1; k < e.operands.size(); ++k)
            if (!t_.may_equal(left, t_.any()) || (t_.base(left) != t_.base(type_of(e.operands[k])) && !t_.is_any(left) && !t_.is_any(type_of(e.operands[k])) && !(t_.is_number(left) && t_.is_number(type_of(e.operands[k]))))) {
                c_.findings.error(Code::W0202, at, "`{}` is {} and can't lie in a range of {}", c_.text(i.operand->at), say(left), t_.name(type_of(e.operands[k])));
                return broken(at);
            }
        invalid = t_.nullable(left);
    } else {
        const TypeId list = type_of(e.operands[1]);
        if (!t_.is_any(list) && t_.every(list, [](TypeKind k) { return k != TypeKind::array && k != TypeKind::any; }))
            c_.findings.error(Code::W0202, i.low->at, "`in` wants an array or a range, and `{}` is {}", c_.text(i.low->at), say(list));
        else if (!t_.may_equal(left, t_.element(list)))
            c_.findings.error(Code::W0202, at, "`{}` is {} and can't stand in {}", c_.text(i.operand->at), say(left), say(list));
        invalid = !t_.is(list, TypeKind::array);
    }
    return make(std::move(e), t_.of(TypeKind::bool_), at, invalid);
}

ExprId Expressions::if_(const syntax::If& i, Span at) {
    if (!i.condition || !i.then || !i.otherwise) return broken(at);
    Expr e;
    e.op = Op::if_;
    e.operands = {condition(*i.condition, "`if`"), lower(*i.then), lower(*i.otherwise)};
    const ExprId a = e.operands[1], b = e.operands[2];
    const TypeId type = never(a) ? type_of(b) : (never(b) ? type_of(a) : t_.either(type_of(a), type_of(b)));
    return make(std::move(e), type, at);
}

ExprId Expressions::array(const syntax::Array& a, Span at) {
    Expr e;
    e.op = Op::array;
    TypeId element = none;
    bool invalid = false;
    for (const syntax::Item& item : a.items) {
        if (!item.value) continue;
        const ExprId id = lower(*item.value);
        TypeId type = type_of(id);
        if (item.spread) {
            invalid = invalid || !t_.is(type, TypeKind::array);
            type = t_.element(type);
        }
        element = element == none ? type : t_.either(element, type);
        Entry entry;
        entry.spread = item.spread;
        e.operands.push_back(id);
        e.entries.push_back(std::move(entry));
    }
    return make(std::move(e), t_.array(element == none ? 0 : element), at, invalid);
}

ExprId Expressions::list(std::vector<ExprId> elements, Span at) {
    Expr e;
    e.op = Op::array;
    e.operands = std::move(elements);
    e.entries.resize(e.operands.size());
    return make(std::move(e), t_.array(0), at);
}

ExprId Expressions::key_text(const syntax::Key& key) {
    Expr e;
    e.op = Op::text;
    for (const syntax::TextPiece& p : key.pieces) e.operands.push_back(p.hole ? lower(*p.hole) : constant(p.text, key.at));
    return make(std::move(e), t_.of(TypeKind::string), key.at);
}

ExprId Expressions::object(const syntax::Object& o, Span at) {
    Expr e;
    e.op = Op::object;
    std::vector<Field> fields;
    bool known = true, exact = true, invalid = false;
    auto put = [&](const Field& f) {
        for (Field& old : fields)
            if (old.name == f.name) {
                if (!f.optional) old = f;
                else old.type = t_.any();
                return;
            }
        fields.push_back(f);
    };
    for (const syntax::Entry& entry : o.entries) {
        if (!entry.value) continue;
        Entry out;
        out.spread = entry.spread;
        out.optional = entry.optional;
        const ExprId value = lower(*entry.value);
        const TypeId type = type_of(value);
        if (entry.spread) {
            if (t_.at(type).kind == TypeKind::record && !t_.at(type).nullable) {
                const std::vector<Field> all = t_.at(type).fields;
                for (const Field& f : all) put(f);
                exact = exact && t_.exact(type);
            } else {
                known = false;
                invalid = true;
            }
        } else if (!entry.key.pieces.empty() && std::any_of(entry.key.pieces.begin(), entry.key.pieces.end(), [](const auto& p) { return p.hole != nullptr; })) {
            out.computed_key = key_text(entry.key);
            e.can_fail.add(fails(out.computed_key));
            known = false;
        } else {
            out.key = entry.key.text;
            Field f;
            f.name = out.key;
            f.type = type;
            f.optional = entry.optional;
            put(f);
        }
        e.operands.push_back(value);
        e.entries.push_back(std::move(out));
    }
    return make(std::move(e), known ? t_.record(std::move(fields), exact) : t_.map(t_.any()), at, invalid);
}

}  // namespace weir
