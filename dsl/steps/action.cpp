// Reads actions: what stands behind `on`, behind `else`, in an arm.
#include "dsl/names/nearest.hpp"
#include "dsl/steps/form.hpp"

namespace weir {

bool failure_class(Checker& c, const syntax::Name& name, FailureClass& out, bool any_too) {
    if (read_failure_class(name.text, out)) return true;
    auto finding = c.findings.error(Code::W0410, name.at, "there is no failure class `{}`", name.text);
    std::vector<std::string> classes;
    for (unsigned i = any_too ? 0 : 1; i < 14; ++i) classes.emplace_back(name_of(static_cast<FailureClass>(i)));
    const std::string best = nearest(name.text, classes);
    if (!best.empty()) finding.replace(name.at, best, "did you mean");
    return false;
}

std::optional<WrittenAction> read_action(Parts& parts, Checker& c, ActionPlace place, Around around, std::vector<NotBuilt>& not_built, bool& told) {
    told = false;
    const syntax::Part* first = parts.peek();
    if (!first) return std::nullopt;
    WrittenAction a;
    a.at = first->at;
    const auto clauses = [&](const StepSpec& spec) {
        auto form = std::make_shared<Form>();
        told = !take_places(parts, c, spec, spec.places, a.at, around, place, *form);
        if (told) return false;
        not_built.insert(not_built.end(), form->not_built.begin(), form->not_built.end());
        a.form = std::move(form);
        return true;
    };
    if (const auto* arrow = parts.peek_as<syntax::Arrow>()) {
        if (!clauses(*find_step("->"))) return std::nullopt;
        const Filling& to = *a.form->get("target");
        a.target = to.target;
        a.call = arrow->call;
        a.value = to.sent;
        return a;
    }
    if (const syntax::Block* block = parts.take_block_or_empty()) {
        a.word = ActionWord::block;
        a.block = block;
        return a;
    }
    if (const auto* fail = parts.take<syntax::FailClass>()) {
        a.word = fail->failure.text == "again" ? ActionWord::fail_again : ActionWord::fail;
        a.failure = fail->failure;
        if (a.word == ActionWord::fail) a.value = parts.take_value();
        return a;
    }
    const auto word = parts.word();
    if (!word) return std::nullopt;
    if (*word == "continue") {
        c.findings.error(Code::W0301, a.at, "no action is called `continue`").help("`skip`, or `give V`");
        told = true;
        return std::nullopt;
    }
    const ActionSpec* spec = find_action(*word);
    if (!spec) return std::nullopt;
    if (!(spec->allowed & (place | (around.process ? in_process : 0)))) {
        c.findings.error(Code::W0301, a.at, "`{}` stands {}", *word, spec->where);
        told = true;
        return std::nullopt;
    }
    parts.skip();
    if (!clauses(spec->form)) return std::nullopt;
    a.word = spec->word;
    a.spec = spec;
    if (const Filling* value = a.form->get("reason")) a.value = value->value;
    if (!spec->built) not_built.push_back({a.at, "`" + std::string(*word) + "`"});
    return a;
}

std::optional<ArmForm> match_arm(Checker& c, const syntax::Statement& s, Around around) {
    if (s.pattern)
        for (const syntax::Alternative& one : s.pattern->alternatives)
            if (one.kind == syntax::Alternative::Kind::any) {
                auto finding = c.findings.error(Code::W0055, one.at, "unexpected `_`");
                if (s.pattern->alternatives.size() == 1 && !s.when) finding.replace(one.at, "else", "in arms of steps the last one is `else`");
                else finding.help("in arms of steps the last one is `else`");
            }
    ArmForm arm;
    Parts parts(s.parts);
    bool told = false;
    auto action = read_action(parts, c, in_branch, around, arm.form.not_built, told);
    if (!action) {
        const syntax::Part* here = parts.peek();
        if (!told) c.findings.error(here ? Code::W0301 : Code::W0302, here ? here->at : s.at, "an arm ends in an action: `-> target`, `discard V`, `fail CLASS`, or a block of steps");
        return std::nullopt;
    }
    if (around.scatter && action->target && action->target->arguments && !action->call) {
        c.findings.error(Code::W0301, action->at, "an arm of `scatter` waits for an answer").help("write `-> call {}`", c.text(action->target->at));
        return std::nullopt;
    }
    while (!parts.end()) {
        const auto fine = take_annotation(parts, c, around, arm.form);
        if (fine && *fine) continue;
        if (!fine) c.findings.error(Code::W0301, parts.peek()->at, "{} does not belong to this arm", part_text(c, *parts.peek()));
        return std::nullopt;
    }
    note_allowed(c, arm.form, s.at);
    arm.action = std::move(*action);
    return arm;
}

void no_arm(Checker& c, const syntax::Statement& s, std::string_view word, bool sends_too) {
    if (s.shape == syntax::Shape::step && s.word.text == "always") {
        c.findings.error(Code::W0301, s.word.at, "unexpected `always`").help("{}", sends_too ? "a line `-> x` without a pattern" : "a line `-> x` without a pattern, in `recipients`; here the last arm is `else -> x`");
        return;
    }
    const bool like_an_arm = !s.parts.empty() && (std::holds_alternative<syntax::Arrow>(s.parts.front().node) || std::holds_alternative<syntax::BlockBox>(s.parts.front().node));
    if (s.shape == syntax::Shape::step && like_an_arm && !find_step(s.word.text)) {
        c.findings.error(Code::W0048, s.word.at, "`{}` is no pattern", s.word.text).help("a pattern is a literal, a range, a Type, or `when c`");
        return;
    }
    c.findings.error(Code::W0313, s.at, "a step stands here, and `{}` holds {}", word, sends_too ? "arms and `->`" : "arms only").help("an arm: `\"a\" -> target`, `1..9 {{ .. }}`, `when c -> target`, `else -> target`");
}

}  // namespace weir
