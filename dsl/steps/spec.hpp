#pragma once
// What a word of the language says of itself: its form, its doc, an example. One file for each word, one line in catalog.cpp.
// A word whose `lower` is absent is not built yet: its form is matched all the same, and only a statement that fits is told so.
#include <string>
#include <string_view>
#include <vector>

#include "dsl/plan/failure.hpp"
#include "dsl/syntax/tree.hpp"

namespace weir {

// What stands in a place of a form.
enum class Want : std::uint8_t {
    value, condition, duration, number, rate,
    range,          // D or D..D
    text,           // a text in quotes, as it is
    path, paths,
    assignment,     // P = V, NAME = V
    assigned_call,  // P = call T [V]
    target,         // -> T [V]
    call,           // call T [V]
    subject,        // T where no `->` or `call` stands before it: a channel's dotted name or an endpoint
    subjects,       // T{, T}
    entry,          // NAME[V]
    format,         // json, csv(separator: ";")
    block,
    arms,           // arms only
    arms_and_sends, // arms and unconditional `->`
    action,
    failing,        // fail CLASS [V]
    choice, name, dotted, type, failure_class, nothing,
    refused,        // written by habit; `instead` says what is written here
};
constexpr bool Optional = true;

struct FormPlace {
    std::string clause;  // the words before it; empty: an operand
    std::string name;
    Want want = Want::value;
    bool optional = false;
    std::vector<std::string> choices;  // of `choice`; of a value: bare words that may stand instead of it
    std::string doc;
    bool either = false;               // stands instead of the place before
    bool many = false;                 // as often as wanted
    bool later = false;                // of the language, not built yet
    std::string instead;               // what `x = y`, or the refused word, is told here
    std::vector<FormPlace> behind;     // what may follow in its own clauses: `window D of V late D`
    std::string behind_name;           // a long list that several forms share is named where it is shown
};

// Builds a list of places; `behind`, `either`, `later`, `or_word` and `equals` are said of the last one.
struct Places {
    std::vector<FormPlace> all;
    Places& operand(std::string name, Want want, std::string what, bool optional = false);
    Places& choice(std::string name, std::vector<std::string> choices, std::string what, bool optional = false);
    Places& clause(std::string words, Want want, bool optional, std::string what);
    Places& refuse(std::string words, std::string instead);
    Places& add(const Places& more);
    Places& either();
    Places& later();
    Places& many();
    Places& or_word(std::string word);
    Places& equals(std::string instead);
    Places& behind(const Places& more, std::string name = {});
    auto begin() const { return all.begin(); }
    auto end() const { return all.end(); }
    std::string text(bool whole) const;  // as grammar.md writes it; `whole`: lists with a name spelled out
};

class Lowering;
struct Form;
using LowerStep = void (*)(Lowering& body, const syntax::Statement& statement, const Form& form);

struct StepSpec {
    std::string word, doc;
    Places places;
    FailureSet raises_;
    std::vector<std::string> examples;
    bool keeps_order_ = false;
    LowerStep lower = nullptr;  // null: not built yet
    std::string form_text;      // where `places` can't say all of it

    StepSpec& operand(std::string name, Want want, std::string what, bool optional = false);
    StepSpec& choice(std::string name, std::vector<std::string> choices, std::string what, bool optional = false);
    StepSpec& clause(std::string words, Want want, bool optional, std::string what);
    StepSpec& refuse(std::string words, std::string instead);
    StepSpec& add(const Places& more);
    StepSpec& either();
    StepSpec& later();
    StepSpec& many();
    StepSpec& or_word(std::string other);
    StepSpec& equals(std::string instead);
    StepSpec& behind(const Places& more, std::string name = {});
    StepSpec& text(std::string text);
    StepSpec& keeps_order();
    StepSpec& raises(FailureSet set);
    StepSpec& example(std::string text);
    StepSpec& does(LowerStep function);
    std::string form_of() const;  // "filter V [else A]", as grammar.md writes it
};
StepSpec step(std::string word, std::string doc);

// An action stands behind `on`, behind `else`, in an arm. Some words are a step too and have one form for both.
enum class ActionWord : std::uint8_t { send, discard, reject, fail, fail_again, retry, reply, give, skip, become, finish, compensate, later, block };
enum ActionPlace : std::uint8_t {
    in_table = 1,     // behind `on` of a header
    in_step_on = 2,   // behind `on` under a step
    in_branch = 4,    // an arm, `else`
    in_process = 8,   // anywhere in a process
};
struct ActionSpec {
    StepSpec form;
    ActionWord word;
    std::uint8_t allowed;  // of ActionPlace
    bool built = false;
    std::string_view where;  // "behind `on` only"
};

const std::vector<StepSpec>& step_catalog();
const StepSpec* find_step(std::string_view word);
const std::vector<StepSpec>& test_catalog();  // the words of `test` and `probe` that are no steps
const StepSpec* find_test_word(std::string_view word);
const std::vector<ActionSpec>& action_catalog();
const ActionSpec* find_action(std::string_view word);

}  // namespace weir
