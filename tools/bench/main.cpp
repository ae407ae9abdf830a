// weir_bench: what the product costs beside what the same work costs when it is written by hand. Start it with tools/benchmark.
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "tools/bench/benches.hpp"
#include "tools/bench/product_hop.hpp"
#include "tools/bench/yardsticks.hpp"

namespace {

int usage() {
    std::fputs("usage: weir_bench FLOWS route [lines] | hop [messages] | http [seconds] | start | all | kill [times] | soak [seconds] [rate]\n", stderr);
    return 2;
}
int say(const weir::bench::Measured& m) {
    std::printf("%.6f %.6f %ld\n", m.wall, m.cpu, m.messages);
    return 0;
}

}  // namespace

int main(int count, char** arguments) {
    using namespace weir::bench;
    const std::vector<std::string> words(arguments + 1, arguments + count);
    const auto number = [&](std::size_t at, long otherwise) { return at < words.size() ? std::atol(words[at].c_str()) : otherwise; };
    if (words.size() < 2) return usage();
    // What the comparisons start as processes of their own.
    if (words[0] == "yardstick-route" && words.size() == 3) return yardstick_route(words[1], words[2]) ? 0 : 1;
    if (words[0] == "yardstick-hop" && words.size() == 5) return say(yardstick_hop(words[1], number(2, 0), number(3, 1), words[4] == "key"));
    if (words[0] == "yardstick-http" && words.size() == 3) return yardstick_http(words[1], words[2]), 0;
    if (words[0] == "load-http" && words.size() == 4) return load_http(static_cast<std::uint16_t>(number(1, 0)), words[2], number(3, 5));
    if (words[0] == "product-hop" && words.size() == 5) return say(product_hop(words[1], words[2], number(3, 0), number(4, 1)));

    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe");
    const Programs programs{self, self.parent_path() / "weir", std::filesystem::absolute(words[0])};
    const std::string& what = words[1];
    const long amount = number(2, what == "hop" ? 200'000 : what == "http" ? 5 : what == "kill" ? 25 : what == "soak" ? 60 : 1'000'000);
    if (amount <= 0) return usage();
    if (what == "route") return bench_route(programs, amount);
    if (what == "hop") return bench_hop(programs, amount);
    if (what == "http") return bench_http(programs, amount);
    if (what == "kill") return kill_again(programs, amount);
    if (what == "soak") return soak(programs, amount, number(3, 2000));
    if (what == "start") return bench_start(programs);
    if (what == "all") {
        const int route = bench_route(programs, amount);
        const int start = bench_start(programs);
        const int hop = bench_hop(programs, 200'000);
        const int http = bench_http(programs, 5);
        return route != 0 ? route : start != 0 ? start : hop != 0 ? hop : http;
    }
    return usage();
}
