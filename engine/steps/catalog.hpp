#pragma once
#include "engine/steps/step.hpp"

namespace weir {

// One factory for each word; `behind` is the step behind this one. engine/steps/<word>.cpp holds each.
StepPtr make_translate(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_set(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_let(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_validate(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_keep(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_drop(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_decode(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_encode(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_filter(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_route(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_recipients(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_send(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_tap(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_expire(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_log(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_fail(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_discard(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_call(const plan::Node& node, StepMaker& maker, At behind);
StepPtr make_reply(const plan::Node& node, StepMaker& maker, At behind);

// `give` of a failure line under the step of `node`.
StepPtr make_give(const plan::Node& node, CodePtr value, StepMaker& maker);
// The status of a reply. False: it is none.
bool status_of(const Value& value, Arena& arena, std::uint16_t& status);

// The step of a node's word. Asserts that the word is one of the list: the checker lets no other through.
StepPtr make_step(const plan::Node& node, StepMaker& maker, At behind);

}  // namespace weir
