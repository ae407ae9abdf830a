#include "dsl/steps/spec.hpp"

namespace weir {

Places& Places::operand(std::string name, Want want, std::string what, bool optional) {
    FormPlace p;
    p.name = std::move(name);
    p.want = want;
    p.optional = optional;
    p.doc = std::move(what);
    all.push_back(std::move(p));
    return *this;
}
Places& Places::choice(std::string name, std::vector<std::string> choices, std::string what, bool optional) {
    operand(std::move(name), Want::choice, std::move(what), optional);
    all.back().choices = std::move(choices);
    return *this;
}
Places& Places::clause(std::string words, Want want, bool optional, std::string what) {
    operand(words, want, std::move(what), optional);
    all.back().clause = std::move(words);
    return *this;
}
Places& Places::refuse(std::string words, std::string instead) {
    clause(std::move(words), Want::refused, Optional, {});
    return equals(std::move(instead));
}
Places& Places::add(const Places& more) {
    all.insert(all.end(), more.all.begin(), more.all.end());
    return *this;
}
Places& Places::either() {
    all.back().either = true;
    return *this;
}
Places& Places::later() {
    all.back().later = true;
    return *this;
}
Places& Places::many() {
    all.back().many = true;
    return *this;
}
Places& Places::or_word(std::string word) {
    all.back().choices.push_back(std::move(word));
    return *this;
}
Places& Places::equals(std::string instead) {
    all.back().instead = std::move(instead);
    return *this;
}
Places& Places::behind(const Places& more, std::string name) {
    all.back().behind = more.all;
    all.back().behind_name = std::move(name);
    return *this;
}

namespace {

std::string joined(const std::vector<std::string>& words) {
    std::string all;
    for (const std::string& w : words) all += (all.empty() ? "" : " / ") + w;
    return all;
}

std::string want_text(const FormPlace& p) {
    switch (p.want) {
        case Want::value:
        case Want::condition: return p.choices.empty() ? "V" : "(" + joined(p.choices) + " / V)";
        case Want::duration: return "D";
        case Want::number: return "N";
        case Want::rate: return "RATE";
        case Want::range: return "D[..D]";
        case Want::text: return "\"..\"";
        case Want::path: return "P";
        case Want::paths: return "P{, P}";
        case Want::assignment: return p.name == "name" ? "NAME = V" : "P = V";
        case Want::assigned_call: return "P = call T [V]";
        case Want::target: return "-> T [V]";
        case Want::call: return "call T [V]";
        case Want::subject: return "T";
        case Want::subjects: return "T{, T}";
        case Want::entry: return "NAME[V]";
        case Want::format: return "F";
        case Want::block: return "{ .. }";
        case Want::arms:
        case Want::arms_and_sends: return "{ arms }";
        case Want::action: return "A";
        case Want::failing: return "fail CLASS [V]";
        case Want::choice: return joined(p.choices);
        case Want::name:
        case Want::dotted: return "NAME";
        case Want::type: return "TYPE";
        case Want::failure_class: return "CLASS";
        case Want::nothing:
        case Want::refused: break;
    }
    return {};
}

std::string list_text(const std::vector<FormPlace>& places, bool whole);

std::string place_text(const FormPlace& p, bool whole) {
    std::string text = p.clause;
    const std::string what = want_text(p);
    if (!what.empty()) text += (text.empty() ? "" : " ") + what;
    const std::string more = p.behind.empty() ? "" : (p.behind_name.empty() || whole ? list_text(p.behind, whole) : p.behind_name);
    return more.empty() ? text : text + " " + more;
}

std::string list_text(const std::vector<FormPlace>& places, bool whole) {
    std::string text;
    for (std::size_t i = 0; i < places.size();) {
        if (places[i].want == Want::refused) {
            ++i;
            continue;
        }
        std::size_t end = i + 1;
        std::string one = place_text(places[i], whole);
        for (; end < places.size() && places[end].either; ++end) one += " / " + place_text(places[end], whole);
        const bool several = end - i > 1 || (places[i].want == Want::choice && !places[i].optional && places[i].choices.size() > 1);
        text += (text.empty() ? "" : " ") + (places[i].many ? "{" + one + "}" : places[i].optional ? "[" + one + "]" : several ? "(" + one + ")" : one);
        i = end;
    }
    return text;
}

}  // namespace

std::string Places::text(bool whole) const { return list_text(all, whole); }

StepSpec step(std::string word, std::string doc) {
    StepSpec s;
    s.word = std::move(word);
    s.doc = std::move(doc);
    return s;
}

StepSpec& StepSpec::operand(std::string name, Want want, std::string what, bool optional) {
    places.operand(std::move(name), want, std::move(what), optional);
    return *this;
}
StepSpec& StepSpec::choice(std::string name, std::vector<std::string> choices, std::string what, bool optional) {
    places.choice(std::move(name), std::move(choices), std::move(what), optional);
    return *this;
}
StepSpec& StepSpec::clause(std::string words, Want want, bool optional, std::string what) {
    places.clause(std::move(words), want, optional, std::move(what));
    return *this;
}
StepSpec& StepSpec::refuse(std::string words, std::string instead) {
    places.refuse(std::move(words), std::move(instead));
    return *this;
}
StepSpec& StepSpec::add(const Places& more) {
    places.add(more);
    return *this;
}
StepSpec& StepSpec::either() {
    places.either();
    return *this;
}
StepSpec& StepSpec::later() {
    places.later();
    return *this;
}
StepSpec& StepSpec::many() {
    places.many();
    return *this;
}
StepSpec& StepSpec::or_word(std::string other) {
    places.or_word(std::move(other));
    return *this;
}
StepSpec& StepSpec::equals(std::string instead) {
    places.equals(std::move(instead));
    return *this;
}
StepSpec& StepSpec::behind(const Places& more, std::string name) {
    places.behind(more, std::move(name));
    return *this;
}
StepSpec& StepSpec::text(std::string text) {
    form_text = std::move(text);
    return *this;
}
StepSpec& StepSpec::keeps_order() {
    keeps_order_ = true;
    return *this;
}
StepSpec& StepSpec::raises(FailureSet set) {
    raises_ = set;
    return *this;
}
StepSpec& StepSpec::example(std::string text) {
    examples.push_back(std::move(text));
    return *this;
}
StepSpec& StepSpec::does(LowerStep function) {
    lower = function;
    return *this;
}

std::string StepSpec::form_of() const {
    const bool whole = word == "call";
    const std::string text = form_text.empty() ? places.text(whole) : form_text;
    return text.empty() ? word : word + " " + text;
}

}  // namespace weir
