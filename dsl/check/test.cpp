// Tests: their statements held to their forms, typed and lowered. Words of later work keep their finding.
#include "dsl/check/test.hpp"

#include "dsl/names/nearest.hpp"

namespace weir {

using namespace plan;

TestLowering::TestLowering(Checker& checker, Module& module, Test& test) : c_(checker), module_(module), test_(test), body_(checker, state_, scope_) {
    state_.name = "test " + test.name;
    state_.subject = "test";
    scope_.module = &module;
    scope_.why_no_message = "a test makes messages, and sees them behind `where`";
}

ExprId TestLowering::typed(const syntax::Expr& e, TypeKind kind, std::string_view word, std::string_view example) {
    const ExprId id = value(e);
    const TypeId type = body_.expressions().type_of(id);
    if (c_.types.fits(type, c_.types.of(kind)) == Fit::no || (kind != TypeKind::string && c_.types.base(type) == TypeKind::string))
        c_.findings.error(Code::W0417, e.at, "`{}` wants {}, for example {}", word, body_.expressions().say(c_.types.of(kind)), example);
    return id;
}

void TestLowering::statement(const syntax::Statement& s) {
    if (s.shape == syntax::Shape::broken) return;
    if (s.shape == syntax::Shape::let_) return let(s);
    if (s.shape == syntax::Shape::expect) return expect(s);
    Around around;
    around.module = &module_;
    const bool plain = s.shape != syntax::Shape::pattern_call && s.shape != syntax::Shape::send && s.shape != syntax::Shape::arm;
    const StepSpec* spec = plain ? find_test_word(s.word.text) : nullptr;
    if (!spec) {
        auto finding = c_.findings.error(Code::W0313, s.word.text.empty() ? s.at : s.word.at, "a test has no `{}`", s.word.text.empty() ? c_.text(s.at) : std::string(s.word.text));
        std::vector<std::string> near;
        for (const StepSpec& t : test_catalog()) near.push_back(t.word);
        const std::string best = nearest(s.word.text, near);
        if (!best.empty()) finding.replace(s.word.at, best, "did you mean");
        else finding.help("`send`, `expect`, `stub`, `advance`, `let`, ..");
        return;
    }
    const auto form = match_form(c_, *spec, s, around);
    if (!form || tell_not_built(c_, form->not_built)) return;
    if (spec->word == "send") send(*form, s.at);
    else if (spec->word == "stub") stub(*form, s.at);
    else if (spec->word == "advance") advance(*form, s.at);
    else if (spec->word == "pause" || spec->word == "resume") hold(*form, spec->word == "pause", s.at);
    else if (spec->word == "replay") replay(*form, s.at);
    else if (spec->word == "purge") purge(*form, s.at);
    else if (spec->word == "crash") add({TestCrash{form->get("before commit") != nullptr}, s.at});
    else c_.not_built(s.word.at, "`" + spec->word + "`");
}

void TestLowering::let(const syntax::Statement& s) {
    Parts parts(s.parts);
    const syntax::Expr* e = parts.take_value();
    if (!s.bound) return;
    if (!e || !parts.end()) {
        c_.findings.error(Code::W0301, parts.end() ? s.at : parts.peek()->at, "`let` in a test takes a value").help("`let order = {{ id: 1 }}`");
        return;
    }
    const ExprId id = value(*e);
    TypeId type = body_.expressions().type_of(id);
    if (s.type) {
        const TypeId wanted = lower_type(c_, module_, *s.type);
        if (c_.types.fits(type, wanted) == Fit::no)
            c_.findings.error(Code::W0207, e->at, "`{}` is {}, and this is {}", s.bound->text, body_.expressions().say(wanted), body_.expressions().say(type));
        type = wanted;
    }
    add({TestLet{id, body_.let(std::string(s.bound->text), type, c_.secrets.count(id) != 0, s.bound->at)}, s.at});
}

void TestLowering::advance(const Form& form, Span at) { add({TestAdvance{typed(*form.get("time")->value, TypeKind::duration, "advance", "1h")}, at}); }

void TestLowering::hold(const Form& form, bool pause, Span at) {
    const syntax::Expr& e = *form.get("flow")->value;
    const std::string name = flow_name({c_.sources.text(e.at), e.at});
    if (!name.empty()) add({TestHold{name, pause}, at});
}

void TestLowering::replay(const Form& form, Span at) {
    const syntax::Expr& e = *form.get("channel")->value;
    const std::string_view text = c_.sources.text(e.at);
    if (!text.ends_with(".dead")) {
        const auto to = target({{text, e.at}, nullptr, e.at}, Side::sink);
        if (to && to->channel != none) add({TestReplay{{}, to->channel}, at});
        return;
    }
    const std::string name = flow_name({text.substr(0, text.size() - 5), {e.at.begin, e.at.end - 5}});
    if (!name.empty()) add({TestReplay{name, none}, at});
}

void TestLowering::purge(const Form& form, Span at) {
    const syntax::Expr& e = *form.get("channel")->value;
    const auto to = target({{c_.sources.text(e.at), e.at}, nullptr, e.at}, Side::sink);
    const ExprId why = typed(*form.get("discard")->value, TypeKind::string, "discard", "\"clean start\"");
    if (to) add({TestPurge{*to, why}, at});
}

void lower_tests(Checker& c) {
    for (auto& m : c.modules)
        for (const syntax::Declaration& d : m->tree.declarations) {
            const auto* t = std::get_if<syntax::Test>(&d.node);
            if (!t || !t->body) continue;
            Test test;
            test.name = t->name;
            test.at = t->name_at;
            TestLowering lowering(c, *m, test);
            for (const syntax::Statement& s : t->body->statements) lowering.statement(s);
            test.lets = lowering.lets();
            if (m->root) c.plan.tests.push_back(std::move(test));
        }
}

}  // namespace weir
