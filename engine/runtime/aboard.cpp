// R9: which message the worker is in the middle of, and what becomes of those in which the engine has died before.
#include "engine/runtime/flow.hpp"

namespace weir {

FlowRunner::Aboard::Aboard(FlowRunner& flow, const Id128& name) : slot_(flow.parts_.slot) {
    Suspects& suspects = flow.parts_.suspects;
    if (suspects.any()) [[unlikely]] {
        if (suspects.find(flow.parts_.number, name)) alone_ = suspects.alone();
        else among_ = suspects.among_others();
    }
    slot_.enter(name, flow.parts_.number);
}

void FlowRunner::Aboard::leave() {
    slot_.leave();
    if (among_) among_.unlock();
    if (alone_) alone_.unlock();
}

// Its id, where that is the same when it is offered again; else a hash of its bytes.
Id128 FlowRunner::name_of(const Delivery& delivery) const {
    const std::string_view bytes = delivery.message.body.bytes;
    return delivery.position.sort != Position::Sort::none || bytes.empty() ? delivery.message.meta.id : sip_hash(bytes, parts_.store.secret());
}

// True: it has ended the engine so often that it is not run again.
bool FlowRunner::condemned(Flight::Unit& unit) {
    const std::optional<Suspect> known = parts_.suspects.find(parts_.number, unit.name);
    if (!known) return false;
    unit.suspect = known->id;
    if (known->crashes < most_crashes) return false;
    unit.poison = std::make_shared<Failure>();
    unit.poison->kind = FailureClass::internal;
    unit.poison->message = "the engine has died " + std::to_string(known->crashes) + " times in the middle of this message; it was not run again";
    unit.poison->flow = parts_.flow.name;
    for (const Program::Node& node : parts_.program->nodes)
        if (node.plan != nullptr && node.plan->identity_hash == known->step) unit.poison->step = node.plan->identity;
    unit.poison->at = parts_.clock.wall();
    unit.poison->attempts = unit.delivery.message.meta.attempt;
    if (unit.delivery.due && unit.delivery.due->key) {  // K3: what its row held is free with its end
        unit.key = *unit.delivery.due->key;
        unit.has_key = true;
    }
    return true;
}

}  // namespace weir
