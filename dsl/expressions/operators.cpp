#include "dsl/expressions/expressions.hpp"

namespace weir {

using namespace plan;
using syntax::BinaryOp;

namespace {

Op op_of(BinaryOp op) {
    switch (op) {
        case BinaryOp::catch_: return Op::catch_;
        case BinaryOp::or_: return Op::or_;
        case BinaryOp::and_: return Op::and_;
        case BinaryOp::equal: return Op::equal;
        case BinaryOp::unequal: return Op::unequal;
        case BinaryOp::less: return Op::less;
        case BinaryOp::less_equal: return Op::less_equal;
        case BinaryOp::greater: return Op::greater;
        case BinaryOp::greater_equal: return Op::greater_equal;
        case BinaryOp::coalesce: return Op::coalesce;
        case BinaryOp::add: return Op::add;
        case BinaryOp::subtract: return Op::subtract;
        case BinaryOp::multiply: return Op::multiply;
        case BinaryOp::divide: return Op::divide;
        case BinaryOp::mod: return Op::mod;
        case BinaryOp::div: return Op::div;
    }
    return Op::equal;
}

bool ordered(TypeKind k) {
    return k == TypeKind::int_ || k == TypeKind::decimal || k == TypeKind::double_ || k == TypeKind::string || k == TypeKind::timestamp || k == TypeKind::duration || k == TypeKind::size || k == TypeKind::percent || k == TypeKind::any;
}
bool numeric(TypeKind k) { return k == TypeKind::int_ || k == TypeKind::decimal || k == TypeKind::double_; }

}  // namespace

ExprId Expressions::unary(const syntax::Unary& u, Span at) {
    if (!u.operand) return broken(at);
    Expr e;
    if (u.op == syntax::UnaryOp::not_) {
        e.op = Op::not_;
        e.operands = {condition(*u.operand, "`not`")};
        return make(std::move(e), t_.of(TypeKind::bool_), at);
    }
    e.op = Op::negate;
    e.operands = {lower(*u.operand)};
    const TypeId type = type_of(e.operands[0]);
    const TypeKind kind = t_.base(type);
    if (kind != TypeKind::any && kind != TypeKind::union_ && !numeric(kind) && kind != TypeKind::duration) {
        c_.findings.error(Code::W0203, at, "`-` wants a number, and `{}` is {}", c_.text(u.operand->at), say(type));
        return broken(at);
    }
    return make(std::move(e), kind == TypeKind::union_ ? t_.any() : t_.of(kind), at, true);
}

ExprId Expressions::binary(const syntax::Binary& b, Span at) {
    if (!b.left || !b.right) return broken(at);
    const Op op = op_of(b.op);
    Expr e;
    e.op = op;
    switch (op) {
        case Op::and_:
        case Op::or_: {
            const std::string word = op == Op::and_ ? "`and`" : "`or`";
            e.operands = {condition(*b.left, word), condition(*b.right, word)};
            return make(std::move(e), t_.of(TypeKind::bool_), at);
        }
        case Op::coalesce: return coalesce(b, at);
        case Op::catch_: {
            e.operands = {lower(*b.left), lower(*b.right)};
            const ExprId l = e.operands[0], r = e.operands[1];
            const TypeId type = never(l) ? type_of(r) : (never(r) ? type_of(l) : t_.either(type_of(l), type_of(r)));
            const FailureSet only_right = fails(r);
            const ExprId id = make(std::move(e), type, at);
            c_.plan.exprs[id].can_fail = only_right;
            return id;
        }
        case Op::equal:
        case Op::unequal:
        case Op::less:
        case Op::less_equal:
        case Op::greater:
        case Op::greater_equal: return comparison(b, op, at);
        default: break;
    }
    e.operands = {lower(*b.left), lower(*b.right)};
    bool invalid = true;
    const TypeId type = arithmetic(b.op, e.operands[0], e.operands[1], b, invalid);
    if (type == none) return broken(at);
    return make(std::move(e), type, at, invalid);
}

ExprId Expressions::coalesce(const syntax::Binary& b, Span at) {
    Expr e;
    e.op = Op::coalesce;
    e.operands = {lower(*b.left), lower(*b.right)};
    const ExprId l = e.operands[0], r = e.operands[1];
    // A missing last field is answered, what stands before it is not.
    Expr& left = c_.plan.exprs[l];
    if (left.op == Op::header_field) left.can_fail = {};
    if ((left.op == Op::field || left.op == Op::index) && !left.operands.empty()) {
        const TypeId base = type_of(left.operands[0]);
        const TypeKind kind = t_.at(base).kind;
        if (!t_.nullable(base) && (kind == TypeKind::record || kind == TypeKind::map)) left.can_fail = c_.plan.exprs[left.operands[0]].can_fail;
    }
    const TypeId present = t_.not_null(type_of(l));
    const TypeId type = never(r) || t_.at(type_of(l)).kind == TypeKind::any ? present : (t_.at(type_of(l)).kind == TypeKind::null_ ? type_of(r) : t_.either(present, type_of(r)));
    return make(std::move(e), type, at);
}

ExprId Expressions::comparison(const syntax::Binary& b, Op op, Span at) {
    Expr e;
    e.op = op;
    e.operands = {lower(*b.left), lower(*b.right)};
    const TypeId l = type_of(e.operands[0]), r = type_of(e.operands[1]);
    bool invalid = false;
    if (op == Op::equal || op == Op::unequal) {
        if (!t_.may_equal(l, r)) {
            auto finding = c_.findings.error(Code::W0202, at, "`{}` and `{}` can never be equal", c_.text(b.left->at), c_.text(b.right->at));
            if (t_.base(l) == t_.base(r)) finding.say("{} and {}", t_.name(l), t_.name(r));
            else finding.say("{} and {}", say(l), say(r));
        }
    } else {
        const TypeKind kl = t_.base(l), kr = t_.base(r);
        const bool open = kl == TypeKind::any || kr == TypeKind::any || kl == TypeKind::union_ || kr == TypeKind::union_;
        if (!t_.every(l, ordered) || !t_.every(r, ordered)) {
            const bool left_wrong = !t_.every(l, ordered);
            const TypeId wrong = left_wrong ? l : r;
            if (t_.at(wrong).kind != TypeKind::union_)
                c_.findings.error(Code::W0202, (left_wrong ? b.left : b.right)->at, "`{}` is {}, which has no order", c_.text((left_wrong ? b.left : b.right)->at), say(wrong));
        } else if (!open && kl != kr && !(numeric(kl) && numeric(kr))) {
            c_.findings.error(Code::W0202, at, "`{}` and `{}` can't be compared", c_.text(b.left->at), c_.text(b.right->at)).say("{} and {}", say(l), say(r));
        } else if ((kl == TypeKind::double_ && kr == TypeKind::decimal) || (kl == TypeKind::decimal && kr == TypeKind::double_)) {
            c_.findings.error(Code::W0202, at, "a decimal and a double do not mix").help("`double(x)` or `decimal(x)` says which is meant");
        }
        invalid = open || t_.nullable(l) || t_.nullable(r);
    }
    return make(std::move(e), t_.of(TypeKind::bool_), at, invalid);
}

TypeId Expressions::arithmetic(BinaryOp op, ExprId l, ExprId r, const syntax::Binary& b, bool& invalid) {
    const TypeId left = type_of(l), right = type_of(r);
    const TypeKind kl = t_.base(left), kr = t_.base(right);
    auto open = [](TypeKind k) { return k == TypeKind::any || k == TypeKind::union_; };
    const std::string sign = c_.text(b.op_at);
    auto wrong = [&]() {
        auto finding = c_.findings.error(Code::W0203, join(b.left->at, b.right->at), "`{}` does not take {} and {}", sign, say(left), say(right));
        if (op == BinaryOp::add && (kl == TypeKind::string || kr == TypeKind::string)) {
            const syntax::Expr& other = kl == TypeKind::string ? *b.right : *b.left;
            finding.help("texts are put together: \"..${{{}}}\"", c_.text(other.at));
        }
        if ((kl == TypeKind::double_ && kr == TypeKind::decimal) || (kl == TypeKind::decimal && kr == TypeKind::double_)) finding.help("`double(x)` or `decimal(x)` says which is meant");
        return none;
    };
    const bool maybe_null = t_.nullable(left) || t_.nullable(right);
    if (open(kl) || open(kr)) {
        const TypeKind known = open(kl) ? kr : kl;
        const bool possible = open(known) || numeric(known) || known == TypeKind::string || known == TypeKind::timestamp || known == TypeKind::duration || known == TypeKind::size || known == TypeKind::percent;
        if (!possible || (known == TypeKind::string && op != BinaryOp::add)) return wrong();
        return known == TypeKind::string ? t_.of(TypeKind::string) : t_.any();
    }
    if (numeric(kl) && numeric(kr)) {
        if (kl != kr && kl != TypeKind::int_ && kr != TypeKind::int_) return wrong();
        if (op == BinaryOp::divide) return kl == TypeKind::double_ || kr == TypeKind::double_ ? t_.of(TypeKind::double_) : t_.any();
        if (op == BinaryOp::div) return kl == TypeKind::int_ && kr == TypeKind::int_ ? t_.of(TypeKind::int_) : t_.any();
        return t_.of(kl == TypeKind::int_ ? kr : kl);
    }
    if (op == BinaryOp::add && kl == TypeKind::string && kr == TypeKind::string) {
        invalid = maybe_null;
        return t_.of(TypeKind::string);
    }
    if (kl == TypeKind::timestamp && kr == TypeKind::duration && (op == BinaryOp::add || op == BinaryOp::subtract)) return t_.of(TypeKind::timestamp);
    if (kl == TypeKind::duration && kr == TypeKind::timestamp && op == BinaryOp::add) return t_.of(TypeKind::timestamp);
    if (kl == TypeKind::timestamp && kr == TypeKind::timestamp && op == BinaryOp::subtract) return t_.of(TypeKind::duration);
    if (kl == kr && (kl == TypeKind::duration || kl == TypeKind::size || kl == TypeKind::percent) && (op == BinaryOp::add || op == BinaryOp::subtract)) return t_.of(kl);
    if ((kl == TypeKind::duration || kl == TypeKind::size) && kr == TypeKind::int_ && (op == BinaryOp::multiply || op == BinaryOp::div)) return t_.of(kl);
    if (kl == TypeKind::int_ && (kr == TypeKind::duration || kr == TypeKind::size) && op == BinaryOp::multiply) return t_.of(kr);
    return wrong();
}

}  // namespace weir
