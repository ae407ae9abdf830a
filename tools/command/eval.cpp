// An expression is checked as part of the smallest flow that can hold it, and computed without an engine.
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "tools/command/alone.hpp"
#include "tools/command/command.hpp"
#include "tools/command/evaluation.hpp"
#include "tools/command/load.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

constexpr std::size_t largest_line = std::size_t{16} << 20;

int each_line(Evaluation& evaluation) {
    std::string pending;
    char block[65536];
    std::uint64_t number = 0;
    bool good = true;
    for (bool more = true; more;) {
        const ssize_t got = ::read(0, block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return fail_outside(std::string("standard input can't be read: ") + std::strerror(errno));
        more = got > 0;
        pending.append(block, static_cast<std::size_t>(got));
        if (!more && !pending.empty()) pending += '\n';
        std::size_t from = 0;
        for (std::size_t end; (end = pending.find('\n', from)) != std::string::npos; from = end + 1) {
            const std::string_view line = std::string_view(pending).substr(from, end - from);
            if (line.find_first_not_of(" \t\r") == std::string_view::npos) continue;
            good = evaluation.run(line, ++number) && good;
            if (!evaluation.writable()) return outside;
        }
        pending.erase(0, from);
        if (pending.size() > largest_line) return fail_outside("a line of standard input is longer than 16 MiB");
    }
    return good ? fine : outside;
}

int eval(const Arguments& arguments) {
    const std::string& expression = arguments.operands[0];
    Loaded loaded;
    std::string why;
    if (!check_alone(expression, loaded, why)) {
        print_error(why);
        return findings;
    }
    const plan::Plan& plan = loaded.plan;
    Evaluation evaluation(plan, plan.nodes[plan.flows[0].first].exprs[0]);
    if (is_terminal(0)) return evaluation.run("null", 0) ? fine : outside;
    return each_line(evaluation);
}

}  // namespace

Command eval_command() {
    Command command;
    command.name = "eval";
    command.operands = "EXPRESSION";
    command.summary = "Computes an expression for each JSON message on standard input; on a terminal once, for null.";
    command.examples = "  weir eval '1.10 + 2.20'\n  weir eval '{ id: body.id, total: body.items.map(x -> x.price * x.quantity).sum() }' < orders.jsonl\n";
    command.least = 1;
    command.most = 1;
    command.run = eval;
    return command;
}

}  // namespace weir::command
