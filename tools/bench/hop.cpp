#include <cstdio>
#include <fstream>
#include <sstream>

#include "tools/bench/benches.hpp"
#include "tools/bench/measure.hpp"

namespace weir::bench {
namespace {

constexpr int rounds = 3;

// Filling the queue is not measured, so the process that does the work measures itself and says it in one line.
Measured run(const std::vector<std::string>& arguments, const Folder& folder) {
    const std::string log = folder / "log";
    const Measured process = run_process(arguments, folder.path(), log);
    std::ifstream in(log);
    std::ostringstream text;
    text << in.rdbuf();
    Measured out;
    std::istringstream words(text.str());
    if (process.status != 0 || !(words >> out.wall >> out.cpu >> out.messages)) give_up(arguments[1] + " ended with status " + std::to_string(process.status) + ":\n" + text.str());
    out.peak_kb = process.peak_kb;
    return out;
}

void say(const std::string& name, const Measured& m) {
    std::printf("%-36s %8.1f k/s  %6.2f CPU-s/M  %6.1f MB peak\n", name.c_str(), m.per_second() / 1e3, m.cpu_per_million(), static_cast<double>(m.peak_kb) / 1024);
    std::fflush(stdout);
}

}  // namespace

int bench_hop(const Programs& programs, long messages) {
    for (const bool keyed : {false, true}) {
        std::printf("hop: %ld messages from a filled queue to the next, with history%s, synchronous=FULL\n", messages, keyed ? ", idempotent by a key in the body" : "");
        for (const long window : {64L, 4096L}) {
            std::vector<Measured> yard, product;
            for (int round = 0; round < rounds; ++round) {
                Folder yard_folder, product_folder;
                const std::string count = std::to_string(messages), in_flight = std::to_string(window);
                yard.push_back(run({programs.bench, "yardstick-hop", yard_folder.path(), count, in_flight, keyed ? "key" : "no-key"}, yard_folder));
                say("bare SQLite, " + in_flight + " to a commit", yard.back());
                product.push_back(run({programs.bench, "product-hop", programs.flows + (keyed ? "/hop_keyed.flow" : "/hop.flow"), product_folder.path(), count, in_flight}, product_folder));
                say("weir, " + in_flight + " in flight", product.back());
            }
            const Measured y = middle(yard), p = middle(product);
            std::printf("%s%ld in flight, middle round: %.2f of the yardstick's rate, %.2f CPU-s/M against %.2f\n", keyed ? "with a key, " : "", window, p.per_second() / y.per_second(),
                        p.cpu_per_million(), y.cpu_per_million());
        }
    }
    return 0;
}

}  // namespace weir::bench
