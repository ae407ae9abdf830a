// Blocks of arms: `route` takes the first that fits, `recipients` every one.
#include <algorithm>

#include "dsl/plan/print_value.hpp"
#include "dsl/steps/body.hpp"

namespace weir {

using namespace plan;

namespace {

bool covers(const MatchCase& above, const MatchCase& below) {
    using Kind = MatchCase::Kind;
    if (above.kind == Kind::any) return true;
    if (below.kind == Kind::type || above.kind == Kind::type) return above.kind == below.kind && above.type == below.type;
    if (below.kind == Kind::any) return false;
    // As two bounds each; a side without one is open.
    struct Bounds {
        const Constant *low = nullptr, *high = nullptr;
        bool low_in = true, high_in = true;
    };
    auto bounds = [](const MatchCase& m) {
        Bounds b;
        switch (m.kind) {
            case Kind::value: b.low = b.high = &m.low; break;
            case Kind::range: b.low = &m.low, b.high = &m.high; break;
            case Kind::less: b.high = &m.low, b.high_in = false; break;
            case Kind::less_equal: b.high = &m.low; break;
            case Kind::greater: b.low = &m.low, b.low_in = false; break;
            case Kind::greater_equal: b.low = &m.low; break;
            default: break;
        }
        return b;
    };
    if (above.kind == Kind::value && below.kind == Kind::value) return same_constant(above.low, below.low);
    const Bounds a = bounds(above), b = bounds(below);
    if (a.low) {
        if (!b.low) return false;
        const auto o = order(*a.low, *b.low);
        if (!o || *o > 0 || (*o == 0 && !a.low_in && b.low_in)) return false;
    }
    if (a.high) {
        if (!b.high) return false;
        const auto o = order(*b.high, *a.high);
        if (!o || *o > 0 || (*o == 0 && !a.high_in && b.high_in)) return false;
    }
    // An open side alone says nothing about the kind: `< 5` takes no text.
    return (a.low && b.low) || (a.high && b.high);
}

struct Above {
    MatchCase one;
    Span at;
};

// The text of an arm's pattern as a label, blanks normalised.
std::string label_of(const std::string& text) {
    std::string out;
    for (char ch : text) {
        const bool blank = ch == ' ' || ch == '\t' || ch == '\n' || ch == '\r';
        if (blank && (out.empty() || out.back() == ' ')) continue;
        out += blank ? ' ' : ch;
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

}  // namespace

void Lowering::arms(const syntax::Block& b, BlockKind kind, ExprId subject, Node& node, std::string_view word) {
    const bool first_only = kind == BlockKind::arms;
    const TypeId looked_at = subject == none ? c.types.any() : expressions().type_of(subject);
    const TypeId item = !first_only && c.types.is(looked_at, TypeKind::array) ? c.types.element(looked_at) : looked_at;
    std::vector<Above> above;
    Span else_at{};
    bool all_end = true, any_arm = false;
    TypeId joined = none;
    const TypeId before = scope_->body;
    const std::string copies_before = copies_;
    std::optional<Span> replied;
    std::size_t whens = 0, when_count = 0;
    for (const syntax::Statement& s : b.statements)
        if (s.shape == syntax::Shape::arm && !s.pattern && s.when) ++when_count;
    for (const syntax::Statement& s : b.statements) {
        if (s.shape == syntax::Shape::broken) {
            all_end = false;
            continue;
        }
        Arm arm;
        if (s.shape == syntax::Shape::arm) {
            any_arm = true;
            if (else_at.end && first_only) {
                c.findings.error(Code::W0310, s.at, "this arm is never reached").label(else_at, "takes everything that no arm above it takes");
                else_at = {};
            }
            if (s.pattern) {
                if (subject == none) {
                    c.findings.error(Code::W0310, s.pattern->at, "`{}` has no value that this could fit", word).help("`{} V {{ .. }}` looks at a value, `when` at a condition", word);
                    continue;
                }
                arm.cases = expressions().cases(*s.pattern);
                for (std::size_t i = 0; i < arm.cases.size(); ++i) {
                    const MatchCase& one = arm.cases[i];
                    const Span at = arm.cases.size() == s.pattern->alternatives.size() ? s.pattern->alternatives[i].at : s.pattern->at;
                    if (one.kind == MatchCase::Kind::value && !c.types.may_equal(c.types.literal(one.low), item)) {
                        auto finding = c.findings.error(Code::W0310, at, "this arm is never reached");
                        finding.say("`{}` is {}", subject == none ? "" : c.text(c.plan.exprs[subject].at), expressions().say(item));
                        continue;
                    }
                    const auto by = first_only ? std::find_if(above.begin(), above.end(), [&](const Above& a) { return covers(a.one, one); }) : above.end();
                    if (by != above.end()) c.findings.error(Code::W0310, at, "this arm is never reached").label(by->at, "takes it already");
                }
            }
            if (s.when) arm.when = condition(*s.when, "`when`");
            if (arm.when != none) node.can_fail.add(c.plan.exprs[arm.when].can_fail);
            if (first_only && s.pattern && !s.when)
                for (const MatchCase& one : arm.cases) above.push_back({one, s.pattern->at});
            arm.otherwise = s.otherwise || (s.pattern && !s.when && std::any_of(arm.cases.begin(), arm.cases.end(), [](const MatchCase& m) { return m.kind == MatchCase::Kind::any; }));
            if (arm.otherwise) else_at = s.at;
            if (s.pattern && arm.cases.empty()) continue;  // has its finding
            if (arm.otherwise) arm.cases.clear();
            arm.label = s.otherwise ? "else 1/1" : (s.pattern ? label_of(c.text(s.pattern->at) + (s.when ? " when " + c.text(s.when->at) : "")) : fmt::format("when {}/{}", ++whens, when_count));
        } else if (!first_only && s.shape == syntax::Shape::send) {
            arm.label = "always";
        } else {
            no_arm(c, s, word, !first_only);
            continue;
        }
        Around around;
        around.module = scope_->module;
        const auto written = match_arm(c, s, around);
        if (!written) continue;
        if (tell_not_built(c, written->form.not_built)) {
            check_forms_inside(c, written->form, word, around);
            check_forms_inside(c, written->action, around);
            all_end = false;
            joined = c.types.any();
            continue;
        }
        if (!first_only) scope_->body = before;
        scope_->body = before;
        bool ended = false;
        if (!first_only && copies_.empty()) copies_ = word;
        arm.block = guarded_block(written->action, written->form.on, arm.label, ended);
        copies_ = copies_before;
        if (block_replied_) replied = block_replied_;
        if (!ended) {
            all_end = false;
            joined = joined == none ? scope_->body : (joined == scope_->body ? joined : c.types.any());
        }
        node.arms.push_back(std::move(arm));
    }
    scope_->body = first_only && joined != none ? joined : before;
    if (!any_arm && b.statements.empty()) c.findings.error(Code::W0302, b.at, "`{}` has no arms", word);
    if (!first_only) return;
    bool complete = else_at.end != 0 || std::any_of(node.arms.begin(), node.arms.end(), [](const Arm& a) { return a.otherwise; });
    if (!complete && subject != none) {
        if (auto values = c.types.literals(looked_at)) {
            complete = std::all_of(values->begin(), values->end(), [&](const Constant& v) {
                MatchCase one;
                one.kind = MatchCase::Kind::value;
                one.low = v;
                return std::any_of(above.begin(), above.end(), [&](const Above& a) { return covers(a.one, one); });
            });
        } else if (c.types.at(looked_at).kind == TypeKind::range && !c.types.nullable(looked_at)) {
            MatchCase all;
            all.kind = MatchCase::Kind::range;
            all.low = c.types.at(looked_at).low;
            all.high = c.types.at(looked_at).high;
            complete = std::any_of(above.begin(), above.end(), [&](const Above& a) { return covers(a.one, all); });
        }
    }
    if (!complete) {
        node.can_fail.add(FailureClass::invalid);
        if (any_arm) c.findings.warning(Code::W0311, node.at, "this `route` has no `else`").say("a message that no arm fits fails as `invalid`");
    }
    if (replied) replied_ = replied;
    if (all_end && any_arm) end();
}

}  // namespace weir
