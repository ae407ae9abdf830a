// The command `weir`: reads its first word and hands the rest to the subcommand of that name.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <new>

#include "dsl/names/nearest.hpp"
#include "tools/command/command.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

constexpr std::string_view version_line = "weir 0.1.0\n";

std::vector<Command> all_commands() {
    return {run_command(), check_command(), test_command(), fmt_command(), send_command(), trace_command(), messages_command(), dead_letters_command(), waiting_command(), channels_command(), flows_command(), status_command(), eval_command(), graph_command(), dump_command(), explain_command()};
}

int unknown_command(const std::string& word, const std::vector<Command>& commands) {
    std::vector<std::string> names;
    for (const Command& command : commands) names.push_back(command.name);
    std::string why = "weir: there is no command `" + visible(word, 100) + "`";
    if (word.ends_with(".flow")) why += "; did you mean `weir run " + visible(word, 100) + "`?";
    else if (const std::string near = nearest(word, names); !near.empty()) why += "; did you mean `" + near + "`?";
    print_error(why + "\n" + overview(commands));
    return outside;
}

int run(const std::vector<std::string>& words) {
    if (words.empty()) {
        print_error(overview(all_commands()));
        return outside;
    }
    if (words[0] == "--version") return print_out(version_line) ? fine : outside;
    const std::vector<Command> commands = all_commands();
    const bool asks = words[0] == "--help" || words[0] == "-h" || words[0] == "help";
    if (asks && words.size() == 1) return print_out(overview(commands)) ? fine : outside;
    const std::string& name = asks ? words[1] : words[0];
    const auto command = std::find_if(commands.begin(), commands.end(), [&](const Command& c) { return c.name == name; });
    if (command == commands.end()) return unknown_command(name, commands);
    const std::vector<std::string> rest(words.begin() + 1, words.end());
    const auto own_words_end = std::find(rest.begin(), rest.end(), "--");
    if (asks || std::find(rest.begin(), own_words_end, "--help") != own_words_end || std::find(rest.begin(), own_words_end, "-h") != own_words_end) return print_out(help_page(*command)) ? fine : outside;
    std::string why;
    const std::optional<Arguments> arguments = read_arguments(*command, rest, why);
    if (!arguments) {
        print_error("weir: " + visible(why, 1000) + "\n" + usage_line(*command));
        return outside;
    }
    return command->run(*arguments);
}

// A failed assertion is our bug: it has said where on standard error.
void aborted(int) { ::_exit(our_bug); }

}  // namespace
}  // namespace weir::command

int main(int count, char** words) {
    const rlimit no_core{0, 0};
    rlimit files{};
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {  // each connection is a descriptor
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    setrlimit(RLIMIT_CORE, &no_core);  // Z1: messages and secrets don't belong into a core file
    std::signal(SIGPIPE, SIG_IGN);
    std::signal(SIGABRT, weir::command::aborted);
    try {
        return weir::command::run({words + std::min(count, 1), words + count});
    } catch (const std::bad_alloc&) {
        return weir::command::fail_outside("out of memory");
    } catch (const std::exception& fault) {
        weir::command::print_error(std::string("weir: a fault of weir itself: ") + fault.what() + "\n");
        return weir::command::our_bug;
    }
}
