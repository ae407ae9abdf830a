// From the commit back to the sender.
#include <algorithm>

#include "engine/runtime/flow.hpp"
#include "engine/runtime/input.hpp"

namespace weir {
namespace {

const std::string quarantine = "quarantine";
constexpr std::size_t most_idle = 64;       // flights: as many as there are batches in a window
constexpr unsigned tries_without_room = 5;  // a second each, then the engine says so and stops (S5)

Verdict verdict_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::refused: return Verdict::refused;
        case Outcome::dead:
        case Outcome::resting:
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
    Input* const input = flight->input;
    const std::size_t size = flight->size();
    std::vector<Delivery> again;
    if (!flight->kept.empty() && std::all_of(committed.fates.begin(), committed.fates.end(), [](Fate fate) { return fate == Fate::durable; })) {
        for (const Flight::Kept& each : flight->kept) {
            count(each.outcome);
            input->settle(each.ticket, verdict_of(each.outcome));
        }
    } else {
        flight->unfold();
        again = settle_each(*flight, committed);
    }
    for (std::size_t n = size; n < committed.fates.size(); ++n)  // T3
        if (committed.fates[n] == Fate::durable) figures.dropped.fetch_add(1, std::memory_order_relaxed);
    in_flight_ -= size;
    bytes_in_flight_ -= flight->bytes;
    if (flight->run) {
        idle_runs_.push_back(std::move(flight->run));
    } else {
        run_.outputs.reuse(std::move(committed.spent));
        if (idle_flights_.size() < most_idle && !flight->kept.empty()) {
            flight->kept.clear();
            flight->like = Delivery();
            flight->bytes = 0;
            idle_flights_.push_back(std::move(flight));
        }
    }
    flight.reset();
    if (in_flight_ == 0) {
        run_.outputs.release();
        idle_flights_.clear();
    }
    if (!again.empty()) return offer_again(*input, std::move(again), committed.why);
    refused_rounds_ = 0;
    parts_.pressure->eased(parts_.index);
    if (key_code_ != nullptr) count_keys();
    refill();
    changed();
}

void FlowRunner::count(Outcome outcome) {
    switch (outcome) {
        case Outcome::done: figures.add(figures.done); break;
        case Outcome::filtered: figures.add(figures.filtered); break;
        case Outcome::discarded: figures.add(figures.discarded); break;
        case Outcome::dead: figures.add(figures.dead); break;
        case Outcome::moved: figures.add(figures.moved); break;
        case Outcome::refused: figures.add(figures.refused); break;
        case Outcome::resting: figures.add(figures.rested); break;
        default: break;
    }
}

// Those that the world has no room for now.
std::vector<Delivery> FlowRunner::settle_each(Flight& flight, const Committed& committed) {
    std::vector<Delivery> again;
    std::size_t due = 0, seen = 0;
    for (std::size_t n = 0; n < flight.units.size(); ++n) {
        Flight::Unit& unit = flight.units[n];
        const std::size_t own_due = due, own_seen = seen;
        if (unit.outcome == Outcome::resting) ++due;
        if (unit.is_seen) ++seen;
        if (committed.fates[n] == Fate::waits) {
            if (unit.has_key && !unit.skipped) keys_.free(unit.key.fingerprint);
            again.push_back(std::move(unit.delivery));
            continue;
        }
        if (committed.fates[n] == Fate::quarantined) {
            unit.outcome = Outcome::dead;
            unit.went = &quarantine;
        }
        count(unit.outcome);
        if (unit.went != nullptr) figures.went(*unit.went);
        if (unit.suspect != 0) parts_.suspects.gone(unit.suspect);
        const bool durable = committed.fates[n] == Fate::durable;
        if (unit.outcome == Outcome::resting && durable) due_input_->add(committed.due[own_due], unit.due_at);
        if (unit.delivery.due && unit.outcome != Outcome::resting) due_input_->gone(unit.delivery.due->id);
        if (unit.has_key && !unit.skipped) settle_key(unit, durable && unit.outcome == Outcome::resting ? committed.due[own_due] : 0, durable && unit.is_seen ? committed.seen[own_seen] : 0);
        answer(unit);
        flight.input->settle(unit.delivery.ticket, verdict_of(unit.outcome));
    }
    return again;
}

// K3: with the commit the claim ends; who waited for it is looked at again.
void FlowRunner::settle_key(Flight::Unit& unit, RowId due, RowId seen) {
    if (due != 0) keys_.hold(unit.key, due);
    else if (unit.is_seen) keys_.done(unit.key, seen, parts_.store.now() + EngineTime(parts_.flow.key_for));
    else keys_.free(unit.key.fingerprint);
    const auto found = behind_claim_.find(unit.key.fingerprint.low);
    if (found == behind_claim_.end()) return;
    auto waiting = std::move(found->second);
    behind_claim_.erase(found);
    parked_ -= waiting.size();
    Task look = [this, alive = alive(), held = std::move(waiting)]() mutable {
        if (alive.expired()) return;
        for (auto& [input, delivery] : held) {
            figures.taken.fetch_sub(1, std::memory_order_relaxed);
            std::vector<Delivery> one;
            one.push_back(std::move(delivery));
            run(*input, std::move(one));
        }
    };
    parts_.executor.post(std::move(look));
}

// Q1, Q2: who asked is told after the commit.
void FlowRunner::answer(Flight::Unit& unit) {
    const std::string& reply_to = unit.delivery.message.meta.reply_to;
    if (reply_to.empty()) return;
    const Id128& id = unit.delivery.message.meta.id;
    if (unit.outcome == Outcome::duplicate && !unit.answer) {
        Answer again = accepted(id);
        if (unit.met != 0) {
            Result<StoredReply> stored = parts_.store.reply(unit.met);
            if (stored && stored->status != 0) {
                again.status = stored->status;
                again.format = static_cast<Format>(stored->format);
                again.body = std::move(stored->body);
                again.replayed = true;
            }
        }
        unit.answer = std::make_unique<Answer>(std::move(again));
    }
    if (unit.answer) {
        if (!parts_.requesters.answer(reply_to, std::move(*unit.answer))) undeliverable(id);
        return;
    }
    if (!unit.passed_on) (void)parts_.requesters.accept(reply_to);
}

// Q3: a reply to nobody stays in the message store.
void FlowRunner::undeliverable(const Id128& id) {
    figures.undeliverable.fetch_add(1, std::memory_order_relaxed);
    Commit commit;
    commit.flow = parts_.number;
    commit.now = parts_.clock.wall();
    UnitWrite unit;
    unit.id = id;
    unit.outcome = Outcome::undeliverable;
    commit.units.push_back(unit);
    parts_.store.commit(std::move(commit), parts_.executor, [](Committed) {});
}

void FlowRunner::offer_again(Input& input, std::vector<Delivery> again, const std::string& why) {
    // Many units are refused in one instant: they are one try, told once.
    const EngineTime now = parts_.clock.engine();
    const bool counts = refused_rounds_ == 0 || now - refused_at_ >= std::chrono::milliseconds(900);
    if (counts) {
        refused_at_ = now;
        ++refused_rounds_;
        if (refused_rounds_ < tries_without_room) parts_.log.write(LogLevel::warn, parts_.flow.name, "nothing could be written: " + why + "; nothing is lost, trying again", {});
    }
    if (refused_rounds_ >= tries_without_room) {
        events_.fatal(why + "; nothing is lost: run again when this is mended");
        return;
    }
    in_flight_ += again.size();
    for (const Delivery& delivery : again) bytes_in_flight_ += delivery.message.body.bytes.size();
    Task retry = [this, alive = alive(), &input, held = std::move(again)]() mutable {
        if (alive.expired()) return;
        in_flight_ -= held.size();
        for (const Delivery& delivery : held) bytes_in_flight_ -= delivery.message.body.bytes.size();
        figures.taken.fetch_sub(held.size(), std::memory_order_relaxed);
        run(input, std::move(held));
    };
    parts_.executor.after(std::chrono::seconds(1), std::move(retry));
}

// There is room again: due rows first (R3), then the inputs. Where workers are few, the sources that have something share them by weight (R6).
void FlowRunner::refill() {
    if (stopping_ || refilling_) return;
    refilling_ = true;
    due_input_->resume();
    if (!parts_.program->waits || inputs_.size() == 1) {
        if (room() > 0)
            for (const auto& each : inputs_) each->resume();
    } else {
        std::vector<Input*> candidates;
        for (const auto& each : inputs_)
            if (!each->idle() || each->behind(parts_.store)) candidates.push_back(each.get());
        while (room() > 0 && !candidates.empty()) {
            std::int64_t total = 0;
            for (Input* each : candidates) {
                each->credit += each->weight;
                total += each->weight;
            }
            Input* best = *std::max_element(candidates.begin(), candidates.end(), [](Input* a, Input* b) { return a->credit < b->credit; });
            best->credit -= total;
            const std::size_t before = in_flight_;
            grant_ = 1;
            best->resume();
            grant_ = no_grant;
            if (in_flight_ == before) {
                best->credit = 0;  // no credit is saved while empty
                std::erase(candidates, best);
            }
        }
    }
    refilling_ = false;
}

}  // namespace weir
