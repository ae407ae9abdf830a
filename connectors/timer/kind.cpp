#include "connectors/timer/kind.hpp"

#include <cerrno>

#include "connectors/arguments.hpp"
#include "connectors/timer/parts.hpp"
#include "connectors/ready_made.hpp"

namespace weir {
namespace {

using plan::TypeKind;

class TimerConnector final : public Connector {
public:
    Result<std::unique_ptr<Source>> source(const std::string& operation, No number, const std::vector<Argument>& arguments, std::int64_t,
                                           ConnectorWorld world) override {
        if (operation == "once") return timer::once_source(source_name(arguments, "once"), world);
        if (operation != "every") return Error{EINVAL, "timer." + operation + ": no such source"};
        const std::int64_t period = duration_argument(arguments, "period", 0);
        if (period <= 0) return Error{EINVAL, "timer.every: the period must be over 0s"};
        return timer::every_source(source_name(arguments, "every"), period, number, world);
    }
    Result<std::unique_ptr<Sink>> sink(const std::string& operation, ConnectorWorld) override { return Error{EINVAL, "timer." + operation + ": no such sink"}; }
    bool append_path(const std::vector<Argument>&, std::string&, Failure& failure) const override {
        failure.kind = FailureClass::internal;
        failure.message = "timer appends to nothing";
        return false;
    }
};

}  // namespace

ConnectorSpec timer_spec() {
    ConnectorSpec spec;
    spec.kind = "timer";
    spec.doc = "Messages that time sends. Their body is null.";
    spec.ready_made = true;
    OperationSpec every;
    every.name = "every";
    every.role = OperationRole::source;
    ArgumentSpec period;
    period.name = "period";
    period.type = TypeKind::duration;
    period.required = period.positional = true;
    period.doc = "from one tick to the next";
    every.arguments = {period};
    every.facts = {{"tick", TypeKind::int_}, {"due", TypeKind::timestamp}, {"missed", TypeKind::int_}};
    every.body = TypeKind::null_;
    every.doc = "A tick each period after the first start. Ticks that were missed, because the engine stood or the flow was busy, become one with `source.missed`.";
    every.example = "from timer.every(10s)";
    OperationSpec once = every;
    once.name = "once";
    once.arguments.clear();
    once.finite = true;
    once.doc = "One tick at each start.";
    once.example = "from timer.once()";
    spec.operations = {every, once};
    return spec;
}
std::unique_ptr<ConnectorKind> timer_kind() { return std::make_unique<ReadyMade<TimerConnector>>("timer"); }

}  // namespace weir
