#pragma once
// What a step says of itself: its word, its form, its doc, an example. One file for each step, one line in catalog.cpp.
#include <string>
#include <string_view>
#include <vector>

#include "dsl/plan/failure.hpp"
#include "dsl/syntax/tree.hpp"

namespace weir {

// What stands in a place of a form.
enum class Want : std::uint8_t { value, condition, path, paths, assignment, target, call, block, arms, action, choice, name, type, failure_class, nothing };
constexpr bool Optional = true;

struct FormPlace {
    std::string clause;  // the words before it; empty: an operand
    std::string name;
    Want want = Want::value;
    bool optional = false;
    std::vector<std::string> choices;
    std::string doc;
};

class Lowering;
struct Form;
using LowerStep = void (*)(Lowering& body, const syntax::Statement& statement, const Form& form);

struct StepSpec {
    std::string word, doc;
    std::vector<FormPlace> places;
    FailureSet raises_;
    std::vector<std::string> examples;
    bool keeps_order_ = false;
    LowerStep lower = nullptr;  // null: not built yet
    std::vector<std::string> later_clauses;
    std::string form_text;      // where `places` can't say all of it (steps that are not built yet)

    StepSpec& operand(std::string name, Want want, std::string what, bool optional = false);
    StepSpec& choice(std::string name, std::vector<std::string> choices, std::string what, bool optional = false);
    StepSpec& clause(std::string words, Want want, bool optional, std::string what);
    StepSpec& form(std::string text);
    StepSpec& later(std::vector<std::string> clauses);  // of the language, not built yet
    StepSpec& keeps_order();
    StepSpec& raises(FailureSet set);
    StepSpec& example(std::string text);
    StepSpec& does(LowerStep function);
    std::string form_of() const;  // "filter V [else A]", as grammar.md writes it
};
StepSpec step(std::string word, std::string doc);

const std::vector<StepSpec>& step_catalog();
const StepSpec* find_step(std::string_view word);

}  // namespace weir
