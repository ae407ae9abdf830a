#include "tests/unit/check/checked.hpp"

namespace checked {

std::string Result::codes() const {
    std::string all;
    for (const weir::Finding& f : findings.all()) all += (all.empty() ? "" : " ") + std::string(name_of(f.code));
    return all;
}

namespace {
weir::ConnectorCatalog catalog() {
    weir::ArgumentSpec path;
    path.name = "path";
    path.positional = true;
    path.required = true;
    weir::ArgumentSpec message_path = path;
    message_path.per_message = true;
    weir::OperationSpec lines;
    lines.name = "lines";
    lines.role = weir::OperationRole::source;
    lines.arguments = {path};
    lines.facts = {{"name", weir::plan::TypeKind::string}};
    lines.finite = true;
    weir::OperationSpec append;
    append.name = "append";
    append.arguments = {message_path};
    append.raises.add(weir::FailureClass::unavailable);
    weir::ConnectorSpec file;
    file.kind = "file";
    file.ready_made = true;
    file.operations = {lines, append};
    // One name in both roles: requests that come, and questions that go.
    weir::OperationSpec asked;
    asked.name = "ask";
    asked.role = weir::OperationRole::source;
    asked.arguments = {path};
    asked.two_way = true;
    asked.takes_back = true;
    weir::OperationSpec ask;
    ask.name = "ask";
    ask.arguments = {message_path};
    ask.answers = true;
    ask.timeout = 30'000'000'000;
    ask.raises.add(weir::FailureClass::not_found);
    weir::ConnectorSpec desk;
    desk.kind = "desk";
    desk.ready_made = true;
    desk.operations = {asked, ask};
    return {{file, desk}};
}
}  // namespace

void check(Result& out, const std::string& text, const std::map<std::string, std::string>& files) {
    const auto read = [&](const std::string& path) -> std::optional<std::string> {
        if (path == "main.flow") return text;
        const auto at = files.find(path);
        return at == files.end() ? std::nullopt : std::optional<std::string>(at->second);
    };
    out.plan = weir::check({"main.flow"}, read, catalog(), {}, out.sources, out.findings);
}

}  // namespace checked
