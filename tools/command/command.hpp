#pragma once
// What a subcommand is: its words as data, so that help, near misses and the reading of options are one thing for all.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::command {

// What the caller of the program learns (language.md, The command).
enum Exit : int { fine = 0, findings = 1, outside = 2, tests_failed = 3, our_bug = 4 };

struct Option {
    std::string name;   // without the dashes
    std::string value;  // what stands for its value in the usage; empty: it takes none
    std::string doc;
    bool repeats = false;
    std::vector<std::string> choices;
};
struct Arguments;
struct Command {
    std::string name;
    std::string operands;  // as in the usage: "FILE.."
    std::string summary;   // one line
    std::vector<Option> options;
    std::string examples;  // lines, each a command
    std::size_t least = 0, most = 0;  // how many operands
    int (*run)(const Arguments&) = nullptr;
};

// What stood behind the subcommand, read by its options.
struct Arguments {
    std::vector<std::string> operands;
    std::multimap<std::string, std::string, std::less<>> options;

    bool has(std::string_view name) const { return options.find(name) != options.end(); }
    std::string get(std::string_view name, std::string otherwise = {}) const;
    std::vector<std::string> all(std::string_view name) const;
    bool json() const { return get("format") == "json"; }
    std::string store() const { return get("store", ".weir"); }
};
// `words` are those behind the subcommand. Without a value: `why` says what is wrong, as one sentence.
std::optional<Arguments> read_arguments(const Command& command, const std::vector<std::string>& words, std::string& why);

const Option store_option{"store", "DIR", "the store's folder; by default .weir in the current one", false, {}};
const Option format_option{"format", "text|json", "for people or for programs", false, {"text", "json"}};

std::string usage_line(const Command& command);
std::string help_page(const Command& command);
std::string overview(const std::vector<Command>& commands);

// One for each file.
Command run_command();
Command check_command();
Command dump_command();
Command graph_command();
Command eval_command();
Command send_command();
Command trace_command();
Command messages_command();
Command dead_letters_command();
Command waiting_command();
Command channels_command();
Command flows_command();
Command status_command();
Command explain_command();
Command fmt_command();
Command test_command();

}  // namespace weir::command
