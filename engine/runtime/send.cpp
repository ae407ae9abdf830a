// The sends that are confirmed before the commit (U2): in step order, those of one unit one by one; as many units at once as the flow has workers.
#include <algorithm>

#include "engine/runtime/flow.hpp"

namespace weir {

void FlowRunner::send_next() {
    while (!outbox_.empty() && sending_.size() < std::max<std::size_t>(1, parts_.flow.workers)) {
        sending_.push_back(std::move(outbox_.front()));
        outbox_.pop_front();
        Flight* const flight = sending_.back().get();
        flight->next_send = 0;
        send_one(flight);
    }
}

void FlowRunner::send_one(Flight* flight) {
    PendingSend& send = flight->run->outputs.sends()[flight->next_send];
    Then<SendResponse> then = [this, flight, alive = alive()](SendResponse response) {
        if (!alive.expired()) sent(flight, std::move(response));
    };
    if (!flight->run->in_action && over(flight->units.front(), *flight->run)) {
        SendResponse late;
        late.failure = flight->run->failing;
        return sent(flight, std::move(late));
    }
    if (!flight->run->in_action) send.request.timeout = at_most(flight->units.front(), send.request.timeout, send.to->timeout);
    send.to->sink->send(std::move(send.request), std::move(then));
}

void FlowRunner::sent(Flight* flight, SendResponse response) {
    Run& run = *flight->run;
    const PendingSend& send = run.outputs.sends()[flight->next_send];
    if (response.ok) {
        run.memo.sent(send.node);
        if (++flight->next_send < run.outputs.sends().size()) return send_one(flight);
    }
    const auto at = std::find_if(sending_.begin(), sending_.end(), [flight](const auto& each) { return each.get() == flight; });
    std::unique_ptr<Flight> held = std::move(*at);
    sending_.erase(at);
    enter(run);
    if (response.ok) {
        run.outputs.sends().clear();
        go_on(std::move(held), Walked::ended);
    } else {
        // A3: not confirmed is a failure of the unit; its taps stand (T1).
        const bool late = !run.in_action && over(held->units.front(), run);
        if (!late) run.failing = std::move(response.failure);
        run.failing.flow = parts_.flow.name;
        run.failing.step = send.to->name;
        run.failing.at = parts_.clock.wall();
        run.retry_after = response.answer.retry_after;
        Flight::Unit& unit = held->units.front();
        Aboard aboard(*this, unit.name);
        const Walked walked = work(unit, run, [] { return Walked::failed; });
        aboard.leave();
        go_on(std::move(held), walked);
    }
    send_next();
}

}  // namespace weir
