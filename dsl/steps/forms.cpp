// Blocks that are not lowered, because the word around them is not built: their statements are held to their forms all the same.
#include "dsl/names/nearest.hpp"
#include "dsl/steps/body.hpp"
#include "dsl/steps/form.hpp"
#include "dsl/steps/steps.hpp"

namespace weir {

namespace {

void check_statement(Checker& c, const syntax::Statement& s, const StepSpec& spec, Around around) {
    if (const auto form = match_form(c, spec, s, around)) check_forms_inside(c, *form, spec.word, around);
}

void check_step(Checker& c, const syntax::Statement& s, Around around) {
    const std::string_view word = s.shape == syntax::Shape::send ? "->" : s.word.text;
    if (const StepSpec* spec = find_step(word)) check_statement(c, s, *spec, around);
    else if (around.module) unknown_step(c, *around.module, s);
}

// A pattern's blocks; which ones it takes is known where it is expanded.
void check_pattern_call(Checker& c, const syntax::Statement& s, Around around) {
    Form form;
    Parts parts(s.parts);
    while (!parts.end()) {
        if (const auto fine = take_annotation(parts, c, around, form)) {
            if (!*fine) return;
            continue;
        }
        if (parts.word()) parts.skip();
        const syntax::Block* block = parts.take_block_or_empty();
        if (!block) {
            if (const syntax::Part* here = parts.peek()) c.findings.error(Code::W0301, here->at, "{} does not belong to the pattern `{}`", part_text(c, *here), s.target ? s.target->name.text : "").help("it takes blocks: the first without a name, others behind the parameter's name");
            return;
        }
        check_forms(c, *block, BlockKind::steps, "", around);
    }
    note_allowed(c, form, s.at);
    check_forms_inside(c, form, "", around);
}

void check_state_item(Checker& c, const syntax::Statement& s, Around around) {
    for (const StepSpec& spec : state_words())
        if (spec.word == s.word.text) return check_statement(c, s, spec, around);
    auto finding = c.findings.error(Code::W0313, s.word.at, "`{}` stands in no state", s.word.text);
    if (s.word.text == "next") finding.help("`become s`, in the block of an `on`, a `when` or an `after`");
    else finding.help("a state holds `on T A`, `after D A`, `when V A` and `enter {{ .. }}`");
}

void check_states(Checker& c, const syntax::Statement& s, Around around) {
    if (s.shape == syntax::Shape::state) {
        if (s.word.text == "initial") c.findings.error(Code::W0301, s.word.at, "unexpected `initial`").help("the first state is the initial one");
        for (const syntax::Part& p : s.parts)
            if (const auto* block = std::get_if<syntax::BlockBox>(&p.node); block && *block) check_forms(c, **block, BlockKind::state, "state", around);
        return;
    }
    c.findings.error(Code::W0313, s.word.text.empty() ? s.at : s.word.at, "a process holds `data {{ .. }}` and states").help("`state name {{ .. }}`");
}

void check_test_word(Checker& c, const syntax::Statement& s, Around around) {
    if (s.shape == syntax::Shape::let_) return check_step(c, s, around);
    if (s.shape == syntax::Shape::expect) {  // what can be expected of a subject is an open list; its clauses are not
        Parts parts(s.parts);
        while (!parts.end()) {
            const syntax::Part& here = *parts.peek();
            const auto* word = parts.take<syntax::Word>();
            if (!word) parts.skip();
            else if ((word->text == "where" || word->text == "within") && !parts.value()) c.findings.error(Code::W0302, here.at, "something is missing behind `{}`", word->text).help("`{}`", find_test_word("expect")->form_of());
        }
        return;
    }
    const StepSpec* spec = find_test_word(s.word.text);
    if (spec && s.shape != syntax::Shape::pattern_call && s.shape != syntax::Shape::send) return check_statement(c, s, *spec, around);
    auto finding = c.findings.error(Code::W0313, s.word.text.empty() ? s.at : s.word.at, "a test has no `{}`", s.word.text.empty() ? c.text(s.at) : std::string(s.word.text));
    std::vector<std::string> near;
    for (const StepSpec& t : test_catalog()) near.push_back(t.word);
    const std::string best = nearest(s.word.text, near);
    if (!best.empty()) finding.replace(s.word.at, best, "did you mean");
    else finding.help("`send`, `expect`, `stub`, `advance`, `let`, ..");
}

}  // namespace

void check_forms(Checker& c, const syntax::Block& block, BlockKind kind, std::string_view word, Around around) {
    for (const syntax::Statement& s : block.statements) {
        if (s.shape == syntax::Shape::broken) continue;
        if (kind == BlockKind::arms || kind == BlockKind::recipients) {
            if (s.shape == syntax::Shape::arm || (kind == BlockKind::recipients && s.shape == syntax::Shape::send)) {
                if (const auto arm = match_arm(c, s, around)) {
                    Around inside = around;
                    inside.scatter = false;
                    check_forms_inside(c, arm->action, inside);
                    check_forms_inside(c, arm->form, word, inside);
                }
            } else {
                no_arm(c, s, word, kind == BlockKind::recipients);
            }
            continue;
        }
        if (kind == BlockKind::states) {
            check_states(c, s, around);
            continue;
        }
        if (s.shape == syntax::Shape::arm) {
            c.findings.error(Code::W0313, s.at, "an arm stands here, and this block holds steps").help("arms stand in `route` and `recipients`");
            continue;
        }
        if (kind == BlockKind::state) check_state_item(c, s, around);
        else if (kind == BlockKind::test) check_test_word(c, s, around);
        else if (s.shape == syntax::Shape::pattern_call) check_pattern_call(c, s, around);
        else if (s.shape == syntax::Shape::state) c.findings.error(Code::W0313, s.at, "`{}` stands only in a process", s.word.text);
        else if (s.shape == syntax::Shape::expect) c.findings.error(Code::W0313, s.at, "`expect` stands only in a test");
        else check_step(c, s, around);
    }
}

void check_forms_inside(Checker& c, const WrittenAction& action, Around around) {
    if (action.block) check_forms(c, *action.block, BlockKind::steps, "", around);
    if (action.form) check_forms_inside(c, *action.form, "", around);
}

void check_forms_inside(Checker& c, const Form& form, std::string_view word, Around around) {
    for (const Filling& f : form.fillings) {
        if (f.action) check_forms_inside(c, *f.action, around);
        if (!f.block) continue;
        Around inside = around;
        inside.scatter = word == "scatter";
        check_forms(c, *f.block, f.place->want == Want::arms ? BlockKind::arms : f.place->want == Want::arms_and_sends ? BlockKind::recipients : BlockKind::steps, word, inside);
    }
    for (const WrittenOn& on : form.on) check_forms_inside(c, on.action, around);
    for (const WrittenUndo& undo : form.undo)
        if (undo.block) check_forms(c, *undo.block, BlockKind::steps, "", around);
}

}  // namespace weir
