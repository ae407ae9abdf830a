#include "connectors/file/kind.hpp"

#include <cerrno>

#include "connectors/arguments.hpp"
#include "connectors/file/parts.hpp"
#include "connectors/ready_made.hpp"

namespace weir {
namespace {

using plan::TypeKind;

FailureSet raises(std::initializer_list<FailureClass> classes) {
    FailureSet set;
    for (const FailureClass c : classes) set.add(c);
    return set;
}

ArgumentSpec path_argument(const char* name, bool per_message, const char* doc) {
    ArgumentSpec a;
    a.name = name;
    a.required = true;
    a.positional = true;
    a.per_message = per_message;
    a.doc = doc;
    return a;
}
ArgumentSpec choice(const char* name, std::vector<std::string> choices, const char* doc) {
    ArgumentSpec a;
    a.name = name;
    a.choices = std::move(choices);
    a.doc = doc;
    return a;
}

OperationSpec lines_spec() {
    OperationSpec o;
    o.name = "lines";
    o.role = OperationRole::source;
    o.arguments = {path_argument("path", false, "the file"),
                   choice("format", {"json", "text"}, "what a line is; by default json for .json, .jsonl and .ndjson, else text")};
    o.facts = {{"name", TypeKind::string}, {"path", TypeKind::string}, {"offset", TypeKind::int_}};
    o.finite = true;
    o.doc = "One message a line, in order. Empty lines are skipped. After a restart it goes on behind what is done. A line over 16 MiB fails as too_large.";
    o.example = "from file.lines(\"orders.jsonl\")";
    return o;
}
OperationSpec read_spec() {
    OperationSpec o;
    o.name = "read";
    o.role = OperationRole::source;
    ArgumentSpec settled;
    settled.name = "settled";
    settled.type = TypeKind::duration;
    settled.doc = "take a file only when its size and time have stayed for that long";
    o.arguments = {path_argument("path", false, "which files: `*`, `?` within a name, `**` for any folders"),
                   choice("done", {"delete"}, "where a file goes when its message is done: a folder (a text), or `delete`; otherwise it stays and is known"),
                   settled, choice("order", {"name"}, "in which order the files of one look are taken"),
                   choice("format", {"json", "text", "bytes"}, "what a file is; by default json for .json, .jsonl and .ndjson, else bytes")};
    o.facts = {{"name", TypeKind::string}, {"path", TypeKind::string}, {"size", TypeKind::int_}, {"modified", TypeKind::timestamp}};
    o.finite = true;  // without `every`
    o.polls = true;
    o.doc = "One message a file, whole, by name. Only regular files up to 16 MiB; links are not followed.";
    o.example = "from file.read(\"in/*.json\", done: \"in/done\") every 10s";
    return o;
}
OperationSpec append_spec() {
    OperationSpec o;
    o.name = "append";
    o.role = OperationRole::sink;
    o.arguments = {path_argument("path", true, "the file; what a message puts into the name stays below the folder before the first `${`")};
    o.raises = raises({FailureClass::invalid});
    o.append = true;
    o.doc = "One line a message, with a newline where it has none. Lines and commit go together: after a crash none is missing and none is there twice.";
    o.example = "-> file.append(\"out/orders.jsonl\")";
    return o;
}
OperationSpec write_spec() {
    OperationSpec o;
    o.name = "write";
    o.role = OperationRole::sink;
    ArgumentSpec exists = choice("exists", {"fail", "replace"}, "what to do where the file is there with another content; by default fail");
    o.arguments = {path_argument("path", true, "the file; what a message puts into the name stays below the folder before the first `${`"), exists};
    o.raises = raises({FailureClass::invalid, FailureClass::rejected, FailureClass::not_found, FailureClass::unauthorized, FailureClass::unavailable, FailureClass::too_large});
    o.doc = "One file a message. It appears whole or not at all, and the same message writes the same file again.";
    o.example = "-> file.write(\"out/${body.id}.json\")";
    return o;
}

std::optional<Format> format_argument(const std::vector<Argument>& arguments) {
    const std::string_view given = text_argument(arguments, "format");
    if (given == "json") return Format::json;
    if (given == "text") return Format::text;
    if (given == "bytes") return Format::bytes;
    return std::nullopt;
}

class FileConnector final : public Connector {
public:
    Result<std::unique_ptr<Source>> source(const std::string& operation, No number, const std::vector<Argument>& arguments, std::int64_t every,
                                           ConnectorWorld world) override {
        const std::string path(text_argument(arguments, "path", 0));
        if (path.empty() || path.find('\0') != std::string::npos) return Error{EINVAL, "file." + operation + ": the path is empty"};
        const std::string name = source_name(arguments, path);
        if (operation == "lines") return file::lines_source({path, name, format_argument(arguments).value_or(file::format_of(path, Format::text))}, number, world);
        if (operation != "read") return Error{EINVAL, "file." + operation + ": no such source"};
        file::ReadOptions options;
        options.glob = path;
        options.name = name;
        options.done = text_argument(arguments, "done");
        options.remove = options.done == "delete";
        options.settled = duration_argument(arguments, "settled");
        options.every = every;
        options.format = format_argument(arguments);
        return file::read_source(std::move(options), number, world);
    }
    Result<std::unique_ptr<Sink>> sink(const std::string& operation, ConnectorWorld world) override {
        if (operation != "write") return Error{EINVAL, "file." + operation + ": no such sink"};
        return file::write_sink(world);
    }
    bool append_path(const std::vector<Argument>& arguments, std::string& path, Failure& failure) const override {
        return file::target_path(arguments, path, failure);
    }
};

}  // namespace

ConnectorSpec file_spec() {
    ConnectorSpec spec;
    spec.kind = "file";
    spec.doc = "Files of this machine: lines and whole files in, lines and whole files out.";
    spec.ready_made = true;
    spec.operations = {lines_spec(), read_spec(), append_spec(), write_spec()};
    return spec;
}
std::unique_ptr<ConnectorKind> file_kind() { return std::make_unique<ReadyMade<FileConnector>>("file"); }

}  // namespace weir
