// The key of `idempotent by`: claimed before the first step (K2).
#include "engine/runtime/flow.hpp"
#include "engine/runtime/input.hpp"

namespace weir {
namespace {

constexpr EngineTime between_sweeps = std::chrono::seconds(10);  // a sweep of all keys takes a tenth of a second

}  // namespace

bool FlowRunner::key_of(Flight::Unit& unit, Key& out) {
    run_.arena.reset();
    run_.current = unit.delivery.message;
    run_.now = parts_.clock.wall();
    enter(run_);
    if (unit.delivery.unreadable || !read_typed(unit.delivery.type, run_)) return false;
    Value value;
    if (!key_code_->run(scope_, value)) return false;
    if (!fingerprint_of(value, parts_.number, parts_.store.secret(), out.fingerprint)) return false;
    out.body_hash = sip_hash(unit.delivery.message.body.bytes, parts_.store.secret()).a;
    return true;
}

// K8, K9: as many keys as there may be. Nothing is taken until some are over, and nothing else would happen here then, so a timer looks.
std::size_t FlowRunner::no_room_for_keys() {
    if (keys_wait_) return 0;
    keys_wait_ = true;
    parts_.log.write(LogLevel::warn, parts_.flow.name, std::to_string(plan::max_keys) + " keys of `idempotent by` are kept, the most there may be: nothing more is taken until the time of some is over", {});
    wait_for_keys();
    return 0;
}

void FlowRunner::wait_for_keys() {
    Task look = [this, alive = alive()] {
        if (alive.expired()) return;
        keys_.sweep(parts_.store.now());
        if (keys_.full()) return wait_for_keys();
        keys_wait_ = false;
        refill();
    };
    parts_.executor.after(between_sweeps, std::move(look));
}

// False: another unit has claimed the key; this one waits for its end. A duplicate is not run.
bool FlowRunner::claim(Flight::Unit& unit) {
    Key key;
    bool keyed = false;
    Aboard aboard(*this, unit.name);
    try {
        keyed = key_of(unit, key);
    } catch (const std::exception& error) {  // R10
        fail(scope_, FailureClass::internal, std::string("an error in the key of `idempotent by`: ") + error.what());
        unit.delivery.unreadable = std::make_shared<const Failure>(failure_of(scope_, parts_.flow.name, {}, run_.now, unit.delivery.message.meta.attempt));
    }
    aboard.leave();
    if (!keyed) return true;  // the unit fails as invalid
    const Keys::Known known = keys_.look(key.fingerprint, parts_.store.now());
    const bool own = unit.delivery.due != nullptr && unit.delivery.due->kind == DueKind::retry && known.state == Keys::State::held && known.row == unit.delivery.due->id;
    unit.key = key;
    unit.has_key = true;
    if (known.state == Keys::State::free || own) {
        keys_.claim(key);
        return true;
    }
    if (known.state == Keys::State::claimed) return false;
    unit.skipped = true;
    unit.outcome = Outcome::duplicate;
    unit.met = known.state == Keys::State::done ? known.row : 0;
    figures.duplicates.fetch_add(1, std::memory_order_relaxed);
    if (known.body_hash != key.body_hash) {  // K5
        figures.duplicates_conflicting.fetch_add(1, std::memory_order_relaxed);
        parts_.log.write(LogLevel::debug, parts_.flow.name, "a message with a known key has another body; the key decides: it is a duplicate", "{\"id\":\"" + to_text(unit.delivery.message.meta.id) + "\"}");
        if (unit.delivery.asks && find_header(unit.delivery.message.headers ? *unit.delivery.message.headers : Headers{}, "idempotency-key") != nullptr) {
            Failure failure;
            failure.kind = FailureClass::invalid;
            failure.message = "this Idempotency-Key was used before, with another body";
            unit.answer = std::make_unique<Answer>(refused(unit.delivery.message.meta.id, failure));
        }
    }
    return true;
}

}  // namespace weir
