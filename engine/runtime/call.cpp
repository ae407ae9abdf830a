// A step that calls: the request out, the answer back into the step.
#include "engine/runtime/flow.hpp"

namespace weir {

void FlowRunner::call(std::unique_ptr<Flight> flight) {
    Flight* const held = flight.get();
    PendingCall asked = std::move(*held->run->outputs.pending_call());
    held->run->outputs.pending_call().reset();
    if (!held->run->in_action) asked.request.timeout = at_most(held->units.front(), asked.request.timeout, asked.to->timeout);
    waiting_.push_back(std::move(flight));
    Then<SendResponse> then = [this, held, node = asked.node, recorded = asked.recorded, alive = alive()](SendResponse response) {
        if (!alive.expired()) called(held, node, recorded, std::move(response));
    };
    asked.to->sink->send(std::move(asked.request), std::move(then));
}

void FlowRunner::called(Flight* held, std::uint64_t node, bool recorded, SendResponse response) {
    std::unique_ptr<Flight> flight;
    for (auto at = waiting_.begin(); at != waiting_.end(); ++at)
        if (at->get() == held) {
            flight = std::move(*at);
            waiting_.erase(at);
            break;
        }
    if (!flight) return;
    Run& run = *flight->run;
    run.now = parts_.clock.wall();  // I4: read again behind each step that waited
    Flight::Unit& unit = flight->units.front();
    enter(run);
    Aboard aboard(*this, unit.name);
    const Walked walked = work(unit, run, [&] {
        if (response.ok) return resume(run, node, recorded, false, std::move(response.answer));
        run.retry_after = response.answer.retry_after;
        scope_.failed = response.failure.kind;
        scope_.why = std::move(response.failure.message);
        scope_.path = std::move(response.failure.path);
        run.failed_step = parts_.program->nodes[run.waiting].plan->identity;
        if (!run.in_action && over(unit, run)) return Walked::failed;
        return recover(run) ? walk(run) : Walked::failed;
    });
    aboard.leave();
    go_on(std::move(flight), walked);
    refill();
    changed();
}

Walked FlowRunner::resume(Run& run, std::uint64_t node, bool recorded, bool from_memo, Answer answer) {
    (void)recorded;
    if (!from_memo) run.memo.answered(node, answer);
    const Program::Node& at = parts_.program->nodes[run.waiting];
    Body body = Body::copy_of(answer.body, answer.format == Format::none ? Format::text : answer.format);
    run.held.push_back(body.owner);
    std::string why;
    Value value = Value::null();
    bool ok = true;
    if (!answer.body.empty()) {
        ok = look(body, run.arena, reader_, why);
        value = body.tree;
    }
    if (!ok) {
        fail(scope_, FailureClass::invalid, "the answer can't be read: " + why);
        run.failed_step = at.plan->identity;
        return recover(run) ? walk(run) : Walked::failed;
    }
    parts_.slot.at(at.plan->identity_hash);
    const Go go = at.step->resume(scope_, run.emissions, value);
    return follow(run, at, go) ? walk(run) : Walked::failed;
}

}  // namespace weir
