// Expressions: precedence climbing over the flat chains (the table of grammar.md 5), literals, patterns.
#include "dsl/grammar/build.hpp"

namespace weir::grammar {
using namespace syntax;

namespace {

template <class T> ExprBox make(Span at, T node) {
    auto expr = std::make_unique<Expr>();
    expr->at = at;
    expr->node = std::move(node);
    return expr;
}

struct Operator {
    std::string_view sign;
    BinaryOp op;
    int level;
};
constexpr Operator operators[] = {
    {"catch", BinaryOp::catch_, 1}, {"or", BinaryOp::or_, 3},          {"and", BinaryOp::and_, 4},       {"==", BinaryOp::equal, 6},  {"!=", BinaryOp::unequal, 6},
    {"<", BinaryOp::less, 6},       {"<=", BinaryOp::less_equal, 6},   {">", BinaryOp::greater, 6},      {">=", BinaryOp::greater_equal, 6},
    {"??", BinaryOp::coalesce, 7},  {"+", BinaryOp::add, 8},           {"-", BinaryOp::subtract, 8},     {"*", BinaryOp::multiply, 9}, {"/", BinaryOp::divide, 9},
    {"mod", BinaryOp::mod, 9},      {"div", BinaryOp::div, 9},
};
const Operator& operator_of(std::string_view sign) {
    for (const auto& entry : operators)
        if (entry.sign == sign) return entry;
    return operators[0];
}
constexpr int comparison = 6;

LiteralKind number_kind(std::string_view text) {
    if (text.back() == '%') return LiteralKind::percent;
    bool letter = false, dot = false;
    for (char c : text) {
        if (c == '/') return LiteralKind::rate;
        if (c == 'e' || c == 'E') return LiteralKind::real;
        letter = letter || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        dot = dot || c == '.';
    }
    if (letter) return text.back() == 'B' ? LiteralKind::size : LiteralKind::duration;
    return dot ? LiteralKind::decimal : LiteralKind::integer;
}

}  // namespace

ExprBox Builder::expression(Index i) {
    if (too_deep(i)) {
        findings_.error(Code::W0004, span(i), "this expression is more than 2000 deep").help("name a part of it by `let` or `fn`");
        return make(span(i), BrokenExpr{});
    }
    Children c = children(i);
    if (kind(i) == Kind::if_) {
        If node;
        node.condition = expression(take(c));
        node.then = expression(take(c));
        node.otherwise = expression(take(c));
        return make(span(i), std::move(node));
    }
    if (kind(i) == Kind::chain) return climb(c, 0);
    // body (catch body)*
    ExprBox left = expression(take(c));
    while (c.more()) {
        const Index sign = take(c);
        ExprBox right = expression(take(c));
        const Span at = join(left->at, right->at);
        left = make(at, Binary{BinaryOp::catch_, span(sign), std::move(left), std::move(right)});
    }
    return left;
}

ExprBox Builder::climb(Children& c, int least) {
    ExprBox left = unary(c);
    // What the comparison before this one was: two of a kind do not chain. A sign and `in` or `is` read from left to right.
    enum class Compared { no, sign, word } compared = Compared::no;
    bool told = false;
    while (c.more()) {
        const Kind what = kind(c.at);
        const Operator* entry = what == Kind::op ? &operator_of(text(c.at)) : nullptr;
        const int level = entry ? entry->level : comparison;
        if (level < least) break;
        const Index sign = take(c);
        const Compared now = level != comparison ? Compared::no : entry ? Compared::sign : Compared::word;
        if (now != Compared::no && now == compared && !told) {
            told = true;
            const Span at = what == Kind::in ? Span{span(sign).begin, span(sign).begin + 2} : span(sign);
            findings_.error(Code::W0051, at, "a second comparison").help("two comparisons: `a < b and b < c`");
        }
        if (level <= comparison) compared = now;
        if (what == Kind::is) {
            TypeBox wanted = type(take(c));
            const Span at = join(left->at, wanted->at);
            left = make(at, Is{std::move(left), std::move(wanted)});
        } else if (what == Kind::in) {
            Children bounds = children(sign);
            In node;
            node.low = expression(take(bounds));
            if (bounds.more()) node.high = expression(take(bounds));
            const Span at = join(left->at, span(sign));
            node.operand = std::move(left);
            left = make(at, std::move(node));
        } else {
            ExprBox right = climb(c, entry->op == BinaryOp::coalesce ? level : level + 1);
            const Span at = join(left->at, right->at);
            left = make(at, Binary{entry->op, span(sign), std::move(left), std::move(right)});
        }
    }
    if (told) return make(left->at, BrokenExpr{});  // what it would be is not known
    return left;
}

ExprBox Builder::unary(Children& c) {
    if (!next_is(c, Kind::prefix)) return postfix(c);
    const Index sign = take(c);
    const bool inverts = text(sign) == "not";
    ExprBox operand = inverts ? climb(c, comparison) : unary(c);
    const Span at = join(span(sign), operand->at);
    return make(at, Unary{inverts ? UnaryOp::not_ : UnaryOp::negate, std::move(operand)});
}

ExprBox Builder::postfix(Children& c) {
    ExprBox base = primary(c);
    while (c.more() && (kind(c.at) == Kind::member || kind(c.at) == Kind::index)) {
        const Index i = take(c);
        const Span at = join(base->at, span(i));
        const bool safe = text(i).front() == '?';
        Children inner = children(i);
        if (kind(i) == Kind::index) {
            syntax::Index node;
            node.base = std::move(base);
            node.safe = safe;
            if (inner.more()) node.index = expression(take(inner));
            base = make(at, std::move(node));
        } else {
            Member node;
            node.base = std::move(base);
            node.safe = safe;
            node.field = name(take(inner));
            if (inner.more()) node.arguments = arguments(take(inner));
            base = make(at, std::move(node));
        }
    }
    return base;
}

ExprBox Builder::primary(Children& c) {
    const Index i = take(c);
    switch (kind(i)) {
        case Kind::plain_text:
        case Kind::raw_text:
        case Kind::block_text: return text_literal(i);
        case Kind::number: return number(i);
        case Kind::timestamp: return make(span(i), Literal{LiteralKind::timestamp, text(i)});
        case Kind::constant: return constant(i);
        case Kind::array: return array(i);
        case Kind::object: return object(i);
        case Kind::match: return match(i);
        case Kind::paren: {
            ExprBox inner = expression(i + 1);
            inner->at = span(i);
            inner->parenthesised = true;
            return inner;
        }
        case Kind::name: {
            if (!next_is(c, Kind::arguments)) return make(span(i), Reference{name(i)});
            const Index list = take(c);
            return make(join(span(i), span(list)), Call{name(i), arguments(list)});
        }
        default: return make(span(i), BrokenExpr{});
    }
}

ExprBox Builder::number(Index i) const { return make(span(i), Literal{number_kind(text(i)), text(i)}); }

ExprBox Builder::constant(Index i) const {
    const auto word = text(i);
    return make(span(i), Literal{word == "true" ? LiteralKind::true_ : word == "false" ? LiteralKind::false_ : LiteralKind::null_, word});
}

ExprBox Builder::bound(Index i) {
    switch (kind(i)) {
        case Kind::number: return number(i);
        case Kind::negative: return make(span(i), Unary{UnaryOp::negate, number(i + 1)});
        case Kind::timestamp: return make(span(i), Literal{LiteralKind::timestamp, text(i)});
        case Kind::constant: return constant(i);
        default: return text_literal(i);
    }
}

ExprBox Builder::array(Index i) {
    Array node;
    for (Children c = children(i); c.more();) {
        const Index item = take(c);
        const bool spread = kind(item) == Kind::spread;
        node.items.push_back({spread, expression(spread ? item + 1 : item)});
    }
    return make(span(i), std::move(node));
}

ExprBox Builder::object(Index i) {
    Object node;
    for (Children c = children(i); c.more();) {
        const Index item = take(c);
        Entry entry;
        if (kind(item) == Kind::spread) {
            entry.spread = true;
            entry.value = expression(item + 1);
        } else {
            Children inner = children(item);
            const Index k = take(inner);
            entry.key = key(k);
            entry.optional = character(nodes_[k].end) == '?';
            entry.value = expression(take(inner));
        }
        node.entries.push_back(std::move(entry));
    }
    return make(span(i), std::move(node));
}

Key Builder::key(Index i) {
    Key result;
    result.at = span(i);
    if (nodes_[i].last == i + 1) {
        result.text = text(i);
        return result;
    }
    auto found = pieces(i + 1);
    if (found.size() == 1 && !found[0].hole) result.text = std::move(found[0].text);
    else result.pieces = std::move(found);
    return result;
}

std::vector<Argument> Builder::arguments(Index i) {
    std::vector<Argument> list;
    for (Children c = children(i); c.more();) {
        Children inner = children(take(c));
        Argument argument;
        if (next_is(inner, Kind::name)) argument.name = name(take(inner));
        const Index value = take(inner);
        argument.value = kind(value) == Kind::lambda ? lambda(value) : expression(value);
        list.push_back(std::move(argument));
    }
    return list;
}

ExprBox Builder::lambda(Index i) {
    Lambda node;
    Children c = children(i);
    while (next_is(c, Kind::name)) node.parameters.push_back(name(take(c)));
    node.body = expression(take(c));
    return make(span(i), std::move(node));
}

ExprBox Builder::match(Index i) {
    Match node;
    Children c = children(i);
    if (next_is(c, Kind::expression)) node.subject = expression(take(c));
    while (c.more()) {
        const Index arm = take(c);
        Children inner = children(arm);
        MatchArm result;
        result.at = span(arm);
        if (next_is(inner, Kind::pattern)) result.pattern = pattern(take(inner));
        if (next_is(inner, Kind::when)) result.when = expression(take(inner) + 1);
        if (next_is(inner, Kind::otherwise)) {
            take(inner);
            result.otherwise = true;  // `_` is the spelling in `match`; the later stage that knows the forms says so
        }
        result.value = expression(take(inner));
        node.arms.push_back(std::move(result));
    }
    return make(span(i), std::move(node));
}

Pattern Builder::pattern(Index i) {
    Pattern result;
    result.at = span(i);
    for (Children c = children(i); c.more();) {
        const Index item = take(c);
        Children inner = children(item);
        Alternative one;
        one.at = span(item);
        switch (kind(item)) {
            case Kind::value_or_range:
                one.kind = Alternative::Kind::value;
                one.low = bound(take(inner));
                if (inner.more()) {
                    one.kind = Alternative::Kind::range;
                    one.high = bound(take(inner));
                }
                break;
            case Kind::compare: {
                const auto sign = text(item);
                const bool equal = sign[1] == '=';
                one.kind = Alternative::Kind::compare;
                one.compare = sign[0] == '<' ? (equal ? CompareOp::less_equal : CompareOp::less) : (equal ? CompareOp::greater_equal : CompareOp::greater);
                one.low = bound(take(inner));
                break;
            }
            case Kind::type_name:
                one.kind = Alternative::Kind::type;
                one.type = name(item);
                break;
            default: one.kind = Alternative::Kind::any; break;
        }
        result.alternatives.push_back(std::move(one));
    }
    return result;
}

}  // namespace weir::grammar
