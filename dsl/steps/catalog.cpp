// The list of all steps. A new one: its file, its line here.
#include "dsl/steps/steps.hpp"

namespace weir {

const std::vector<StepSpec>& step_catalog() {
    static const std::vector<StepSpec> all = [] {
        std::vector<StepSpec> steps = {validate_step(), translate_step(), set_step(), let_step(), keep_step(), drop_step(), filter_step(), route_step(), recipients_step(), send_step(), tap_step(), log_step(), fail_step(), discard_step()};
        for (StepSpec& s : later_steps()) steps.push_back(std::move(s));
        return steps;
    }();
    return all;
}

const StepSpec* find_step(std::string_view word) {
    for (const StepSpec& s : step_catalog())
        if (s.word == word) return &s;
    return nullptr;
}

}  // namespace weir
