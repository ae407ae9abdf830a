#pragma once
// The words of the language, one function each; catalog.cpp lists them. A word without `.does(..)` is not built yet.
#include "dsl/steps/body.hpp"
#include "dsl/steps/spec.hpp"

namespace weir {

StepSpec validate_step();
StepSpec translate_step();
StepSpec set_step();
StepSpec let_step();
StepSpec enrich_step();
StepSpec keep_step();
StepSpec drop_step();
StepSpec decode_step();
StepSpec encode_step();
StepSpec claim_step();
StepSpec redeem_step();
StepSpec put_step();
StepSpec remove_step();
StepSpec filter_step();
StepSpec route_step();
StepSpec recipients_step();
StepSpec slip_step();
StepSpec detour_step();
StepSpec repeat_step();
StepSpec split_step();
StepSpec aggregate_step();
StepSpec resequence_step();
StepSpec scatter_step();
StepSpec parallel_step();
StepSpec send_step();
StepSpec call_step();
StepSpec tap_step();
StepSpec reply_step();
StepSpec transaction_step();
StepSpec log_step();
StepSpec count_step();
StepSpec gauge_step();
StepSpec observe_step();
StepSpec delay_step();
StepSpec throttle_step();
StepSpec expire_step();
StepSpec fail_step();
StepSpec discard_step();
StepSpec become_step();
StepSpec finish_step();
StepSpec compensate_step();

ActionSpec reply_action();
ActionSpec retry_action();
ActionSpec reject_action();
ActionSpec discard_action();
ActionSpec give_action();
ActionSpec skip_action();
ActionSpec become_action();
ActionSpec finish_action();
ActionSpec compensate_action();
ActionSpec later_action();

std::vector<StepSpec> state_words();  // what a state of a process holds
std::vector<StepSpec> test_words();

}  // namespace weir
