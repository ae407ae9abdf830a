#include "connectors/console/kind.hpp"

#include <cerrno>

#include "connectors/arguments.hpp"
#include "connectors/console/parts.hpp"
#include "connectors/ready_made.hpp"

namespace weir {
namespace {

using plan::TypeKind;

class ConsoleConnector final : public Connector {
public:
    Result<std::unique_ptr<Source>> source(const std::string& operation, No, const std::vector<Argument>& arguments, std::int64_t, ConnectorWorld world) override {
        if (operation != "lines") return Error{EINVAL, "console." + operation + ": no such source"};
        return console::lines_source(text_argument(arguments, "format") == "json" ? Format::json : Format::text, world);
    }
    Result<std::unique_ptr<Sink>> sink(const std::string& operation, ConnectorWorld world) override {
        if (operation != "line") return Error{EINVAL, "console." + operation + ": no such sink"};
        return console::line_sink(world);
    }
    bool append_path(const std::vector<Argument>&, std::string&, Failure& failure) const override {
        failure.kind = FailureClass::internal;
        failure.message = "console appends to no file";
        return false;
    }
};

}  // namespace

ConnectorSpec console_spec() {
    ConnectorSpec spec;
    spec.kind = "console";
    spec.doc = "Standard input and output, for first steps and tests.";
    spec.ready_made = true;
    OperationSpec lines;
    lines.name = "lines";
    lines.role = OperationRole::source;
    ArgumentSpec format;
    format.name = "format";
    format.choices = {"json", "text"};
    format.doc = "what a line is; by default text";
    lines.arguments = {format};
    lines.facts = {{"line", TypeKind::int_}};
    lines.finite = true;
    lines.doc = "One message a line of standard input, until its end. Nothing is remembered: what was read and not done is lost in a crash.";
    lines.example = "from console.lines()";
    OperationSpec line;
    line.name = "line";
    line.role = OperationRole::sink;
    line.raises.add(FailureClass::unavailable);
    line.doc = "Writes one body a line to standard output.";
    line.example = "-> console.line()";
    spec.operations = {lines, line};
    return spec;
}
std::unique_ptr<ConnectorKind> console_kind() { return std::make_unique<ReadyMade<ConsoleConnector>>("console"); }

}  // namespace weir
