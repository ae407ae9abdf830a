#include "engine/runtime/flow.hpp"

#include "engine/runtime/input.hpp"

namespace weir {

FlowRunner::FlowRunner(FlowParts parts, FlowEvents events)
    : parts_(std::move(parts)), events_(std::move(events)), outputs_(parts_.plan, *parts_.compiler, parts_.flow.name), lets_(parts_.flow.lets) {
    scope_.arena = &arena_;
    scope_.reader = &reader_;
    scope_.message = &current_;
    scope_.params = parts_.params;
    scope_.lets = lets_.data();
    scope_.random = &parts_.random;
    scope_.environment = &parts_.environment;
    emissions_.sender = &outputs_;
    emissions_.log = &parts_.log;
    emissions_.flow = parts_.flow.name;
}

FlowRunner::~FlowRunner() = default;

void FlowRunner::add(std::unique_ptr<Input> input) { inputs_.push_back(std::move(input)); }

void FlowRunner::start() {
    for (const auto& input : inputs_) input->start();
    changed();
}

void FlowRunner::stop() {
    stopping_ = true;
    for (const auto& input : inputs_) input->stop();
    changed();
}

std::size_t FlowRunner::room() const {
    if (stopping_ || bytes_in_flight_ >= window_bytes || in_flight_ >= parts_.window) return 0;
    return parts_.window - in_flight_;
}

void FlowRunner::changed() {
    bool all = drained();
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
    // A unit with a send to a sink waits for its confirmation alone, so it is a batch of its own.
    const std::size_t step = parts_.program->has_sinks ? 1 : batch.size();
    for (std::size_t from = 0; from < batch.size(); from += step) {
        auto flight = std::make_unique<Flight>();
        flight->input = &input;
        flight->units.resize(step);
        for (std::size_t n = 0; n < step; ++n) {
            flight->units[n].delivery = std::move(batch[from + n]);
            flight->bytes += flight->units[n].delivery.message.body.bytes.size();
        }
        in_flight_ += step;
        bytes_in_flight_ += flight->bytes;
        run_batch(std::move(flight), 0, step);
    }
}

void FlowRunner::run_batch(std::unique_ptr<Flight> flight, std::size_t from, std::size_t to) {
    const std::int64_t now = parts_.clock.wall();
    scope_.now = now;
    outputs_.begin_batch(parts_.number, now, parts_.flow.history, (to - from) * bytes_per_unit_);
    for (std::size_t n = from; n < to; ++n) run_unit(flight->units[n], flight->units[n].delivery.position.sort != Position::Sort::none);
    bytes_per_unit_ = outputs_.commit().bytes.size() / (to - from) + 64;
    outputs_.commit().notes = flight->input->take_notes();
    if (outputs_.sends().empty()) return submit(std::move(flight), outputs_.take_commit());
    Waiting waiting;
    waiting.sends = std::move(outputs_.sends());
    waiting.taps = outputs_.taps();
    waiting.commit = outputs_.take_commit();
    waiting.flight = std::move(flight);
    outbox_.push_back(std::move(waiting));
    send_next();
}

void FlowRunner::run_unit(Flight::Unit& unit, bool has_reference) {
    outputs_.begin_unit();
    arena_.reset();
    current_ = unit.delivery.message;
    scope_.failure = nullptr;
    for (Value& slot : lets_) slot = Value();
    unit.outcome = Outcome::done;
    unit.went.clear();
    if (current_.meta.failure) {  // the source could not read it whole
        Failure failure = *current_.meta.failure;
        failure.flow = parts_.flow.name;
        failure.at = scope_.now;
        finish(unit, std::move(failure));
    } else if (current_.meta.history && current_.meta.history->size() > 100) {
        fail(scope_, FailureClass::invalid, "this message goes in circles: it has been through 100 flows");
        failed_step_.clear();
        finish(unit, failure_of(scope_, parts_.flow.name, failed_step_, scope_.now, current_.meta.attempt));
    } else {
        Outcome outcome = Outcome::done;
        bool ok = false;
        try {
            ok = read_typed(unit.delivery.type) && walk(parts_.program->first, outcome, 0);
        } catch (const std::bad_alloc&) {  // R10
            fail(scope_, FailureClass::internal, "out of memory in a step");
        }
        if (ok) unit.outcome = outcome;
        else finish(unit, failure_of(scope_, parts_.flow.name, failed_step_, scope_.now, unit.delivery.message.meta.attempt));
    }
    UnitWrite write;
    write.position = unit.delivery.position;
    write.id = unit.delivery.message.meta.id;
    write.outcome = unit.outcome;
    write.attempt = unit.delivery.message.meta.attempt;
    if (!has_reference && parts_.flow.history && unit.outcome != Outcome::dead && unit.outcome != Outcome::refused) write.arrival = outputs_.keep(unit.delivery.message);
    outputs_.end_unit(write);
}

// C7: a row of a typed channel whose type has texts that stand for other values, or that was put under another version of the type.
bool FlowRunner::read_typed(plan::TypeId type) {
    if (type == plan::none) return true;
    failed_step_.clear();
    std::string why;
    if (!look(current_.body, arena_, reader_, why)) {
        fail(scope_, FailureClass::invalid, std::move(why), "body");
        return false;
    }
    Value out;
    Misfit misfit;
    if (!conform(parts_.plan, type, current_.body.tree, scope_, false, *parts_.compiler, out, misfit)) {
        fail(scope_, FailureClass::invalid, std::move(misfit.why), std::move(misfit.path));
        return false;
    }
    current_.body.tree = out;  // the bytes stay: unread fields go on as they came
    return true;
}

bool FlowRunner::walk(At at, Outcome& outcome, unsigned depth) {
    while (at != at_end) {
        const Program::Node& node = parts_.program->nodes[at];
        switch (node.step->on(scope_, emissions_)) {
            case Go::next: at = node.next; break;
            case Go::jump: at = emissions_.jump; break;
            case Go::ends: outcome = emissions_.end; return true;
            case Go::failed: failed_step_ = node.plan->identity; return false;
            case Go::copies: {
                // Each copy starts from the message as it is here; what runs on it changes nothing of the message itself (patterns.md 2.3).
                const std::vector<At> blocks = emissions_.copies;
                const Message whole = current_;
                const std::vector<Value> lets = lets_;
                for (const At block : blocks) {
                    Outcome copy = Outcome::done;
                    if (!walk(block, copy, depth + 1)) return false;
                    current_ = whole;
                    std::copy(lets.begin(), lets.end(), lets_.begin());
                }
                at = node.next;
                break;
            }
        }
    }
    return true;
}

}  // namespace weir
