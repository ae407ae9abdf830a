#pragma once
// The steps that this version runs, one function each; catalog.cpp lists them.
#include "dsl/steps/body.hpp"
#include "dsl/steps/spec.hpp"

namespace weir {

StepSpec validate_step();
StepSpec translate_step();
StepSpec set_step();
StepSpec let_step();
StepSpec keep_step();
StepSpec drop_step();
StepSpec filter_step();
StepSpec route_step();
StepSpec recipients_step();
StepSpec send_step();
StepSpec tap_step();
StepSpec log_step();
StepSpec fail_step();
StepSpec discard_step();
std::vector<StepSpec> later_steps();  // words of the language that are not built yet: their forms, without lowering

}  // namespace weir
