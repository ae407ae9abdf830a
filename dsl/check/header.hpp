#pragma once
#include <vector>

#include "dsl/check/checker.hpp"
#include "dsl/steps/body.hpp"

namespace weir {

// Sources, workers, history and the failure table of a flow. Sets what the flow's steps know of body and source.
void lower_header(Checker& checker, ExprScope& scope, FlowState& state, const syntax::Flow& written, plan::Flow& flow);
// The header of what is not built (a process, a probe), held to its forms.
void check_header_forms(Checker& checker, const std::vector<syntax::Clause>& header, Around around);

// What a word of the header gets to lower itself: everything that is known of the flow.
struct HeaderLowering {
    Checker& c;
    ExprScope& scope;
    FlowState& state;
    const syntax::Flow& written;
    plan::Flow& flow;
};
using LowerHeaderWord = void (*)(HeaderLowering& header, const syntax::Clause& clause, const Form& form);
// A word of the header, but for `from` and `on`. A new one: its file, its line in header_words.cpp. `lower` absent: not built yet.
struct HeaderWord {
    StepSpec form;
    LowerHeaderWord lower = nullptr;
};
const std::vector<HeaderWord>& header_words();
const HeaderWord* find_header_word(std::string_view word);

HeaderWord workers_word();
HeaderWord ordered_word();
HeaderWord idempotent_word();
HeaderWord rate_word();
HeaderWord timeout_word();
HeaderWord once_word();
HeaderWord together_word();
HeaderWord single_word();
HeaderWord history_word();
HeaderWord every_word();

}  // namespace weir
