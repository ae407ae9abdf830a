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
    return {{file}};
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
