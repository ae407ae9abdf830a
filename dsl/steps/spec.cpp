#include "dsl/steps/spec.hpp"

namespace weir {

StepSpec step(std::string word, std::string doc) {
    StepSpec s;
    s.word = std::move(word);
    s.doc = std::move(doc);
    return s;
}

StepSpec& StepSpec::operand(std::string name, Want want, std::string what, bool optional) {
    places.push_back({"", std::move(name), want, optional, {}, std::move(what)});
    return *this;
}
StepSpec& StepSpec::choice(std::string name, std::vector<std::string> choices, std::string what, bool optional) {
    places.push_back({"", std::move(name), Want::choice, optional, std::move(choices), std::move(what)});
    return *this;
}
StepSpec& StepSpec::clause(std::string words, Want want, bool optional, std::string what) {
    places.push_back({words, words, want, optional, {}, std::move(what)});
    return *this;
}
StepSpec& StepSpec::form(std::string text) {
    form_text = std::move(text);
    return *this;
}
StepSpec& StepSpec::later(std::vector<std::string> clauses) {
    later_clauses = std::move(clauses);
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
    if (!form_text.empty()) return word + " " + form_text;
    std::string text = word;
    for (const FormPlace& p : places) {
        std::string one = p.clause;
        auto add = [&](std::string_view what) { one += (one.empty() ? "" : " ") + std::string(what); };
        switch (p.want) {
            case Want::value:
            case Want::condition: add("V"); break;
            case Want::path: add("P"); break;
            case Want::paths: add("P{, P}"); break;
            case Want::assignment: add("P = V"); break;
            case Want::target: add("-> T [V]"); break;
            case Want::call: add("call T [V]"); break;
            case Want::block: add("{ .. }"); break;
            case Want::arms: add("{ arms }"); break;
            case Want::action: add("A"); break;
            case Want::name: add("NAME"); break;
            case Want::type: add("TYPE"); break;
            case Want::failure_class: add("CLASS"); break;
            case Want::nothing: break;
            case Want::choice: {
                std::string all;
                for (const std::string& c : p.choices) all += (all.empty() ? "" : " / ") + c;
                add(all);
                break;
            }
        }
        text += p.optional ? " [" + one + "]" : " " + one;
    }
    return text;
}

}  // namespace weir
