#include "dsl/steps/form.hpp"

#include <algorithm>

#include "dsl/names/nearest.hpp"

namespace weir {

namespace {

std::string name_of_place(const StepSpec& spec, const FormPlace& p) { return p.clause.empty() ? p.name : "`" + (p.clause == p.name ? p.clause : spec.word) + "`"; }

bool fill(Parts& parts, Checker& c, const FormPlace& p, Filling& f) {
    if (const syntax::Part* at = parts.peek()) f.at = at->at;
    switch (p.want) {
        case Want::value:
        case Want::condition:
        case Want::path: return (f.value = parts.take_value()) != nullptr;
        case Want::paths:
            do {
                const syntax::Expr* e = parts.take_value();
                if (!e) return !f.paths.empty();
                f.paths.push_back(e);
            } while (parts.take<syntax::Comma>());
            return true;
        case Want::assignment: {
            const auto* o = parts.peek_as<syntax::Operand>();
            if (!o || !o->value || !o->assigned) return false;
            f.value = o->value.get();
            f.assigned = o->assigned.get();
            parts.skip();
            return true;
        }
        case Want::target: {
            const auto* arrow = parts.take<syntax::Arrow>();
            if (!arrow) return false;
            if (arrow->call) c.not_built(f.at, "`-> call`");
            f.target = &arrow->target;
            if (parts.take_words("reply to")) {
                c.not_built(f.at, "`reply to`");
                parts.skip();
                return true;
            }
            f.sent = parts.take_value();
            return true;
        }
        case Want::block:
        case Want::arms: {
            f.block = parts.take_block_or_empty();
            return f.block != nullptr;
        }
        case Want::action: return (f.action = read_action(parts, c)).has_value();
        case Want::choice: {
            const auto w = parts.word();
            if (!w || std::find(p.choices.begin(), p.choices.end(), *w) == p.choices.end()) return false;
            f.word = *w;
            parts.skip();
            return true;
        }
        case Want::name: {
            const auto w = parts.word();
            if (!w) return false;
            f.word = *w;
            parts.skip();
            return true;
        }
        case Want::call: return false;
        case Want::type:
        case Want::failure_class:
        case Want::nothing: return true;  // stands in the statement itself
    }
    return false;
}

// `log inof "x"`: a bare word where a choice could stand and a value follows is a choice with a slip.
bool misspelt_choice(Parts& parts, Checker& c, const StepSpec& spec, const FormPlace& p) {
    const auto w = parts.word();
    if (!w || p.want != Want::choice) return false;
    Parts ahead = parts;
    ahead.skip();
    if (!ahead.value()) return false;
    const std::string best = nearest(*w, p.choices);
    std::string all;
    for (const std::string& choice : p.choices) all += (all.empty() ? "`" : ", `") + choice + "`";
    auto finding = c.findings.error(Code::W0314, parts.peek()->at, "`{}` has no {} `{}`", spec.word, p.name, *w);
    if (!best.empty()) finding.replace(parts.peek()->at, best, "did you mean");
    else finding.help("one of {}", all);
    return true;
}

}  // namespace

std::string part_text(const Checker& c, const syntax::Part& part) {
    std::string text = c.text(part.at);
    const std::size_t end = text.find('\n');
    if (end != std::string::npos) text = text.substr(0, end) + " ..";
    if (text.size() > 40) {
        text.resize(38);
        text += "..";
    }
    return "`" + text + "`";
}

std::optional<Form> match_form(Checker& c, const StepSpec& spec, const syntax::Statement& statement) {
    Form form;
    Parts parts(statement.parts);
    for (const FormPlace& p : spec.places) {
        if (!p.clause.empty()) continue;
        Filling f;
        f.place = &p;
        if (fill(parts, c, p, f)) {
            form.fillings.push_back(std::move(f));
            continue;
        }
        if (misspelt_choice(parts, c, spec, p)) return std::nullopt;
        const syntax::Part* here = parts.peek();
        const auto* assigned = parts.peek_as<syntax::Operand>();
        if (here && (std::holds_alternative<syntax::CallTo>(here->node) || (assigned && assigned->assigned_call))) {
            c.not_built(here->at, "`call`");
            return std::nullopt;
        }
        if (p.optional) continue;
        auto finding = c.findings.error(Code::W0302, here ? here->at : (statement.word.text.empty() ? statement.at : statement.word.at), "`{}` lacks its {}", spec.word, name_of_place(spec, p));
        if (!p.doc.empty()) finding.say("{}", p.doc);
        finding.help("`{}`", spec.form_of());
        return std::nullopt;
    }
    while (!parts.end()) {
        const FormPlace* found = nullptr;
        const syntax::Part& here = *parts.peek();
        for (const FormPlace& p : spec.places)
            if (!p.clause.empty() && parts.take_words(p.clause)) {
                found = &p;
                break;
            }
        if (!found) {
            const auto word = parts.word();
            if (std::holds_alternative<syntax::Word>(here.node) && word && (*word == "on" || *word == "undo" || *word == "allow")) {
                c.not_built(here.at, "`" + std::string(*word) + "` under a step");
                return std::nullopt;
            }
            if (word && std::find(spec.later_clauses.begin(), spec.later_clauses.end(), *word) != spec.later_clauses.end()) {
                c.not_built(here.at, "`" + std::string(*word) + "` of `" + spec.word + "`");
                return std::nullopt;
            }
            auto finding = c.findings.error(Code::W0301, here.at, "`{}` takes {}; {} does not belong to it", spec.word, spec.form_of().substr(std::min(spec.form_of().size(), spec.word.size() + 1)), part_text(c, here));
            std::vector<std::string> clauses;
            for (const FormPlace& p : spec.places)
                if (!p.clause.empty()) clauses.push_back(p.clause);
            const std::string best = word ? nearest(*word, clauses) : std::string();
            if (!best.empty()) finding.replace(here.at, best, "did you mean");
            return std::nullopt;
        }
        if (form.get(found->name)) {
            c.findings.error(Code::W0301, here.at, "`{}` stands twice", found->clause);
            return std::nullopt;
        }
        Filling f;
        f.place = found;
        if (!fill(parts, c, *found, f)) {
            auto finding = c.findings.error(Code::W0302, here.at, "something is missing behind `{}`", found->clause);
            if (!found->doc.empty()) finding.say("{}", found->doc);
            finding.help("`{}`", spec.form_of());
            return std::nullopt;
        }
        form.fillings.push_back(std::move(f));
    }
    for (const FormPlace& p : spec.places)
        if (!p.clause.empty() && !p.optional && !form.get(p.name)) {
            c.findings.error(Code::W0302, statement.word.at, "`{}` lacks its `{}`", spec.word, p.clause).help("`{}`", spec.form_of());
            return std::nullopt;
        }
    return form;
}

}  // namespace weir
