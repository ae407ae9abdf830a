// Types.
#include "dsl/grammar/build.hpp"

namespace weir::grammar {
using namespace syntax;

namespace {
template <class T> TypeBox make(Span at, T node) {
    auto type = std::make_unique<Type>();
    type->at = at;
    type->node = std::move(node);
    return type;
}
}  // namespace

TypeBox Builder::type_union(Index i) {
    std::vector<TypeBox> alternatives;
    for (Children c = children(i); c.more();) {
        const Index item = take(c);
        TypeBox one = type(item);
        if (next_is(c, Kind::maybe)) {
            const Index mark = take(c);
            const Span at = join(one->at, span(mark));
            one = make(at, MaybeType{std::move(one)});
        }
        alternatives.push_back(std::move(one));
    }
    if (alternatives.size() == 1) return std::move(alternatives[0]);
    return make(span(i), UnionType{std::move(alternatives)});
}

TypeBox Builder::type(Index i) {
    if (kind(i) == Kind::union_) return type_union(i);
    Children c = children(i);
    const Index item = take(c);
    switch (kind(item)) {
        case Kind::record: return record(item);
        case Kind::array_type: return make(span(i), ArrayType{type_union(item + 1)});
        case Kind::type_paren: return type_union(item + 1);
        case Kind::constant: return make(span(i), LiteralType{constant(item)});
        case Kind::literal_type: {
            Children inner = children(item);
            ExprBox low = bound(take(inner));
            if (!inner.more()) return make(span(i), LiteralType{std::move(low)});
            return make(span(i), RangeType{std::move(low), bound(take(inner))});
        }
        default: {
            NamedType node;
            node.name = name(item);
            if (c.more())
                for (Children list = children(take(c)); list.more();) node.arguments.push_back(type_union(take(list)));
            return make(span(i), std::move(node));
        }
    }
}

TypeBox Builder::record(Index i) {
    RecordType node;
    for (Children c = children(i); c.more();) {
        const Index item = take(c);
        Children inner = children(item);
        Field field;
        field.name = key(take(inner));
        field.type = type_union(take(inner));
        if (inner.more()) field.fallback = expression(take(inner));
        field.documentation = documentation_above(nodes_[item].begin);
        node.fields.push_back(std::move(field));
    }
    return make(span(i), std::move(node));
}

}  // namespace weir::grammar
