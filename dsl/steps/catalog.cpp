// The lists of all words. A new one: its file, its line here.
#include "dsl/steps/steps.hpp"

namespace weir {

const std::vector<StepSpec>& step_catalog() {
    static const std::vector<StepSpec> all = {
        validate_step(), translate_step(), set_step(), let_step(), enrich_step(), keep_step(), drop_step(), decode_step(), encode_step(), claim_step(), redeem_step(), put_step(), remove_step(),
        filter_step(), route_step(), recipients_step(), slip_step(), detour_step(), repeat_step(),
        split_step(), aggregate_step(), resequence_step(), scatter_step(), parallel_step(),
        send_step(), call_step(), tap_step(), reply_step(), transaction_step(), log_step(), count_step(), gauge_step(), observe_step(),
        delay_step(), throttle_step(), expire_step(), fail_step(), discard_step(), become_step(), finish_step(), compensate_step(),
    };
    return all;
}

const std::vector<ActionSpec>& action_catalog() {
    static const std::vector<ActionSpec> all = {reply_action(), retry_action(), reject_action(), discard_action(), give_action(), skip_action(), become_action(), finish_action(), compensate_action(), later_action()};
    return all;
}

const std::vector<StepSpec>& test_catalog() {
    static const std::vector<StepSpec> all = test_words();
    return all;
}

const StepSpec* find_step(std::string_view word) {
    for (const StepSpec& s : step_catalog())
        if (s.word == word) return &s;
    return nullptr;
}

const StepSpec* find_test_word(std::string_view word) {
    for (const StepSpec& s : test_catalog())
        if (s.word == word) return &s;
    return nullptr;
}

const ActionSpec* find_action(std::string_view word) {
    for (const ActionSpec& a : action_catalog())
        if (a.form.word == word) return &a;
    return nullptr;
}

}  // namespace weir
