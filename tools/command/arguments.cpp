#include <algorithm>

#include "dsl/names/nearest.hpp"
#include "tools/command/command.hpp"

namespace weir::command {
namespace {

std::string quoted(const std::string& text) { return "`" + text + "`"; }

std::string unknown_option(const Command& command, const std::string& name) {
    std::vector<std::string> known;
    for (const Option& option : command.options) known.push_back("--" + option.name);
    std::string why = "`weir " + command.name + "` has no option " + quoted(name);
    if (const std::string near = nearest(name, known); !near.empty()) why += "; did you mean " + quoted(near) + "?";
    return why;
}

}  // namespace

std::string Arguments::get(std::string_view name, std::string otherwise) const {
    const auto found = options.find(name);
    return found == options.end() ? std::move(otherwise) : found->second;
}

std::vector<std::string> Arguments::all(std::string_view name) const {
    std::vector<std::string> out;
    const auto [from, to] = options.equal_range(name);
    for (auto at = from; at != to; ++at) out.push_back(at->second);
    return out;
}

std::optional<Arguments> read_arguments(const Command& command, const std::vector<std::string>& words, std::string& why) {
    Arguments out;
    bool only_operands = false;
    for (std::size_t n = 0; n < words.size(); ++n) {
        const std::string& word = words[n];
        if (only_operands || word.size() < 2 || word[0] != '-') {
            out.operands.push_back(word);
            continue;
        }
        if (word == "--") {
            only_operands = true;
            continue;
        }
        const std::size_t equals = word.find('=');
        const std::string name = word.substr(0, equals);
        const auto option = std::find_if(command.options.begin(), command.options.end(), [&](const Option& o) { return "--" + o.name == name; });
        if (option == command.options.end()) {
            why = unknown_option(command, name);
            return std::nullopt;
        }
        std::string value;
        if (option->value.empty()) {
            if (equals != std::string::npos) {
                why = quoted(name) + " takes no value";
                return std::nullopt;
            }
        } else if (equals != std::string::npos) {
            value = word.substr(equals + 1);
        } else if (n + 1 < words.size()) {
            value = words[++n];
        } else {
            why = quoted(name) + " wants a value: " + name + " " + option->value;
            return std::nullopt;
        }
        if (!option->choices.empty() && std::find(option->choices.begin(), option->choices.end(), value) == option->choices.end()) {
            why = quoted(name) + " is " + option->value + ", not " + quoted(value);
            return std::nullopt;
        }
        if (!option->repeats && out.has(option->name)) {
            why = quoted(name) + " stands there twice";
            return std::nullopt;
        }
        out.options.emplace(option->name, std::move(value));
    }
    if (out.operands.size() < command.least) {
        why = "`weir " + command.name + "` wants " + command.operands;
        return std::nullopt;
    }
    if (out.operands.size() > command.most) {
        why = "`weir " + command.name + "` takes no further word: " + quoted(out.operands[command.most]);
        return std::nullopt;
    }
    return out;
}

std::string usage_line(const Command& command) {
    std::string line = "usage: weir " + command.name;
    if (!command.operands.empty()) line += " " + command.operands;
    for (const Option& option : command.options) line += " [--" + option.name + (option.value.empty() ? "" : " " + option.value) + "]" + (option.repeats ? ".." : "");
    return line + "\n";
}

std::string help_page(const Command& command) {
    std::string page = command.summary + "\n\n" + usage_line(command);
    std::size_t width = 0;
    for (const Option& option : command.options) width = std::max(width, option.name.size() + option.value.size() + 3);
    if (!command.options.empty()) page += "\n";
    for (const Option& option : command.options) {
        std::string left = "--" + option.name + (option.value.empty() ? "" : " " + option.value);
        left.resize(width + 2, ' ');
        page += "  " + left + option.doc + "\n";
    }
    return page + "\nexamples:\n" + command.examples;
}

std::string overview(const std::vector<Command>& commands) {
    std::string page = "weir runs integration flows: messages, channels, and what happens between them.\n\nusage: weir COMMAND ..\n\n";
    for (const Command& command : commands) {
        std::string left = command.name;
        left.resize(14, ' ');
        page += "  " + left + command.summary + "\n";
    }
    return page +
           "\nexamples:\n"
           "  weir check orders.flow\n"
           "  weir run orders.flow\n"
           "  weir dead-letters list\n"
           "  weir explain route\n"
           "\n`weir COMMAND --help` says more. Exit codes: 0 fine, 1 findings that are errors, 2 usage or input and output, 3 a test failed, 4 a fault of weir itself.\n";
}

}  // namespace weir::command
