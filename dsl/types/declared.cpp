// Written types as types of the plan.
#include "dsl/check/checker.hpp"
#include "dsl/expressions/expressions.hpp"
#include "dsl/names/nearest.hpp"

namespace weir {

using namespace plan;

namespace {

std::optional<Constant> literal_of(Checker& c, Module& module, const syntax::ExprBox& e) {
    if (!e) return std::nullopt;
    ExprScope scope;
    scope.module = &module;
    const std::size_t before = c.findings.all().size();
    auto value = Expressions(c, scope).literal(*e);
    if (!value && c.findings.all().size() == before) c.findings.error(Code::W0212, e->at, "a type is made of literals, and `{}` is none", c.text(e->at));
    return value;
}

TypeId named(Checker& c, Module& module, const syntax::NamedType& n, Span at) {
    const std::string_view name = n.name.text;
    if (name == "map" || name == "object") {
        const TypeId element = !n.arguments.empty() && n.arguments[0] ? lower_type(c, module, *n.arguments[0]) : c.types.any();
        return c.types.map(element);
    }
    if (!n.arguments.empty()) {
        c.not_built(at, "`" + std::string(name) + "(..)` as a type");
        return c.types.any();
    }
    if (TypeName* declared = module.find(&Module::types, name)) return lower_declared(c, *declared);
    if (auto kind = kind_of_name(name)) return c.types.of(*kind);
    std::vector<std::string> near = module.names(&Module::types);
    for (const char* w : {"any", "bool", "int", "decimal", "double", "string", "bytes", "timestamp", "duration", "size", "percent", "rate", "map"}) near.emplace_back(w);
    auto finding = c.findings.error(Code::W0104, n.name.at, "there is no type `{}`", name);
    const std::string best = nearest(name, near);
    if (!best.empty()) finding.replace(n.name.at, best, "did you mean");
    return c.types.any();
}

TypeId record(Checker& c, Module& module, const syntax::RecordType& r) {
    std::vector<Field> fields;
    for (const syntax::Field& f : r.fields) {
        Field made;
        made.name = f.name.text;
        made.type = f.type ? lower_type(c, module, *f.type) : c.types.any();
        made.optional = c.types.nullable(made.type) && !c.types.is_any(made.type);
        for (const Field& other : fields)
            if (other.name == made.name) c.findings.error(Code::W0107, f.name.at, "the field `{}` stands twice in this type", made.name);
        if (f.fallback) {
            ExprScope scope;
            scope.module = &module;
            scope.why_no_message = "a default is computed without a message";
            Expressions expressions(c, scope);
            made.fallback = expressions.lower(*f.fallback);
            c.plan.frame = std::max(c.plan.frame, scope.frame);
            if (c.types.fits(expressions.type_of(made.fallback), made.type) == Fit::no)
                c.findings.error(Code::W0207, f.fallback->at, "the default of `{}` is {}, and the field is {}", made.name, expressions.say(expressions.type_of(made.fallback)), expressions.say(made.type));
        }
        fields.push_back(std::move(made));
    }
    return c.types.record(std::move(fields), false);
}

}  // namespace

TypeId lower_type(Checker& c, Module& module, const syntax::Type& type) {
    struct Visitor {
        Checker& c;
        Module& module;
        const syntax::Type& type;
        TypeId operator()(const syntax::NamedType& n) const { return named(c, module, n, type.at); }
        TypeId operator()(const syntax::RecordType& r) const { return record(c, module, r); }
        TypeId operator()(const syntax::ArrayType& a) const { return c.types.array(a.element ? lower_type(c, module, *a.element) : c.types.any()); }
        TypeId operator()(const syntax::LiteralType& l) const {
            auto value = literal_of(c, module, l.value);
            return value ? c.types.literal(std::move(*value)) : c.types.any();
        }
        TypeId operator()(const syntax::RangeType& r) const {
            auto low = literal_of(c, module, r.low), high = literal_of(c, module, r.high);
            if (!low || !high) return c.types.any();
            const auto o = order(*low, *high);
            if (!o || *o > 0) {
                c.findings.error(Code::W0212, type.at, "the range `{}` {}", c.text(type.at), o ? "is empty: its first bound is the larger one" : "has bounds that can't be compared");
                return c.types.any();
            }
            const TypeKind kind = kind_of(*low) == TypeKind::int_ ? kind_of(*high) : kind_of(*low);
            return c.types.range(c.types.of(kind), std::move(*low), std::move(*high));
        }
        TypeId operator()(const syntax::UnionType& u) const {
            std::vector<TypeId> all;
            for (const syntax::TypeBox& t : u.alternatives)
                if (t) all.push_back(lower_type(c, module, *t));
            return all.empty() ? c.types.any() : c.types.one_of(std::move(all));
        }
        TypeId operator()(const syntax::MaybeType& m) const { return m.inner ? c.types.maybe(lower_type(c, module, *m.inner)) : c.types.any(); }
    };
    return std::visit(Visitor{c, module, type}, type.node);
}

TypeId lower_declared(Checker& c, TypeName& name) {
    if (name.progress == Progress::done) return name.id;
    if (name.progress == Progress::doing) {
        // Inside a record or an array the place is reserved already; `type A = A` has nothing to stand for.
        if (c.types.at(name.id).kind == TypeKind::any) {
            c.findings.error(Code::W0111, name.declaration->name.at, "the type `{}` is made of itself", name.declaration->name.text);
            c.types.change(name.id).kind = TypeKind::map;
        }
        return name.id;
    }
    const syntax::TypeDeclaration& d = *name.declaration;
    name.progress = Progress::doing;
    Type place;
    place.name = d.name.text;
    if (d.body && std::holds_alternative<syntax::RecordType>(d.body->node)) place.kind = TypeKind::record;
    if (d.body && std::holds_alternative<syntax::ArrayType>(d.body->node)) place.kind = TypeKind::array;
    name.id = c.types.add(place);
    c.types.unfinished(name.id);
    if (d.from) {
        c.not_built(d.from->at, "`from " + std::string(d.from->text) + "`");
    } else if (d.body) {
        const TypeId body = lower_type(c, *name.home, *d.body);
        Type made = c.types.at(body);
        made.name = d.name.text;
        if (d.by) {
            made.by = d.by->text;
            if (made.kind != TypeKind::union_) c.findings.error(Code::W0207, d.by->at, "`by` tells the alternatives of a union apart, and `{}` is none", d.name.text);
            for (TypeId t : made.of)
                if (c.types.field(t, made.by).never) c.findings.error(Code::W0200, d.by->at, "`{}` has no field `{}`, by which `{}` is told apart", c.types.name(t), made.by, d.name.text);
        }
        c.types.change(name.id) = std::move(made);
    }
    c.types.finished(name.id);
    name.progress = Progress::done;
    return name.id;
}

}  // namespace weir
