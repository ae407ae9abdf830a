// What becomes of a unit that failed: the flow's table, first line that fits; else its dead letters (F1).
#include "engine/runtime/flow.hpp"

namespace weir {
namespace {

const FailureAction* line_for(const std::vector<FailureAction>& table, FailureClass kind) {
    for (const FailureAction& line : table)
        for (const FailureClass around : line.classes)
            if (is_within(kind, around)) return &line;
    return nullptr;
}

}  // namespace

void FlowRunner::finish(Flight::Unit& unit, Failure failure) {
    outputs_.withdraw(false);
    arena_.reset();
    current_ = unit.delivery.message;
    scope_.failure = &failure;
    act(unit, failure, line_for(parts_.program->on, failure.kind));
    scope_.failure = nullptr;
}

void FlowRunner::act(Flight::Unit& unit, const Failure& failure, const FailureAction* action) {
    Failure last = failure;
    if (action != nullptr) {
        switch (action->kind) {
            case plan::ActionKind::send: {
                current_.meta.failure = std::make_shared<const Failure>(failure);
                if (outputs_.send(scope_, *action->to, nullptr, nullptr, action->node, false)) {
                    unit.outcome = Outcome::moved;
                    unit.went = action->to->name;
                    return;
                }
                // F2: the message goes to the dead letters with both failures.
                last.message += "; and the failure action: " + scope_.why;
                outputs_.withdraw(false);
                break;
            }
            case plan::ActionKind::discard: {
                unit.outcome = Outcome::discarded;
                return;
            }
            case plan::ActionKind::reject: {
                outputs_.withdraw(true);
                unit.outcome = Outcome::refused;
                return;
            }
            case plan::ActionKind::fail: {
                last.kind = action->failure;
                Value why;
                if (action->text != nullptr && action->text->run(scope_, why) && why.kind() == Kind::string) last.message = std::string(why.text());
                break;
            }
            case plan::ActionKind::fail_again:
            default: break;
        }
    }
    unit.outcome = Outcome::dead;
    unit.went = parts_.flow.name + ".dead";
    outputs_.bury(unit.delivery.message, std::move(last));
}

}  // namespace weir
