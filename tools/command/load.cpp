#include "tools/command/load.hpp"

#include <cerrno>

#include "dsl/diagnostics/render.hpp"
#include "engine/message/arena.hpp"
#include "engine/message/json.hpp"
#include "engine/ports/read_whole.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

// The roots come first among the texts by their order; a key of their own tells them from imports.
constexpr std::string_view roots_key = "roots";

}  // namespace

Result<Done> load(Loaded& into, const std::vector<std::string>& roots, Files& files, const ConnectorCatalog& connectors, bool strict) {
    for (const std::string& root : roots) {
        Result<std::string> text = read_whole(files, root, largest_file);
        if (!text) {
            if (text.error().number == ENOENT && root.find(".flow") == std::string::npos && files.status(root + ".flow")) return Error{ENOENT, "there is no file `" + root + "`; did you mean `" + root + ".flow`?"};
            if (text.error().number == ENOENT) return Error{ENOENT, "there is no file `" + root + "`"};
            return text.error();
        }
        into.texts[root] = std::move(*text);
    }
    const ReadFile read = [&](const std::string& path) -> std::optional<std::string> {
        if (const auto known = into.texts.find(path); known != into.texts.end()) return known->second;
        Result<std::string> text = read_whole(files, path, largest_file);
        if (!text) return std::nullopt;
        into.texts[path] = *text;
        return std::move(*text);
    };
    CheckOptions options;
    options.strict = strict;
    into.plan = check(roots, read, connectors, options, into.sources, into.findings);
    return Done{};
}

void load_texts(Loaded& into, const std::vector<std::string>& roots, std::map<std::string, std::string> texts, const ConnectorCatalog& connectors) {
    into.texts = std::move(texts);
    const ReadFile read = [&](const std::string& path) -> std::optional<std::string> {
        const auto known = into.texts.find(path);
        return known == into.texts.end() ? std::nullopt : std::optional(known->second);
    };
    into.plan = check(roots, read, connectors, {}, into.sources, into.findings);
}

std::string write_texts(const std::vector<std::string>& roots, const std::map<std::string, std::string>& texts) {
    std::string out = "{\"" + std::string(roots_key) + "\":[";
    for (const std::string& root : roots) {
        if (out.back() != '[') out += ',';
        write_string(out, root);
    }
    out += "],\"texts\":{";
    for (const auto& [path, text] : texts) {
        if (out.back() != '{') out += ',';
        write_string(out, path);
        out += ':';
        write_string(out, text);
    }
    return out + "}}";
}

bool read_texts(std::string_view json, std::vector<std::string>& roots, std::map<std::string, std::string>& texts) {
    std::string padded(json);
    padded.append(json_padding, '\0');
    Arena arena;
    JsonReader reader;
    Value value;
    if (!reader.read(std::string_view(padded).substr(0, json.size()), arena, value) || value.kind() != Kind::object) return false;
    const Value* first = value.find(roots_key);
    const Value* all = value.find("texts");
    if (first == nullptr || first->kind() != Kind::array || all == nullptr || all->kind() != Kind::object) return false;
    for (const Value& root : *first) roots.emplace_back(root.kind() == Kind::string ? root.text() : std::string_view());
    for (std::uint32_t n = 0; n < all->length(); ++n)
        if (all->o[n].value.kind() == Kind::string) texts[std::string(all->o[n].key.text())] = all->o[n].value.text();
    return !roots.empty();
}

std::string read_params(std::string_view json, std::map<std::string, std::string>& params) {
    std::string padded(json), out;
    padded.append(json_padding, '\0');
    Arena arena;
    JsonReader reader;
    Value value;
    if (!reader.read(std::string_view(padded).substr(0, json.size()), arena, value)) return out;
    const Value* all = value.find("params");
    if (all == nullptr || all->kind() != Kind::object) return out;
    for (std::uint32_t n = 0; n < all->length(); ++n)
        if (all->o[n].value.kind() == Kind::string) params[std::string(all->o[n].key.text())] = all->o[n].value.text();
    write_json(out, *all);
    return out;
}

std::string count_findings(const Findings& findings) {
    std::uint64_t errors = 0, warnings = 0;
    for (const Finding& finding : findings.all()) ++(finding.severity == Severity::error ? errors : warnings);
    std::string out;
    if (errors > 0) out = counted(errors, "error");
    if (warnings > 0) out += (out.empty() ? "" : ", ") + counted(warnings, "warning");
    return out;
}

void show_findings(const Loaded& loaded) {
    if (loaded.findings.all().empty()) return;
    print_error(render_text(loaded.findings, loaded.sources, wants_colour(2)) + "\n" + count_findings(loaded.findings) + "\n");
}

}  // namespace weir::command
