#include "dsl/steps/form.hpp"

#include <algorithm>

#include "dsl/names/nearest.hpp"

namespace weir {

namespace {

bool is_dotted(const syntax::Expr& e) {
    const syntax::Expr* at = &e;
    while (const auto* m = std::get_if<syntax::Member>(&at->node)) {
        if (m->safe || m->arguments || !m->base) return false;
        at = m->base.get();
    }
    return !at->parenthesised && std::holds_alternative<syntax::Reference>(at->node);
}

// A channel's dotted name, or name.operation(..), or a pattern's name(..).
bool is_subject(const syntax::Expr& e) {
    if (e.parenthesised) return false;
    if (std::holds_alternative<syntax::Call>(e.node)) return true;
    const auto* m = std::get_if<syntax::Member>(&e.node);
    return m && m->arguments && m->base && !m->safe ? is_dotted(*m->base) : is_dotted(e);
}

bool is_word_of(const std::vector<std::string>& words, std::string_view word) { return std::find(words.begin(), words.end(), word) != words.end(); }

enum class Took : std::uint8_t { no, yes, told };

// Fits parts into places. The lists of places that are open stand on a stack: that of the form itself, and that of the clause that was read last.
class Matcher {
public:
    Matcher(Parts& parts, Checker& c, const StepSpec& shown, Span word, Around around, ActionPlace actions, Form& out) : parts_(parts), c_(c), shown_(shown), word_(word), around_(around), actions_(actions), out_(out) {}

    bool take(const std::vector<FormPlace>& places, bool annotations) {
        levels_.push_back({&places, 0, {}, nullptr, word_});
        for (const FormPlace& p : places)
            if (p.want == Want::type || p.want == Want::failure_class) levels_.back().filled.push_back(&p);  // stands in the statement itself
        while (!parts_.end()) {
            Took took = one();
            if (took == Took::no && annotations) {
                if (const auto fine = take_annotation(parts_, c_, around_, out_)) took = *fine ? Took::yes : Took::told;
                if (took == Took::yes && !close_down_to(0)) return false;
            }
            if (took == Took::told) return false;
            if (took == Took::no) break;
        }
        return close_down_to(0) && close(levels_.front());
    }

    // What can be said of a part that fits nowhere, better than that it does not belong. `place`: what was wanted here, if anything.
    bool explain(const syntax::Part& here, const FormPlace* place) {
        if (std::holds_alternative<syntax::CallTo>(here.node)) {
            c_.findings.error(Code::W0015, here.at, "unexpected `call`").help("a call is a step: `let r = call x()`");
            return true;
        }
        if (const auto* block = std::get_if<syntax::BlockBox>(&here.node); block && *block && place && place->want == Want::value && (*block)->statements.size() == 1) {
            const syntax::Statement& only = (*block)->statements.front();
            if (only.shape == syntax::Shape::step && only.parts.empty() && !find_step(only.word.text)) {
                c_.findings.error(Code::W0035, here.at, "a colon is missing after the key").help("`{{ {} }}` is written `{{ {}: {} }}`", only.word.text, only.word.text, only.word.text);
                return true;
            }
        }
        const auto* operand = std::get_if<syntax::Operand>(&here.node);
        if (!operand || !operand->value) return false;
        if (operand->assigned_call) {
            c_.findings.error(Code::W0015, here.at, "`{}` takes no call", shown_.word).help("a call is a step: `let r = call x()`");
            return true;
        }
        if (!operand->assigned || !place) return false;
        const std::string between = c_.text({operand->value->at.end, operand->assigned->at.begin});
        const std::size_t sign = between.find('=');
        const auto from = operand->value->at.end + static_cast<std::uint32_t>(sign == std::string::npos ? 0 : sign);
        const Span at{from, from + 1};
        auto finding = c_.findings.error(Code::W0301, at, "unexpected `=`");
        if (place->instead.empty()) finding.replace(at, "==", "`=` sets, `==` compares");
        else finding.help("{}", place->instead);
        return true;
    }

private:
    struct Level {
        const std::vector<FormPlace>* places;
        std::size_t next;  // the first operand that is not read yet
        std::vector<const FormPlace*> filled;
        const FormPlace* owner;
        Span at;
    };

    static std::size_t group_of(const std::vector<FormPlace>& places, std::size_t i) {
        while (i > 0 && places[i].either) --i;
        return i;
    }
    static bool has_alternatives(const std::vector<FormPlace>& places, std::size_t i) { return places[i].either || (i + 1 < places.size() && places[i + 1].either); }
    const FormPlace* filled_of_group(const Level& level, std::size_t i) const {
        const std::size_t first = group_of(*level.places, i);
        for (std::size_t k = first; k < level.places->size() && (k == first || (*level.places)[k].either); ++k)
            for (const FormPlace* f : level.filled)
                if (f == &(*level.places)[k]) return f;
        return nullptr;
    }

    Took one() {
        for (std::size_t l = levels_.size(); l-- > 0;) {
            const Took took = level(l);
            if (took != Took::no) return took;
        }
        return Took::no;
    }

    bool clause_ahead() const {
        for (const Level& level : levels_)
            for (const FormPlace& p : *level.places) {
                Parts ahead = parts_;
                if (!p.clause.empty() && ahead.take_words(p.clause)) return true;
            }
        return false;
    }

    Took level(std::size_t l) {
        const std::vector<FormPlace>& places = *levels_[l].places;
        for (std::size_t k = levels_[l].next; k < places.size(); ++k) {
            const FormPlace& p = places[k];
            if (!p.clause.empty() || filled_of_group(levels_[l], k)) continue;
            if (p.optional && p.want != Want::choice && clause_ahead()) continue;
            Filling f;
            f.place = &p;
            const Took took = fill(p, f);
            if (took == Took::told) return took;
            if (took == Took::yes) {
                levels_[l].next = k + 1;
                return filled(l, std::move(f)) ? Took::yes : Took::told;
            }
            if (!has_alternatives(places, k) && misspelt_choice(p)) return Took::told;
            if (p.optional || has_alternatives(places, k)) continue;
            const bool clauses_before = std::any_of(places.begin(), places.begin() + static_cast<std::ptrdiff_t>(k), [](const FormPlace& q) { return !q.clause.empty(); });
            if (clauses_before) break;
            return missing(levels_[l], p) ? Took::no : Took::told;
        }
        return clause(l);
    }

    Took clause(std::size_t l) {
        const std::vector<FormPlace>& places = *levels_[l].places;
        Parts comma = parts_;
        if (comma.take<syntax::Comma>() && comma.word() == "then" && std::any_of(places.begin(), places.end(), [](const FormPlace& p) { return p.clause == "then"; })) parts_.skip();
        for (std::size_t k = 0; k < places.size(); ++k) {
            const FormPlace& p = places[k];
            const syntax::Part& here = *parts_.peek();
            if (p.clause.empty() || !parts_.take_words(p.clause)) continue;
            if (p.want == Want::refused) {
                c_.findings.error(Code::W0301, here.at, "`{}` has no `{}`", shown_.word, p.clause).help("{}", p.instead);
                return Took::told;
            }
            if (const FormPlace* other = filled_of_group(levels_[l], k); other && !p.many) {
                if (other == &p) c_.findings.error(Code::W0301, here.at, "`{}` stands twice", p.clause);
                else c_.findings.error(Code::W0301, here.at, "`{}` stands instead of `{}`, not beside it", p.clause, other->clause.empty() ? other->name : other->clause).help("`{}`", shown_.form_of());
                return Took::told;
            }
            Filling f;
            f.place = &p;
            f.at = here.at;
            const Took took = fill(p, f);
            f.at = here.at;
            if (took == Took::told) return took;
            if (took == Took::no) {
                if (parts_.peek() && explain(*parts_.peek(), &p)) return Took::told;
                auto finding = c_.findings.error(Code::W0302, here.at, "something is missing behind `{}`", p.clause);
                if (!p.doc.empty()) finding.say("{}", p.doc);
                finding.help("`{}`", shown_.form_of());
                return Took::told;
            }
            return filled(l, std::move(f)) ? Took::yes : Took::told;
        }
        return Took::no;
    }

    bool filled(std::size_t l, Filling f) {
        if (!close_down_to(l)) return false;
        const FormPlace* p = f.place;
        levels_[l].filled.push_back(p);
        if (p->later) out_.not_built.push_back({f.at, p->want == Want::call ? "`call`" : p->want == Want::block ? "`" + shown_.word + "` with a block" : "`" + p->clause + "` of `" + shown_.word + "`"});
        const Span at = f.at;
        out_.fillings.push_back(std::move(f));
        if (!p->behind.empty()) levels_.push_back({&p->behind, 0, {}, p, at});
        return true;
    }

    bool close_down_to(std::size_t l) {
        while (levels_.size() > l + 1) {
            if (!close(levels_.back())) return false;
            levels_.pop_back();
        }
        return true;
    }

    // Everything that must stand stands.
    bool close(const Level& level) {
        for (std::size_t k = 0; k < level.places->size(); ++k) {
            const FormPlace& p = (*level.places)[k];
            if (p.optional || p.either || filled_of_group(level, k)) continue;
            if (!missing(level, p)) return false;
        }
        return true;
    }

    // Always false.
    bool missing(const Level& level, const FormPlace& p) {
        const syntax::Part* here = parts_.peek();
        if (here && explain(*here, &p)) return false;
        const std::string whose = level.owner && !level.owner->clause.empty() ? level.owner->clause : shown_.word;
        Span at = level.owner ? level.at : word_;
        if (here && p.clause.empty()) at = here->at;
        std::string what = p.clause.empty() ? p.name : "`" + p.clause + "`";
        for (std::size_t k = 0; k + 1 < level.places->size(); ++k)
            if (&(*level.places)[k] == &p)
                for (std::size_t n = k + 1; n < level.places->size() && (*level.places)[n].either; ++n) what += " or " + ((*level.places)[n].clause.empty() ? (*level.places)[n].name : "`" + (*level.places)[n].clause + "`");
        auto finding = c_.findings.error(Code::W0302, at, "`{}` lacks its {}", whose, what);
        if (!p.doc.empty()) finding.say("{}", p.doc);
        finding.help("`{}`", shown_.form_of());
        return false;
    }

    // `log inof "x"`: a bare word where a choice could stand and a value follows is a choice with a slip.
    bool misspelt_choice(const FormPlace& p) {
        const auto w = parts_.word();
        if (!w || p.want != Want::choice) return false;
        Parts ahead = parts_;
        ahead.skip();
        if ((p.optional || p.choices.size() < 2) && !ahead.value()) return false;
        const std::string best = nearest(*w, p.choices);
        std::string all;
        for (const std::string& choice : p.choices) all += (all.empty() ? "`" : ", `") + choice + "`";
        auto finding = c_.findings.error(Code::W0314, parts_.peek()->at, "`{}` has no {} `{}`", shown_.word, p.name, *w);
        if (!best.empty()) finding.replace(parts_.peek()->at, best, "did you mean");
        else finding.help("one of {}", all);
        return true;
    }

    Took took(bool yes) { return yes ? Took::yes : Took::no; }

    Took fill_if(Filling& f, bool (*fits)(const syntax::Expr&)) {
        const syntax::Expr* e = parts_.value();
        if (!e || !fits(*e)) return Took::no;
        f.value = parts_.take_value();
        return Took::yes;
    }

    Took fill(const FormPlace& p, Filling& f) {
        if (const syntax::Part* at = parts_.peek()) f.at = at->at;
        switch (p.want) {
            case Want::value:
            case Want::condition:
            case Want::duration:
            case Want::number:
            case Want::rate:
            case Want::path:
                if (const auto w = parts_.word(); w && is_word_of(p.choices, *w)) f.word = *w;
                return took((f.value = parts_.take_value()) != nullptr);
            case Want::text:
                if (const syntax::Expr* e = parts_.value()) {
                    const auto* text = std::get_if<syntax::Text>(&e->node);
                    if (!text) return Took::no;
                    for (const syntax::TextPiece& piece : text->pieces) f.word += piece.text;
                    f.value = parts_.take_value();
                    return Took::yes;
                }
                return Took::no;
            case Want::range: {
                const auto* o = parts_.peek_as<syntax::Operand>();
                if (!o || !o->value || o->assigned || o->assigned_call) return Took::no;
                f.value = o->value.get();
                f.upto = o->upto.get();
                parts_.skip();
                return Took::yes;
            }
            case Want::paths:
                do {
                    const syntax::Expr* e = parts_.take_value();
                    if (!e) return took(!f.paths.empty());
                    f.paths.push_back(e);
                } while (parts_.take<syntax::Comma>());
                return Took::yes;
            case Want::assignment: {
                const auto* o = parts_.peek_as<syntax::Operand>();
                if (!o || !o->value || !o->assigned) return Took::no;
                f.value = o->value.get();
                f.assigned = o->assigned.get();
                parts_.skip();
                return Took::yes;
            }
            case Want::assigned_call: {
                const auto* o = parts_.peek_as<syntax::Operand>();
                if (!o || !o->value || !o->assigned_call) return Took::no;
                f.value = o->value.get();
                f.target = &*o->assigned_call;
                parts_.skip();
                f.sent = message_behind(p);
                return Took::yes;
            }
            case Want::target: {
                const auto* arrow = parts_.take<syntax::Arrow>();
                if (!arrow) return Took::no;
                if (arrow->call && !around_.scatter) {
                    c_.findings.error(Code::W0301, f.at, "`-> call` stands in an arm of `scatter` only").help("`-> x.f()` sends, `call x.f()` asks");
                    return Took::told;
                }
                f.target = &arrow->target;
                f.sent = message_behind(p);
                return Took::yes;
            }
            case Want::call: {
                const auto* call = parts_.take<syntax::CallTo>();
                if (!call) return Took::no;
                f.target = &call->target;
                f.sent = message_behind(p);
                return Took::yes;
            }
            case Want::subject:
                if (const auto* target = parts_.take<syntax::Target>()) {
                    f.target = target;
                    return Took::yes;
                }
                return fill_if(f, is_subject);
            case Want::subjects: {
                bool any = false;
                do {
                    if (parts_.take<syntax::Target>()) any = true;
                    else if (const syntax::Expr* e = parts_.value(); e && is_subject(*e)) f.paths.push_back(parts_.take_value());
                    else return took(any || !f.paths.empty());
                } while (parts_.take<syntax::Comma>());
                return Took::yes;
            }
            case Want::entry:
                return fill_if(f, [](const syntax::Expr& e) {
                    const auto* i = std::get_if<syntax::Index>(&e.node);
                    return i && i->index && i->base && !i->safe && is_dotted(*i->base);
                });
            case Want::format: return fill_if(f, [](const syntax::Expr& e) { return std::holds_alternative<syntax::Reference>(e.node) || std::holds_alternative<syntax::Call>(e.node); });
            case Want::dotted: return fill_if(f, is_dotted);
            case Want::block:
            case Want::arms:
            case Want::arms_and_sends: return took((f.block = parts_.take_block_or_empty()) != nullptr);
            case Want::action: {
                bool told = false;
                f.action = read_action(parts_, c_, actions_, around_, out_.not_built, told);
                return told ? Took::told : took(f.action.has_value());
            }
            case Want::failing: {
                bool told = false;
                if (!parts_.peek_as<syntax::FailClass>()) return Took::no;
                f.action = read_action(parts_, c_, in_branch, around_, out_.not_built, told);
                return told ? Took::told : took(f.action.has_value());
            }
            case Want::choice:
            case Want::name: {
                const auto w = parts_.word();
                if (!w || (p.want == Want::choice && !is_word_of(p.choices, *w))) return Took::no;
                f.word = *w;
                f.value = parts_.value();
                parts_.skip();
                return Took::yes;
            }
            case Want::nothing: return Took::yes;
            case Want::type:
            case Want::failure_class:
            case Want::refused: return Took::no;
        }
        return Took::no;
    }

    // The message behind a target: what is no word of a clause.
    const syntax::Expr* message_behind(const FormPlace& p) {
        for (const FormPlace& q : p.behind) {
            Parts ahead = parts_;
            if (!q.clause.empty() && ahead.take_words(q.clause)) return nullptr;
        }
        return clause_ahead() ? nullptr : parts_.take_value();
    }

    Parts& parts_;
    Checker& c_;
    const StepSpec& shown_;
    Span word_;
    Around around_;
    ActionPlace actions_;
    Form& out_;
    std::vector<Level> levels_;
};

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

bool take_places(Parts& parts, Checker& c, const StepSpec& shown, const Places& places, Span word, Around around, ActionPlace actions, Form& out) { return Matcher(parts, c, shown, word, around, actions, out).take(places.all, false); }

std::optional<bool> take_annotation(Parts& parts, Checker& c, Around around, Form& out) {
    const auto* word = parts.peek_as<syntax::Word>();
    if (!word) return std::nullopt;
    const Span at = parts.peek()->at;
    bool told = false;
    if (word->text == "on") {
        WrittenOn on;
        on.at = at;
        parts.skip();
        do {
            const auto name = parts.word();
            if (!name) break;
            on.classes.push_back({*name, parts.peek()->at});
            parts.skip();
        } while (parts.take<syntax::Comma>());
        bool known = true;
        for (const syntax::Name& n : on.classes) {
            FailureClass ignored;
            known = failure_class(c, n, ignored, true) && known;
        }
        std::vector<NotBuilt> inner;  // `on` itself is not built: that is said once
        auto action = read_action(parts, c, in_step_on, around, inner, told);
        if (!action && !told) c.findings.error(Code::W0302, parts.end() ? at : parts.peek()->at, "behind `on` and its classes stands an action").help("`give V`, `skip`, `-> target`, `discard V`, `fail CLASS [V]`, `fail again`, or a block of steps");
        if (!action || !known) return false;
        on.action = std::move(*action);
        out.on.push_back(std::move(on));
        return true;
    }
    if (word->text == "undo") {
        parts.skip();
        WrittenUndo undo{at, parts.take_block_or_empty()};
        if (!undo.block) {
            const syntax::Part* here = parts.peek();
            auto finding = c.findings.error(here ? Code::W0301 : Code::W0302, here ? here->at : at, "behind `undo` stands a block of steps");
            if (here && std::holds_alternative<syntax::CallTo>(here->node)) finding.help("write `undo {{ {} }}`", c.text(here->at));
            else finding.help("`undo {{ call x() }}`");
            return false;
        }
        out.undo.push_back(undo);
        out.not_built.push_back({at, "`undo`"});
        return true;
    }
    if (word->text == "allow") {
        parts.skip();
        const auto code = parts.word();
        WrittenAllow allow{at, {}};
        if (code) {
            allow.code = {*code, parts.peek()->at};
            parts.skip();
        }
        const syntax::Expr* why = code ? parts.take_value() : nullptr;
        if (!why || !std::holds_alternative<syntax::Text>(why->node)) {
            c.findings.error(Code::W0302, at, "`allow` takes a code and why").help("`allow W0311 \"why\"`");
            return false;
        }
        out.allow.push_back(allow);
        return true;
    }
    return std::nullopt;
}

bool tell_not_built(Checker& c, const std::vector<NotBuilt>& notes) {
    for (const NotBuilt& note : notes) c.not_built(note.at, note.what);
    return !notes.empty();
}

std::optional<Form> match_parts(Checker& c, const StepSpec& spec, const std::vector<syntax::Part>& written, Span word, Around around, bool annotations) {
    Form form;
    Parts parts(written);
    Matcher matcher(parts, c, spec, word, around, in_branch, form);
    if (!matcher.take(spec.places.all, annotations)) return std::nullopt;
    if (const syntax::Part* here = parts.peek()) {
        if (matcher.explain(*here, nullptr)) return std::nullopt;
        const auto w = parts.word();
        const std::string takes = spec.form_of().substr(std::min(spec.form_of().size(), spec.word.size() + 1));
        auto finding = c.findings.error(Code::W0301, here->at, "`{}` takes {}; {} does not belong to it", spec.word, takes.empty() ? "nothing" : takes, part_text(c, *here));
        std::vector<std::string> clauses;
        for (const FormPlace& p : spec.places)
            if (!p.clause.empty() && p.want != Want::refused) clauses.push_back(p.clause);
        const std::string best = w ? nearest(*w, clauses) : std::string();
        if (!best.empty()) finding.replace(here->at, best, "did you mean");
        return std::nullopt;
    }
    return form;
}

std::optional<Form> match_form(Checker& c, const StepSpec& spec, const syntax::Statement& statement, Around around) {
    auto form = match_parts(c, spec, statement.parts, statement.word.text.empty() ? statement.at : statement.word.at, around, true);
    if (form) note_allowed(c, *form, statement.at);
    return form;
}

void note_allowed(Checker& c, const Form& form, Span statement) {
    for (const WrittenAllow& a : form.allow) c.allowed.push_back({std::string(a.code.text), statement});
}

}  // namespace weir
