// From the commit back to the sender, and the sends to sinks before it.
#include "engine/runtime/flow.hpp"
#include "engine/runtime/input.hpp"

namespace weir {
namespace {

constexpr unsigned tries_without_room = 5;  // a second each, then the engine says so and stops (S5)

Verdict verdict_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::refused: return Verdict::refused;
        case Outcome::dead:
        case Outcome::moved: return Verdict::accepted;
        default: return Verdict::done;
    }
}

}  // namespace

void FlowRunner::submit(std::unique_ptr<Flight> flight, Commit commit) {
    Then<Committed> then = [this, alive = alive(), held = std::move(flight)](Committed committed) mutable {
        if (!alive.expired()) settle(std::move(held), std::move(committed));
    };
    parts_.store.commit(std::move(commit), parts_.executor, std::move(then));
}

void FlowRunner::settle(std::unique_ptr<Flight> flight, Committed committed) {
    std::vector<Delivery> again;
    for (std::size_t n = 0; n < flight->units.size(); ++n) {
        Flight::Unit& unit = flight->units[n];
        if (committed.fates[n] == Fate::waits) {
            again.push_back(std::move(unit.delivery));
            continue;
        }
        if (committed.fates[n] == Fate::quarantined) {
            unit.outcome = Outcome::dead;
            unit.went = "quarantine";
        }
        switch (unit.outcome) {
            case Outcome::done: figures.done.fetch_add(1, std::memory_order_relaxed); break;
            case Outcome::filtered: figures.filtered.fetch_add(1, std::memory_order_relaxed); break;
            case Outcome::discarded: figures.discarded.fetch_add(1, std::memory_order_relaxed); break;
            case Outcome::dead: figures.dead.fetch_add(1, std::memory_order_relaxed); break;
            case Outcome::moved: figures.moved.fetch_add(1, std::memory_order_relaxed); break;
            case Outcome::refused: figures.refused.fetch_add(1, std::memory_order_relaxed); break;
            default: break;
        }
        if (!unit.went.empty()) figures.went(unit.went);
        flight->input->settle(unit.delivery, verdict_of(unit.outcome));
    }
    in_flight_ -= flight->units.size();
    bytes_in_flight_ -= flight->bytes;
    Input* input = flight->input;
    flight.reset();
    if (!again.empty()) {
        // Many units are refused in one instant: they are one try, told once.
        const EngineTime now = parts_.clock.engine();
        const bool counts = refused_rounds_ == 0 || now - refused_at_ >= std::chrono::milliseconds(900);
        if (counts) {
            refused_at_ = now;
            ++refused_rounds_;
            if (refused_rounds_ < tries_without_room) parts_.log.write(LogLevel::warn, parts_.flow.name, "nothing could be written: " + committed.why + "; nothing is lost, trying again", {});
        }
        if (refused_rounds_ >= tries_without_room) {
            events_.fatal(committed.why + "; nothing is lost: run again when this is mended");
            return;
        }
        in_flight_ += again.size();
        for (const Delivery& delivery : again) bytes_in_flight_ += delivery.message.body.bytes.size();
        Task retry = [this, alive = alive(), input, held = std::move(again)]() mutable {
            if (alive.expired()) return;
            in_flight_ -= held.size();
            for (const Delivery& delivery : held) bytes_in_flight_ -= delivery.message.body.bytes.size();
            figures.taken.fetch_sub(held.size(), std::memory_order_relaxed);
            run(*input, std::move(held));
        };
        parts_.executor.after(std::chrono::seconds(1), std::move(retry));
        return;
    }
    refused_rounds_ = 0;
    if (!stopping_ && room() > 0)
        for (const auto& each : inputs_) each->resume();
    changed();
}

void FlowRunner::send_next() {
    if (sending_ || outbox_.empty()) return;
    Waiting& waiting = outbox_.front();
    if (waiting.next == waiting.sends.size()) {
        Waiting done = std::move(waiting);
        outbox_.pop_front();
        submit(std::move(done.flight), std::move(done.commit));
        return send_next();
    }
    sending_ = true;
    PendingSend& send = waiting.sends[waiting.next];
    Then<SendResponse> then = [this, alive = alive()](SendResponse response) {
        if (!alive.expired()) sent(std::move(response));
    };
    send.to->sink->send(std::move(send.request), std::move(then));
}

void FlowRunner::sent(SendResponse response) {
    sending_ = false;
    Waiting& waiting = outbox_.front();
    if (response.ok) {
        ++waiting.next;
        return send_next();
    }
    // A3: not confirmed is a failure of the unit; its taps stand (T1).
    Waiting failed = std::move(waiting);
    outbox_.pop_front();
    Flight::Unit& unit = failed.flight->units.front();
    response.failure.flow = parts_.flow.name;
    response.failure.step = failed.sends[failed.next].to->name;
    response.failure.at = parts_.clock.wall();
    scope_.now = response.failure.at;
    const UnitWrite old = failed.commit.units.front();
    outputs_.reopen(std::move(failed.commit), failed.taps);
    if (failed.is_action) act(unit, response.failure, nullptr);
    else finish(unit, std::move(response.failure));
    UnitWrite write = old;
    write.outcome = unit.outcome;
    outputs_.end_unit(write);
    Commit commit = outputs_.take_commit();
    if (!outputs_.sends().empty()) {  // a failure action that sends to a sink: after it, no further table
        Waiting action;
        action.flight = std::move(failed.flight);
        action.commit = std::move(commit);
        action.sends = std::move(outputs_.sends());
        action.is_action = true;
        outbox_.push_front(std::move(action));
        return send_next();
    }
    submit(std::move(failed.flight), std::move(commit));
    send_next();
}

}  // namespace weir
