// What becomes of a unit that failed: the lines of its step and those around, the flow's table, first line that fits; else its dead letters (F1).
#include <algorithm>

#include "engine/runtime/flow.hpp"
#include "engine/runtime/walk.hpp"
#include "engine/steps/catalog.hpp"

namespace weir {
namespace {

// The first line that fits and is no retry: for a message whose time is over.
const FailureAction* no_retry(const FailureTable& table, FailureClass kind) {
    for (const FailureAction& line : table)
        if (line.kind != plan::ActionKind::retry && std::any_of(line.classes.begin(), line.classes.end(), [&](FailureClass around) { return is_within(kind, around); })) return &line;
    return nullptr;
}

constexpr std::uint8_t action_tries = 3;
constexpr std::int64_t action_backoff_low = 1'000'000'000, action_backoff_high = 60'000'000'000;  // as R1 has it where nothing is said

}  // namespace

const FailureAction* pick(const FailureTable& table, FailureClass kind, std::uint32_t attempt) {
    for (const FailureAction& line : table) {
        bool fits = false;
        for (const FailureClass around : line.classes) fits = fits || is_within(kind, around);
        if (!fits) continue;
        if (line.kind != plan::ActionKind::retry || line.times == 0 || attempt <= line.times) return &line;
        if (!line.then.empty()) return &line.then.front();
    }
    return nullptr;
}

bool find_line(Run& run, Scope& scope, Outputs::Mark& back) {
    run.action = nullptr;
    while (!run.frames.empty()) {
        Frame frame = std::move(run.frames.back());
        run.frames.pop_back();
        if (frame.on == nullptr) continue;
        const FailureAction* line = pick(*frame.on, run.failing.kind, run.failing.attempts);
        if (line == nullptr || line->kind == plan::ActionKind::fail_again) continue;
        if (line->kind == plan::ActionKind::fail) {
            run.failing.kind = line->failure;
            Value why;
            if (line->text != nullptr && line->text->run(scope, why) && why.kind() == Kind::string) run.failing.message = std::string(why.text());
            continue;
        }
        if (line->block == at_end && line->kind != plan::ActionKind::skip && line->kind != plan::ActionKind::give && line->kind != plan::ActionKind::steps) {
            run.action = line;
            return false;
        }
        run.current = std::move(frame.whole);
        run.lets = std::move(frame.lets);
        scope.lets = run.lets.data();
        back = frame.mark;
        run.failure = std::make_shared<const Failure>(run.failing);
        scope.failure = run.failure.get();
        run.at = line->block;
        return true;
    }
    return false;
}

// Takes the failure that the scope holds to the lines of the step that failed and of the steps around it. True: the run goes on at `run.at`.
bool FlowRunner::recover(Run& run) {
    run.failing = failure_of(scope_, parts_.flow.name, run.failed_step, run.now, run.current.meta.attempt);
    Outputs::Mark back;
    if (!find_line(run, scope_, back)) return false;
    run.outputs.back_to(back);
    return true;
}

EngineTime FlowRunner::backoff(const FailureAction& action, std::uint32_t attempt, std::int64_t retry_after) {
    std::int64_t delay = action.backoff_low;
    for (std::uint32_t n = 1; n < attempt && delay < action.backoff_high; ++n) delay *= 2;
    delay = std::min(delay, std::max(action.backoff_low, action.backoff_high));
    if (action.jitter > 0) {
        const double at = static_cast<double>(parts_.random.next() >> 11) * 0x1.0p-53;  // [0, 1)
        delay += static_cast<std::int64_t>(static_cast<double>(delay) * action.jitter * (2 * at - 1));
    }
    return EngineTime(std::max(delay, retry_after));
}

// The message has expired, or the flow's time for it is over: it fails past the lines of its step, and no retry can help.
bool FlowRunner::over(const Flight::Unit& unit, Run& run) {
    const bool late = unit.delivery.deadline.count() != 0 && parts_.store.now() >= unit.delivery.deadline;
    const std::int64_t expires = run.current.meta.expires;
    if (!late && (expires == 0 || parts_.clock.wall() < expires)) return false;
    Failure failure;
    failure.kind = late ? FailureClass::timeout : FailureClass::expired;
    failure.message = late ? "the flow was not done with it in the time that its header gives" : "the message has expired";
    failure.flow = parts_.flow.name;
    failure.at = parts_.clock.wall();
    failure.attempts = unit.delivery.message.meta.attempt;
    run.failing = std::move(failure);
    run.action = nullptr;
    run.over = true;
    return true;
}

// How long a request may take: no longer than the flow has time.
EngineTime FlowRunner::at_most(const Flight::Unit& unit, EngineTime timeout, EngineTime manifest) const {
    if (unit.delivery.deadline.count() == 0) return timeout;
    const EngineTime left = std::max(EngineTime{1}, unit.delivery.deadline - parts_.store.now());
    const EngineTime own = timeout.count() != 0 ? timeout : manifest;
    return own.count() != 0 ? std::min(own, left) : left;
}

// The action of that identity, of the flow's table or of a step; null: there is none any more.
const FailureAction* FlowRunner::action_of(std::uint64_t node) const {
    const auto in = [node](const auto& self, const FailureTable& table) -> const FailureAction* {
        for (const FailureAction& line : table) {
            if (line.node == node) return &line;
            if (const FailureAction* then = self(self, line.then)) return then;
        }
        return nullptr;
    };
    if (const FailureAction* found = in(in, parts_.program->on)) return found;
    for (const Program::Node& each : parts_.program->nodes)
        if (each.on != nullptr)
            if (const FailureAction* found = in(in, *each.on)) return found;
    return nullptr;
}

// F2: the action has failed with `run.failing`. It has three tries, the other two from a due row, and consults no table; a failure that would only
// come again needs none. Then the message goes to the dead letters with both failures.
bool FlowRunner::action_failed(Flight::Unit& unit, Run& run) {
    run.outputs.withdraw(false);
    unit.answer.reset();
    unit.went = nullptr;
    const auto tries = static_cast<std::uint8_t>(run.memo.action.tries + 1);
    if (tries < action_tries && !is_within(run.failing.kind, FailureClass::permanent)) {
        run.memo.action = {run.action_node, tries};
        FailureAction again;
        again.backoff_low = action_backoff_low;
        again.backoff_high = action_backoff_high;
        unit.due_at = parts_.store.now() + backoff(again, tries, run.retry_after);
        run.outputs.rest(unit.delivery, unit.due_at, unit.delivery.message.meta.attempt, unit.has_key ? std::optional(unit.key) : std::nullopt, *run.failure);
        unit.outcome = Outcome::resting;
        return false;
    }
    run.memo.action = {};
    Failure both = *run.failure;
    both.message += "; and the failure action: " + run.failing.message;
    bury(unit, run, std::move(both));
    return false;
}

void FlowRunner::bury(Flight::Unit& unit, Run& run, Failure failure) {
    unit.outcome = Outcome::dead;
    unit.went = &dead_name_;
    run.outputs.bury(unit.delivery, std::move(failure));
}

// The unit has failed with `run.failing`. True: a failure action has steps, and the run goes on with them.
bool FlowRunner::decide(Flight::Unit& unit, Run& run) {
    run.outputs.withdraw(false);
    run.frames.clear();
    if (run.in_action) return action_failed(unit, run);
    run.current = unit.delivery.message;
    for (Value& slot : run.lets) slot = Value();
    run.failing.attempts = unit.delivery.message.meta.attempt;
    run.failure = std::make_shared<const Failure>(run.failing);
    scope_.failure = run.failure.get();
    const FailureAction* action = run.action != nullptr ? run.action : run.over ? no_retry(parts_.program->on, run.failing.kind) : pick(parts_.program->on, run.failing.kind, run.failing.attempts);
    run.action = nullptr;
    Failure last = run.failing;
    if (action != nullptr) {
        switch (action->kind) {
            case plan::ActionKind::retry: {
                const std::uint32_t attempt = unit.delivery.message.meta.attempt;
                unit.due_at = parts_.store.now() + backoff(*action, attempt, run.retry_after);
                if (unit.delivery.deadline.count() != 0) unit.due_at = std::min(unit.due_at, unit.delivery.deadline);
                run.outputs.rest(unit.delivery, unit.due_at, attempt + 1, unit.has_key ? std::optional(unit.key) : std::nullopt, run.failing);
                unit.outcome = Outcome::resting;
                return false;
            }
            case plan::ActionKind::send: {
                run.in_action = true;
                run.action_node = action->node;
                run.retry_after = 0;
                run.current.meta.failure = run.failure;
                if (run.outputs.send(scope_, *action->to, nullptr, nullptr, action->node, false)) {
                    unit.outcome = Outcome::moved;
                    unit.went = &action->to->name;
                    run.at = at_end;
                    return !run.outputs.sends().empty();  // on through the outbox
                }
                run.failing = failure_of(scope_, parts_.flow.name, action->to->name, run.now, run.failing.attempts);
                return action_failed(unit, run);
            }
            case plan::ActionKind::discard: unit.outcome = Outcome::discarded; return false;
            case plan::ActionKind::reject: {
                run.outputs.withdraw(true);
                unit.outcome = Outcome::refused;
                Failure rejected = run.failing;
                rejected.kind = FailureClass::rejected;
                Value why;
                if (action->text != nullptr && action->text->run(scope_, why) && why.kind() == Kind::string) rejected.message = std::string(why.text());
                unit.answer = std::make_unique<Answer>(refused(unit.delivery.message.meta.id, rejected));
                return false;
            }
            case plan::ActionKind::reply: {
                if (!parts_.requesters.waits(unit.delivery.message.meta.reply_to)) break;  // F1: nobody waits
                Value status = Value::integer(200), value;
                const bool ok = (action->status == nullptr || action->status->run(scope_, status)) && (action->value == nullptr || action->value->run(scope_, value));
                std::uint16_t number = 0;
                if (ok && !status_of(status, run.arena, number)) scope_.why = "the status of a reply is a number from 100 to 599";
                if (number != 0 && run.outputs.reply(scope_, number, action->value == nullptr ? nullptr : &value, action->node)) {
                    unit.outcome = Outcome::refused;
                    return false;
                }
                last.message += "; and the failure action: " + scope_.why;
                break;
            }
            case plan::ActionKind::steps: {
                run.in_action = true;
                run.action_node = action->node;
                run.retry_after = 0;
                run.outcome = Outcome::done;
                run.at = action->block;
                return true;
            }
            case plan::ActionKind::fail: {
                last.kind = action->failure;
                Value why;
                if (action->text != nullptr && action->text->run(scope_, why) && why.kind() == Kind::string) last.message = std::string(why.text());
                break;
            }
            default: break;
        }
    }
    if (unit.delivery.asks && parts_.requesters.waits(unit.delivery.message.meta.reply_to)) {  // Q1: who gets an error still owns the message
        run.outputs.withdraw(true);
        unit.outcome = Outcome::refused;
        unit.answer = std::make_unique<Answer>(refused(unit.delivery.message.meta.id, last));
        return false;
    }
    bury(unit, run, std::move(last));
    return false;
}

}  // namespace weir
