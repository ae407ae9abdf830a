// `match` and the patterns of arms.
#include "dsl/expressions/expressions.hpp"

namespace weir {

using namespace plan;

std::vector<MatchCase> Expressions::cases(const syntax::Pattern& pattern) {
    std::vector<MatchCase> all;
    for (const syntax::Alternative& a : pattern.alternatives) {
        MatchCase one;
        using Kind = syntax::Alternative::Kind;
        auto bound = [&](const syntax::ExprBox& e, Constant& out) {
            if (!e) return false;
            const std::size_t before = c_.findings.all().size();
            if (auto value = literal(*e)) {
                out = std::move(*value);
                return true;
            }
            if (c_.findings.all().size() == before) c_.findings.error(Code::W0212, e->at, "a pattern is made of literals, and `{}` is none", c_.text(e->at)).help("`when` takes any condition");
            return false;
        };
        bool fine = true;
        switch (a.kind) {
            case Kind::any: one.kind = MatchCase::Kind::any; break;
            case Kind::value:
                one.kind = MatchCase::Kind::value;
                fine = bound(a.low, one.low);
                break;
            case Kind::range:
                one.kind = MatchCase::Kind::range;
                fine = bound(a.low, one.low) && bound(a.high, one.high);
                if (fine) {
                    const auto o = order(one.low, one.high);
                    if (!o || *o > 0) {
                        c_.findings.error(Code::W0212, a.at, "the range `{}` {}", c_.text(a.at), o ? "is empty: its first bound is the larger one" : "has bounds that can't be compared");
                        fine = false;
                    }
                }
                break;
            case Kind::compare:
                one.kind = a.compare == syntax::CompareOp::less         ? MatchCase::Kind::less
                           : a.compare == syntax::CompareOp::less_equal ? MatchCase::Kind::less_equal
                           : a.compare == syntax::CompareOp::greater    ? MatchCase::Kind::greater
                                                                        : MatchCase::Kind::greater_equal;
                fine = bound(a.low, one.low);
                break;
            case Kind::type: {
                one.kind = MatchCase::Kind::type;
                syntax::Type type;
                type.at = a.type.at;
                syntax::NamedType named;
                named.name = a.type;
                type.node = std::move(named);
                one.type = lower_type(c_, *s_.module, type);
                break;
            }
        }
        if (fine) all.push_back(std::move(one));
    }
    return all;
}

ExprId Expressions::match(const syntax::Match& m, Span at) {
    Expr e;
    e.op = Op::match;
    if (m.subject) e.operands.push_back(lower(*m.subject));
    TypeId result = none;
    bool open = true, whole_seen = false;
    FailureSet failures;
    for (const syntax::MatchArm& a : m.arms) {
        MatchArm arm;
        bool whole = !a.pattern && !a.when;
        if (whole && m.subject && c_.text(a.at).starts_with("else")) {
            const Span word{a.at.begin, a.at.begin + 4};
            c_.findings.error(Code::W0055, word, "unexpected `else`").replace(word, "_", "in `match` the last arm is `_`");
        }
        if (whole_seen) {
            c_.findings.error(Code::W0213, a.at, "this arm is never reached: an arm above takes everything");
            break;
        }
        if (a.pattern) {
            arm.cases = cases(*a.pattern);
            if (arm.cases.empty()) {  // it has its finding
                MatchCase any;
                arm.cases.push_back(any);
            }
            for (const MatchCase& one : arm.cases) whole = whole || (one.kind == MatchCase::Kind::any && !a.when);
            if (!m.subject && a.pattern) c_.findings.error(Code::W0212, a.pattern->at, "a `match` without a value has `when` arms only");
        }
        if (a.when) {
            arm.when = condition(*a.when, "`when`");
            failures.add(fails(arm.when));
        }
        if (!a.value) continue;
        arm.value = lower(*a.value);
        e.operands.push_back(arm.value);
        failures.add(fails(arm.value));
        if (!never(arm.value)) result = result == none ? type_of(arm.value) : t_.either(result, type_of(arm.value));
        whole_seen = whole_seen || whole;
        open = open && !whole;
        e.arms.push_back(std::move(arm));
    }
    return make(std::move(e), result == none ? 0 : result, at, open);
}

}  // namespace weir
