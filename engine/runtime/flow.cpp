#include "engine/runtime/flow.hpp"

#include <algorithm>

#include "engine/runtime/input.hpp"
#include "engine/runtime/walk.hpp"

namespace weir {

FlowRunner::FlowRunner(FlowParts parts, FlowEvents events)
    : parts_(std::move(parts)), events_(std::move(events)), run_(parts_.plan, *parts_.compiler, parts_.flow, parts_.log) {
    run_.outputs.ask(parts_.store);
    scope_.reader = &reader_;
    scope_.params = parts_.params;
    scope_.random = &parts_.random;
    scope_.environment = &parts_.environment;
    dead_name_ = parts_.flow.name + ".dead";
    if (parts_.flow.key != plan::none) {
        parts_.compiler->watch_fields(true);
        key_code_ = parts_.compiler->compile(parts_.flow.key);
        parts_.compiler->watch_fields(false);
    }
}

FlowRunner::~FlowRunner() = default;

void FlowRunner::add(std::unique_ptr<Input> input) { inputs_.push_back(std::move(input)); }

void FlowRunner::start() {
    if (parts_.compiler->fields().partial()) scope_.fields = &field_reader_.emplace(parts_.compiler->fields());
    if (key_code_ != nullptr) keys_.load(parts_.store.seen(parts_.number), parts_.store.due(parts_.number));
    count_keys();
    due_input_->start();
    for (const auto& input : inputs_) input->start();
    changed();
}

void FlowRunner::stop() {
    stopping_ = true;
    for (const auto& input : inputs_) input->stop();
    changed();
}

void FlowRunner::pause(bool paused) {
    const bool goes_on = paused_ && !paused;
    paused_ = paused;
    if (goes_on) refill();
}

void FlowRunner::add(std::unique_ptr<DueInput> input) { due_input_ = std::move(input); }

std::size_t FlowRunner::room(bool for_due) {
    if (stopping_ || paused_ || bytes_in_flight_ >= window_bytes || in_flight_ >= parts_.window) return 0;
    if (parts_.pressure->holds(parts_.index) || (key_code_ != nullptr && parts_.keys->full())) return 0;
    if (keys_.full()) return no_room_for_keys();
    if (!for_due && due_input_->size() >= max_due_rows) return 0;
    std::size_t window = std::min(parts_.window - in_flight_, for_due ? no_grant : grant_);
    if (!for_due && parts_.flow.rate > 0) window = std::min(window, by_rate());
    if (!parts_.program->waits) return window;
    return parts_.flow.workers > working_ ? std::min<std::size_t>(window, parts_.flow.workers - working_) : 0;  // R4
}

std::size_t FlowRunner::room_outside() {
    const std::size_t own = room();
    return own == 0 ? 0 : std::min(own, parts_.pressure->room_outside(parts_.index, in_flight_));
}

void FlowRunner::count_keys() {
    const std::size_t now = keys_.size();
    if (now > keys_counted_) parts_.keys->used.fetch_add(now - keys_counted_, std::memory_order_relaxed);
    else parts_.keys->used.fetch_sub(keys_counted_ - now, std::memory_order_relaxed);
    keys_counted_ = now;
}

void FlowRunner::sweep() {
    if (key_code_ == nullptr || stopping_) return;
    keys_.sweep(parts_.store.now());
    count_keys();
    refill();
}

void FlowRunner::wake() {
    if (!stopping_) refill();
}

// `rate n/s`: as many as a bucket that fills steadily holds, a tenth of a second's worth at most.
std::size_t FlowRunner::by_rate() {
    const double rate = parts_.flow.rate, most = std::max(1.0, rate / 10);
    const EngineTime now = parts_.clock.engine();
    if (tokens_at_.count() < 0) tokens_at_ = now;
    tokens_ = std::min(most, tokens_ + rate * std::chrono::duration<double>(now - tokens_at_).count());
    tokens_at_ = now;
    if (tokens_ >= 1) return static_cast<std::size_t>(tokens_);
    if (!rate_waits_) {
        rate_waits_ = true;
        Task again = [this, alive = alive()] {
            if (alive.expired()) return;
            rate_waits_ = false;
            refill();
        };
        parts_.executor.after(std::chrono::duration_cast<EngineTime>(std::chrono::duration<double>((1 - tokens_) / rate)) + EngineTime(1), std::move(again));
    }
    return 0;
}

bool FlowRunner::selects(const Compiled& where, Delivery& delivery) {
    run_.arena.reset();
    run_.current = delivery.message;
    run_.now = parts_.clock.wall();
    enter(run_);
    int fits = -1;
    Flight::Unit unit(delivery);
    unit.name = delivery.message.meta.id;
    if (parts_.suspects.any() && condemned(unit)) return true;  // it is not looked at
    Aboard aboard(*this, unit.name);
    try {
        fits = where.test(scope_);
    } catch (const std::exception& error) {  // R10
        fail(scope_, FailureClass::internal, std::string("an error in a condition: ") + error.what());
    }
    aboard.leave();
    if (fits < 0) delivery.unreadable = std::make_shared<const Failure>(failure_of(scope_, parts_.flow.name, {}, run_.now, delivery.message.meta.attempt));
    return fits != 0;
}

void FlowRunner::changed() {
    bool all = drained() && parked_ == 0 && (stopping_ || due_input_->size() == 0);
    for (const auto& input : inputs_) all = all && (stopping_ || input->idle());
    quiet.store(all, std::memory_order_release);
    activity.fetch_add(1, std::memory_order_acq_rel);
    events_.settled();
}

void FlowRunner::run(Input& input, std::vector<Delivery> batch) {
    if (batch.empty()) return;
    quiet.store(false, std::memory_order_release);
    activity.fetch_add(1, std::memory_order_acq_rel);
    figures.taken.fetch_add(batch.size(), std::memory_order_relaxed);
    if (!parts_.program->alone()) {
        if (std::unique_ptr<Flight> flight = board(input, std::move(batch))) run_batch(std::move(flight));
        return;
    }
    std::vector<std::unique_ptr<Flight>> flights;
    for (Delivery& delivery : batch) {
        std::vector<Delivery> one;
        one.push_back(std::move(delivery));
        if (std::unique_ptr<Flight> flight = board(input, std::move(one))) flights.push_back(std::move(flight));
    }
    for (std::unique_ptr<Flight>& flight : flights) run_alone(std::move(flight));
}

// Null: all of them wait for the claim of a key (K2), outside their batch and unacknowledged.
std::unique_ptr<Flight> FlowRunner::board(Input& input, std::vector<Delivery> batch) {
    std::unique_ptr<Flight> flight;
    if (idle_flights_.empty()) {
        flight = std::make_unique<Flight>();
    } else {
        flight = std::move(idle_flights_.back());
        idle_flights_.pop_back();
    }
    flight->units = std::move(idle_units_);
    flight->input = &input;
    flight->deliveries = std::move(batch);
    flight->units.reserve(flight->deliveries.size());
    const EngineTime deadline = parts_.flow.timeout > 0 ? parts_.store.now() + EngineTime(parts_.flow.timeout) : EngineTime{0};
    for (Delivery& delivery : flight->deliveries) {
        if (delivery.deadline.count() == 0) delivery.deadline = deadline;
        Flight::Unit& unit = flight->units.emplace_back(delivery);
        unit.name = name_of(delivery);
        const bool poison = parts_.suspects.any() && condemned(unit);
        if (key_code_ != nullptr && !poison && !claim(unit)) {  // K2: outside its batch, unacknowledged
            behind_claim_[unit.key.fingerprint.low].emplace_back(&input, std::move(delivery));
            ++parked_;
            flight->units.pop_back();
            continue;
        }
        flight->bytes += delivery.message.body.bytes.size();
    }
    if (parts_.flow.rate > 0 && &input != due_input_.get()) tokens_ -= static_cast<double>(flight->units.size());
    if (flight->units.empty()) return nullptr;
    in_flight_ += flight->units.size();
    bytes_in_flight_ += flight->bytes;
    return flight;
}

void FlowRunner::enter(Run& run) {
    scope_.arena = &run.arena;
    scope_.message = &run.current;
    scope_.lets = run.lets.data();
    scope_.failure = run.failure.get();
    scope_.now = run.now;
}

void FlowRunner::run_batch(std::unique_ptr<Flight> flight) {
    const std::int64_t now = parts_.clock.wall();
    run_.now = now;
    run_.outputs.begin_batch(parts_.number, now, parts_.flow.history, flight->units.size(), flight->units.size() * bytes_per_unit_);
    for (Flight::Unit& unit : flight->units) {
        prepare(unit, run_);
        Aboard aboard(*this, unit.name);
        (void)work(unit, run_, [&] { return begin(unit, run_); });
        aboard.leave();
        end_unit(unit, run_);
    }
    bytes_per_unit_ = run_.outputs.commit().bytes.size() / flight->units.size() + 64;
    run_.outputs.commit().notes = flight->input->take_notes();
    // A source cuts its batches where its blocks end. Who waits for an answer, or has no room to send more, is in no burst.
    run_.outputs.commit().more_follows = flight->units.size() >= batch_units / 8 && !flight->units.front().delivery.asks && room() >= batch_units;
    if (flight->fold()) idle_units_ = std::move(flight->units);
    submit(std::move(flight), run_.outputs.take_commit());
}

// The run's own message: all of the delivery's but its share of the bytes, which are the flight's as long as the unit runs.
static void lend(const Message& from, Message& to) {
    static_assert(sizeof(Message) == sizeof to.body + sizeof to.headers + sizeof to.meta + sizeof to.source + sizeof to.source_owner, "each part of a message is lent");
    to.body = {nullptr, from.body.bytes, from.body.format, from.body.tree, from.body.picked};
    to.headers = from.headers;
    to.meta = from.meta;
    to.source = from.source;
    to.source_owner = nullptr;
}

void FlowRunner::run_alone(std::unique_ptr<Flight> flight) {
    if (idle_runs_.empty()) idle_runs_.push_back(std::make_unique<Run>(parts_.plan, *parts_.compiler, parts_.flow, parts_.log));
    flight->run = std::move(idle_runs_.back());
    flight->run->outputs.ask(parts_.store);
    idle_runs_.pop_back();
    if (parts_.program->waits) {
        flight->working = true;
        ++working_;
    }
    Run& run = *flight->run;
    run.now = parts_.clock.wall();
    run.outputs.begin_batch(parts_.number, run.now, parts_.flow.history, 1, bytes_per_unit_);
    run.outputs.commit().notes = flight->input->take_notes();
    Flight::Unit& unit = flight->units.front();
    prepare(unit, run);
    Aboard aboard(*this, unit.name);
    const Walked walked = work(unit, run, [&] { return begin(unit, run); });
    aboard.leave();
    go_on(std::move(flight), walked);
}

void FlowRunner::prepare(Flight::Unit& unit, Run& run) {
    run.arena.reset();
    run.held.clear();
    run.frames.clear();
    run.memo.clear();
    run.failure = nullptr;
    run.action = nullptr;
    run.in_action = false;
    run.over = false;
    run.retry_after = 0;
    run.outcome = Outcome::done;
    run.at = parts_.program->first;
    lend(unit.delivery.message, run.current);
    for (Value& slot : run.lets) slot = Value();
    if (unit.delivery.due && !run.memo.decode(unit.delivery.due->memo)) parts_.log.write(LogLevel::warn, parts_.flow.name, "what a message had done before its retry does not decode; it is done again", {});
    run.outputs.begin_unit(parts_.program->remembers() ? &run.memo : nullptr);
    enter(run);
    if (unit.skipped) return;
    unit.outcome = Outcome::done;
    unit.went = nullptr;
    unit.answer.reset();
}

Walked FlowRunner::begin(Flight::Unit& unit, Run& run) {
    if (unit.skipped) return Walked::ended;
    if (unit.poison) {  // R9: its failure lines don't see it either
        run.memo.action = {};
        bury(unit, run, *unit.poison);
        return Walked::ended;
    }
    run.failed_step.clear();
    if (unit.delivery.unreadable) {
        run.failing = *unit.delivery.unreadable;
        run.failing.flow = parts_.flow.name;
        run.failing.at = run.now;
        return Walked::failed;
    }
    if (run.memo.action.tries > 0 && unit.delivery.waits_for) {  // F2: its failure action once more
        run.failing = *unit.delivery.waits_for;
        run.action = action_of(run.memo.action.node);
        if (run.action == nullptr) run.memo.action = {};  // edited away: the table decides
        return Walked::failed;
    }
    if (run.current.meta.history && run.current.meta.history->size() > 100) {
        fail(scope_, FailureClass::invalid, "this message goes in circles: it has been through 100 flows");
        recover(run);
        return Walked::failed;
    }
    if (parts_.flow.key != plan::none && !unit.has_key) {  // K1; the scope has said why
        fail(scope_, FailureClass::invalid, "the key of `idempotent by` is null, missing or empty, or can't be computed");
        recover(run);
        return Walked::failed;
    }
    if (over(unit, run)) return Walked::failed;
    if (!read_typed(unit.delivery.type, run)) {
        recover(run);
        return Walked::failed;
    }
    return walk(run);
}

// The CPU part is over: the call, the sends, or the commit.
void FlowRunner::go_on(std::unique_ptr<Flight> flight, Walked walked) {
    Flight::Unit& unit = flight->units.front();
    Run& run = *flight->run;
    if (walked == Walked::waits) return call(std::move(flight));
    if (flight->working) {
        flight->working = false;
        --working_;
    }
    if (walked == Walked::ended && !run.outputs.sends().empty()) {
        outbox_.push_back(std::move(flight));
        return send_next();
    }
    end_unit(unit, run);
    Commit commit = run.outputs.take_commit();
    submit(std::move(flight), std::move(commit));
}

// The unit's rows are whole: its write behind the others of the commit.
void FlowRunner::end_unit(Flight::Unit& unit, Run& run) {
    if (!unit.skipped && unit.outcome == Outcome::done) unit.outcome = run.in_action && run.outcome == Outcome::done ? Outcome::moved : run.outcome;
    const Delivery& from = unit.delivery;
    if (unit.has_key && !unit.skipped) {
        const bool reached = unit.outcome == Outcome::done || unit.outcome == Outcome::filtered || unit.outcome == Outcome::discarded;  // K3
        const bool asked_wrong = run.outputs.pending_reply() && run.outputs.pending_reply()->status >= 400;
        unit.is_seen = reached && !asked_wrong;
        if (unit.is_seen) run.outputs.seen(unit.key, parts_.store.now() + EngineTime(parts_.flow.key_for));
    }
    if (run.outputs.pending_reply() && !unit.answer) {
        const PendingReply& reply = *run.outputs.pending_reply();
        Answer answer;
        answer.status = reply.status;
        answer.format = reply.format;
        answer.body = reply.body;
        unit.answer = std::make_unique<Answer>(std::move(answer));
    }
    unit.passed_on = run.outputs.passed_on() || (unit.outcome == Outcome::resting && parts_.flow.may_answer);
    for (const Memo::Entry& entry : run.memo.entries())
        if (entry.answered && parts_.flow.history && unit.outcome != Outcome::resting) run.outputs.record(entry.node, entry.body);
    UnitWrite write;
    write.position = from.position;
    write.id = from.message.meta.id;
    write.outcome = unit.outcome;
    write.attempt = from.message.meta.attempt;
    if (unit.outcome == Outcome::resting && from.position.sort != Position::Sort::none) unit.suspect = 0;  // it comes back under the same name
    write.suspect = unit.suspect;  // R9: it has ended, and the engine has not
    const bool has_reference = from.position.sort != Position::Sort::none;
    if (!has_reference && parts_.flow.history && unit.outcome != Outcome::dead && unit.outcome != Outcome::refused && unit.outcome != Outcome::resting) write.arrival = run.outputs.keep(from.message);
    if (unit.outcome == Outcome::discarded) write.why = run.outputs.reason(run.emissions.why);
    run.outputs.end_unit(write);
}

bool FlowRunner::read_typed(plan::TypeId type, Run& run) {
    run.failed_step.clear();
    return weir::read_typed(parts_.plan, type, *parts_.compiler, run, scope_);
}

}  // namespace weir
