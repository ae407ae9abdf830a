// weir test: the tests of flow files, each in a world of its own, in virtual time.
#include <unistd.h>

#include <charconv>
#include <chrono>

#include "connectors/catalog.hpp"
#include "engine/system/files.hpp"
#include "tools/command/command.hpp"
#include "tools/command/load.hpp"
#include "tools/command/output.hpp"
#include "tools/command/test_report.hpp"

namespace weir::command {
namespace {

constexpr std::uint64_t most_seeds = 1'000'000;

struct Seeds {
    bool given = false;
    std::uint64_t first = 0, last = 0;
};

bool read_number(std::string_view text, std::uint64_t& out) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
    return error == std::errc() && end == text.data() + text.size();
}

bool read_seeds(const Arguments& arguments, Seeds& out, std::string& why) {
    if (arguments.has("seed") && arguments.has("seeds")) {
        why = "either `--seed` or `--seeds`";
        return false;
    }
    const std::string one = arguments.get("seed"), range = arguments.get("seeds");
    if (one.empty() && range.empty()) return true;
    out.given = true;
    const std::size_t dots = range.find("..");
    bool fine = one.empty() ? dots != std::string::npos && read_number(std::string_view(range).substr(0, dots), out.first) && read_number(std::string_view(range).substr(dots + 2), out.last) : read_number(one, out.first);
    if (!one.empty()) out.last = out.first;
    fine = fine && out.first <= out.last && out.last - out.first < most_seeds;
    if (!fine) why = one.empty() ? "`--seeds` takes a range of numbers, for example 1..200" : "`--seed` takes a number";
    return fine;
}

double seconds_since(std::chrono::steady_clock::time_point begin) { return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(); }

TestOutcome run_one(const Loaded& loaded, const TestSetup& setup, const plan::Test& test, const Seeds& seeds, std::size_t& runs) {
    const auto begin = std::chrono::steady_clock::now();
    TestOutcome outcome;
    outcome.name = test.name;
    const Place place = loaded.sources.place(test.at.begin);
    outcome.file = loaded.sources.file(place.file).path;
    outcome.line = place.line;
    if (!seeds.given) {
        outcome.result = run_test(setup, test);
        ++runs;
    }
    for (std::uint64_t seed = seeds.first; seeds.given && seed <= seeds.last; ++seed) {
        outcome.result = run_test(setup, test, seed);
        ++runs;
        if (outcome.result.failure || seeds.first == seeds.last) outcome.seed = seed;
        if (outcome.result.failure) break;
    }
    place_failure(outcome, loaded.sources);
    outcome.seconds = seconds_since(begin);
    return outcome;
}

int test_files(const Arguments& arguments) {
    Seeds seeds;
    std::string why;
    if (!read_seeds(arguments, seeds, why)) return fail_outside(why);
    std::map<std::string, std::string> settings;
    for (const std::string& set : arguments.all("set")) {
        const std::size_t equal = set.find('=');
        if (equal == std::string::npos || equal == 0) return fail_outside("`--set` takes name=value, and this is `" + visible(set, 100) + "`");
        settings[set.substr(0, equal)] = set.substr(equal + 1);
    }
    const std::string format = arguments.get("format", "text"), filter = arguments.get("filter");
    const auto begin = std::chrono::steady_clock::now();
    const ConnectorCatalog specs = builtin_specs();
    std::vector<TestOutcome> all;
    std::size_t runs = 0, written = 0;
    bool found_wrong = false;
    PosixFiles files;
    for (const std::string& file : arguments.operands) {  // each is a system of its own, with what it imports
        Loaded loaded;
        const Result<Done> read = load(loaded, {file}, files, specs, false);
        if (!read) return fail_outside(read.error().text);
        if (!loaded.findings.all().empty()) show_findings(loaded);
        if (!loaded.good()) {
            found_wrong = true;
            continue;
        }
        const TestSetup setup{loaded.plan, specs, [] { return builtin_kinds(); }, settings, {}};
        for (const plan::Test& test : loaded.plan.tests) {
            ++written;
            if (!filter.empty() && test.name.find(filter) == std::string::npos) continue;
            all.push_back(run_one(loaded, setup, test, seeds, runs));
            if (format == "text" && !print_out(report_text(all.back(), wants_colour(STDOUT_FILENO)))) return outside;
        }
    }
    const double seconds = seconds_since(begin);
    std::string end;
    if (format == "json") end = report_json(all, seconds);
    else if (format == "junit") end = report_junit(all, seconds);
    else if (!found_wrong || !all.empty()) end = summary_text(all, runs, seconds);
    if (!print_out(end)) return outside;
    if (found_wrong) return findings;
    if (!filter.empty() && all.empty() && written > 0) return fail_outside("no test has `" + visible(filter, 100) + "` in its name");
    for (const TestOutcome& each : all)
        if (each.result.failure) return tests_failed;
    return fine;
}

}  // namespace

Command test_command() {
    Command command;
    command.name = "test";
    command.operands = "FILE..";
    command.summary = "Runs the tests that stand in flow files, each file by itself, in virtual time and without a network or a disk.";
    command.options = {{"filter", "TEXT", "only the tests that have this in their names", false, {}},
                       {"seed", "N", "shuffles what has no order; the same number gives the same run", false, {}},
                       {"seeds", "A..B", "runs each test under all these seeds, up to the first that fails", false, {}},
                       {"set", "NAME=VALUE", "the value of a param", true, {}},
                       {"format", "text|junit|json", "for people or for programs", false, {"text", "junit", "json"}}};
    command.examples = "  weir test scan.flow\n  weir test --seeds 1..200 --filter urgent scan.flow\n  weir test --format junit flows/*.flow\n";
    command.least = 1;
    command.most = 1000;
    command.run = test_files;
    return command;
}

}  // namespace weir::command
