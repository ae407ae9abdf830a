#include "dsl/types/types.hpp"

#include <algorithm>

#include "dsl/plan/print.hpp"

namespace weir {

using plan::TypeId;
using plan::TypeKind;

Types::Types(plan::Plan& plan) : plan_(plan), simple_(32, plan::none) {
    add({});
    simple_[static_cast<std::size_t>(TypeKind::any)] = 0;
    of(TypeKind::string);  // what the fields of a text record are
}

TypeId Types::add(plan::Type type, bool exact) {
    plan_.types.push_back(std::move(type));
    exact_.push_back(exact);
    return static_cast<TypeId>(plan_.types.size() - 1);
}

TypeId Types::of(TypeKind kind) {
    TypeId& known = simple_[static_cast<std::size_t>(kind)];
    if (known == plan::none) {
        plan::Type type;
        type.kind = kind;
        known = add(std::move(type));
    }
    return known;
}

TypeId Types::array(TypeId element) {
    plan::Type type;
    type.kind = TypeKind::array;
    type.of = {element};
    return add(std::move(type));
}

TypeId Types::map(TypeId element) {
    plan::Type type;
    type.kind = TypeKind::map;
    type.of = {element};
    return add(std::move(type));
}

TypeId Types::literal(Constant value) {
    if (std::holds_alternative<Null>(value)) return of(TypeKind::null_);
    plan::Type type;
    type.kind = TypeKind::literal;
    type.low = std::move(value);
    return add(std::move(type));
}

TypeId Types::range(TypeId of_base, Constant low, Constant high) {
    plan::Type type;
    type.kind = TypeKind::range;
    type.of = {of_base};
    type.low = std::move(low);
    type.high = std::move(high);
    return add(std::move(type));
}

TypeId Types::maybe(TypeId inner) {
    if (nullable(inner) || is_any(inner)) return inner;
    plan::Type type = at(inner);
    if (std::count(unfinished_.begin(), unfinished_.end(), inner)) {
        type = {};
        type.kind = TypeKind::union_;
        type.of = {inner};
    }
    type.nullable = true;
    return add(std::move(type), exact_[inner]);
}

TypeId Types::not_null(TypeId id) {
    if (!at(id).nullable) return id;
    plan::Type type = at(id);
    type.nullable = false;
    return add(std::move(type), exact_[id]);
}

TypeId Types::one_of(std::vector<TypeId> alternatives) {
    if (alternatives.size() == 1) return alternatives.front();
    plan::Type type;
    type.kind = TypeKind::union_;
    for (TypeId id : alternatives) {
        if (is_any(id)) return any();
        if (at(id).kind == TypeKind::null_) {
            type.nullable = true;
        } else if (at(id).kind == TypeKind::union_ && at(id).name.empty() && at(id).by.empty()) {
            type.of.insert(type.of.end(), at(id).of.begin(), at(id).of.end());
            type.nullable = type.nullable || at(id).nullable;
        } else {
            type.of.push_back(id);
        }
    }
    if (type.of.empty()) return of(TypeKind::null_);
    if (type.of.size() == 1) return type.nullable ? maybe(type.of.front()) : type.of.front();
    return add(std::move(type));
}

TypeId Types::either(TypeId a, TypeId b) {
    if (a == b) return a;
    if (is_any(a) || is_any(b)) return any();
    if (at(a).kind == TypeKind::null_) return maybe(b);
    if (at(b).kind == TypeKind::null_) return maybe(a);
    if (at(a).kind != TypeKind::record && fits(a, b) == Fit::yes) return b;
    if (at(a).kind != TypeKind::record && fits(b, a) == Fit::yes) return a;
    const TypeKind ka = base(a), kb = base(b);
    if (ka == kb && ka != TypeKind::record && ka != TypeKind::array && ka != TypeKind::map && ka != TypeKind::union_) {
        const TypeId both = of(ka);
        return nullable(a) || nullable(b) ? maybe(both) : both;
    }
    return one_of({a, b});
}

TypeId Types::record(std::vector<plan::Field> fields, bool exact) {
    plan::Type type;
    type.kind = TypeKind::record;
    type.fields = std::move(fields);
    return add(std::move(type), exact);
}

bool Types::nullable(TypeId id) const {
    const plan::Type& type = at(id);
    if (type.kind == TypeKind::any || type.kind == TypeKind::null_ || type.nullable) return true;
    return type.kind == TypeKind::union_ && std::any_of(type.of.begin(), type.of.end(), [&](TypeId t) { return nullable(t); });
}

TypeKind Types::base(TypeId id) const {
    const plan::Type& type = at(id);
    if (type.kind == TypeKind::literal) return kind_of(type.low);
    if (type.kind == TypeKind::range) return type.of.empty() ? kind_of(type.low) : base(type.of.front());
    if (type.kind == TypeKind::union_ && !type.of.empty()) {
        const TypeKind first = base(type.of.front());
        for (TypeId t : type.of)
            if (base(t) != first) return TypeKind::union_;
        return first;
    }
    return type.kind;
}

bool Types::is(TypeId id, TypeKind kind) const { return base(id) == kind; }

bool Types::every(TypeId id, bool (*test)(TypeKind)) const {
    const plan::Type& type = at(id);
    if (type.kind != TypeKind::union_) return test(base(id));
    return std::all_of(type.of.begin(), type.of.end(), [&](TypeId t) { return every(t, test); });
}

bool Types::is_number(TypeId id) const {
    return every(id, [](TypeKind k) { return k == TypeKind::int_ || k == TypeKind::decimal || k == TypeKind::double_; });
}

Types::Found Types::field(TypeId id, std::string_view name) const {
    const plan::Type& type = at(id);
    if (type.kind == TypeKind::record) {
        for (const plan::Field& f : type.fields)
            if (f.name == name) return {f.type, !f.optional && !type.nullable, false};
        return {any(), false, true};
    }
    if (type.kind == TypeKind::map) return {type.of.empty() ? any() : type.of.front(), false, false};
    if (type.kind == TypeKind::text_record) return {simple_[static_cast<std::size_t>(TypeKind::string)], false, false};
    if (type.kind == TypeKind::union_ && !type.of.empty()) {
        Found all{plan::none, !type.nullable, true};
        for (TypeId t : type.of) {
            const Found one = field(t, name);
            all.certain = all.certain && one.certain;
            if (one.never) continue;
            all.never = false;
            all.type = all.type == plan::none || all.type == one.type ? one.type : any();
        }
        if (all.type == plan::none) all.type = any();
        return all;
    }
    if (type.kind == TypeKind::any) return {};
    return {any(), false, true};
}

std::vector<std::string> Types::field_names(TypeId id) const {
    std::vector<std::string> names;
    for (const plan::Field& f : at(id).fields) names.push_back(f.name);
    if (at(id).kind == TypeKind::union_)
        for (TypeId t : at(id).of)
            for (std::string& n : field_names(t)) names.push_back(std::move(n));
    return names;
}

TypeId Types::with_field(TypeId id, const std::vector<std::string>& path, std::size_t index, TypeId value) {
    if (index == path.size()) return value;
    const plan::Type type = at(id);
    if (type.kind != TypeKind::record) return any();
    plan::Type changed = type;
    changed.name.clear();
    for (plan::Field& f : changed.fields) {
        if (f.name != path[index]) continue;
        f.type = with_field(f.type, path, index + 1, value);
        f.optional = false;
        f.fallback = plan::none;
        return add(std::move(changed), exact_[id]);
    }
    plan::Field added;
    added.name = path[index];
    added.type = index + 1 == path.size() ? value : with_field(record({}, false), path, index + 1, value);
    changed.fields.push_back(std::move(added));
    return add(std::move(changed), exact_[id]);
}

TypeId Types::without_field(TypeId id, const std::string& name) {
    if (at(id).kind == TypeKind::text_record) return id;
    if (at(id).kind != TypeKind::record) return any();
    plan::Type changed = at(id);
    changed.name.clear();
    std::erase_if(changed.fields, [&](const plan::Field& f) { return f.name == name; });
    return add(std::move(changed), exact_[id]);
}

TypeId Types::element(TypeId id) const {
    const plan::Type& type = at(id);
    if ((type.kind == TypeKind::array || type.kind == TypeKind::map) && !type.of.empty()) return type.of.front();
    if (type.kind == TypeKind::text_record) return simple_[static_cast<std::size_t>(TypeKind::string)];
    return any();
}

std::optional<std::vector<Constant>> Types::literals(TypeId id) const {
    const plan::Type& type = at(id);
    if (type.nullable) return std::nullopt;
    if (type.kind == TypeKind::literal) return std::vector<Constant>{type.low};
    if (type.kind == TypeKind::bool_) return std::vector<Constant>{true, false};
    if (type.kind != TypeKind::union_) return std::nullopt;
    std::vector<Constant> all;
    for (TypeId t : type.of) {
        auto part = literals(t);
        if (!part) return std::nullopt;
        all.insert(all.end(), part->begin(), part->end());
    }
    return all;
}

std::string Types::name(TypeId id) const { return print_type(plan_, id); }

}  // namespace weir
