#include <algorithm>

#include "connectors/catalog.hpp"
#include "dsl/diagnostics/findings.hpp"
#include "dsl/expressions/builtins.hpp"
#include "dsl/names/nearest.hpp"
#include "dsl/steps/spec.hpp"
#include "tools/command/command.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

constexpr Code codes[] = {
#define WEIR_CODE(code, title, page) Code::code,
#include "dsl/diagnostics/codes.def"
#undef WEIR_CODE
};

std::string failures(FailureSet set) {
    std::string out;
    for (int n = 0; n <= static_cast<int>(FailureClass::internal); ++n) {
        const auto value = static_cast<FailureClass>(n);
        if (set.has(value)) out += (out.empty() ? "" : ", ") + std::string(name_of(value));
    }
    return out;
}

std::string indented(const std::string& text) {
    std::string out = "  ";
    for (const char c : text) {
        out += c;
        if (c == '\n') out += "  ";
    }
    return out + "\n";
}

std::string code_page(Code code) { return std::string(name_of(code)) + ": " + std::string(title_of(code)) + "\n\n" + std::string(page_of(code)) + "\n"; }

std::string step_page(const StepSpec& spec) {
    std::string page = spec.form_of() + "\n\n" + spec.doc + "\n";
    if (spec.lower == nullptr) page += "\nThis build does not run it yet.\n";
    bool head = false;
    for (const FormPlace& place : spec.places) {
        if (place.doc.empty()) continue;
        if (!head) page += "\n";
        head = true;
        std::string left = place.clause.empty() ? place.name : place.clause + (place.name.empty() ? "" : " " + place.name);
        left.resize(std::max<std::size_t>(left.size(), 18), ' ');
        page += "  " + left + "  " + place.doc + "\n";
    }
    if (!spec.raises_.empty()) page += "\nIt can fail as: " + failures(spec.raises_) + "\n";
    for (const std::string& example : spec.examples) page += "\nexample:\n" + indented(example);
    return page;
}

std::string arguments_of(const std::vector<ArgumentSpec>& arguments) {
    std::string page;
    for (const ArgumentSpec& argument : arguments) {
        std::string left = argument.name + (argument.required ? "" : " (optional)");
        left.resize(std::max<std::size_t>(left.size(), 20), ' ');
        page += "    " + left + "  " + argument.doc;
        for (std::size_t n = 0; n < argument.choices.size(); ++n) page += (n == 0 ? " [" : " | ") + argument.choices[n];
        page += std::string(argument.choices.empty() ? "" : "]") + "\n";
    }
    return page;
}

std::string operation_page(const ConnectorSpec& kind, const OperationSpec& operation) {
    std::string page = kind.kind + "." + operation.name + "  " + (operation.role == OperationRole::source ? "source" : "target") + "\n  " + operation.doc + "\n" + arguments_of(operation.arguments);
    if (!operation.facts.empty()) {
        page += "  says of each message: ";
        for (std::size_t n = 0; n < operation.facts.size(); ++n) page += (n == 0 ? "source." : ", source.") + operation.facts[n].name;
        page += "\n";
    }
    if (!operation.raises.empty()) page += "  can fail as: " + failures(operation.raises) + "\n";
    if (!operation.example.empty()) page += "  example: " + operation.example + "\n";
    return page;
}

std::string connector_page(const ConnectorSpec& spec) {
    std::string page = "connector " + spec.kind + "\n\n" + spec.doc + "\n";
    if (spec.ready_made) page += "It is there without a declaration.\n";
    if (!spec.arguments.empty()) page += "\n" + arguments_of(spec.arguments);
    for (const OperationSpec& operation : spec.operations) page += "\n" + operation_page(spec, operation);
    return page;
}

std::string builtin_page(const Builtin& builtin) {
    std::string page = builtin.name + "(";
    for (std::size_t n = 0; n < builtin.parameters.size(); ++n) {
        const BuiltinParameter& p = builtin.parameters[n];
        page += (n == 0 ? "" : ", ") + p.name + (p.optional ? "?" : "") + ": " + (p.lambda > 0 ? "(" + std::to_string(p.lambda) + (p.lambda == 1 ? " name) -> " : " names) -> ") : "") + p.type + (p.repeats ? ".." : "");
    }
    page += ") -> " + builtin.result + "\n\n" + builtin.doc + "\n";
    if (!builtin.raises.empty()) page += "\nIt can fail as: " + failures(builtin.raises) + "\n";
    if (!builtin.example.empty()) page += "\nexample:\n  " + builtin.example + (builtin.result_text.empty() ? "" : "  gives  " + builtin.result_text) + "\n";
    return page;
}

int explain(const Arguments& arguments) {
    const std::string& word = arguments.operands[0];
    const ConnectorCatalog connectors = builtin_specs();
    std::string page;
    std::vector<std::string> known;
    const auto add = [&](std::string more) { page += (page.empty() ? "" : "\n") + std::move(more); };
    for (const Code code : codes) {
        known.emplace_back(name_of(code));
        if (word.size() == 5 && (word[0] == 'W' || word[0] == 'w') && word.substr(1) == name_of(code).substr(1)) add(code_page(code));
    }
    for (const StepSpec& spec : step_catalog()) {
        known.push_back(spec.word);
        if (spec.word == word) add(step_page(spec));
    }
    for (const ConnectorSpec& spec : connectors.kinds) {
        known.push_back(spec.kind);
        if (spec.kind == word) add(connector_page(spec));
        for (const OperationSpec& operation : spec.operations) {
            known.push_back(spec.kind + "." + operation.name);
            if (known.back() == word) add(operation_page(spec, operation));
        }
    }
    for (const Builtin& builtin : builtins()) {
        known.push_back(builtin.name);
        if (builtin.name == word) add(builtin_page(builtin));
    }
    if (page.empty()) {
        const std::string near = nearest(word, known);
        return fail_outside("nothing is known of `" + visible(word, 100) + "`: it is no code, step, connector or built-in" + (near.empty() ? "" : "; did you mean `" + near + "`?"));
    }
    return print_out(page) ? fine : outside;
}

}  // namespace

Command explain_command() {
    Command command;
    command.name = "explain";
    command.operands = "WORD";
    command.summary = "Explains the code of a finding, a step, a connector or a built-in function.";
    command.examples = "  weir explain W0102\n  weir explain route\n  weir explain file.lines\n  weir explain sort_by\n";
    command.least = 1;
    command.most = 1;
    command.run = explain;
    return command;
}

}  // namespace weir::command
