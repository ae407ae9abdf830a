#pragma once
// The comparisons: the product and its yardstick in turn, in processes of their own, over some rounds. They print ratios and judge nothing.
#include <cstdint>
#include <string>

namespace weir::bench {

struct Programs {
    std::string bench;    // this program
    std::string product;  // weir, beside it
    std::string flows;    // the folder of the flows
};
int bench_route(const Programs& programs, long lines);
int bench_start(const Programs& programs);
int bench_hop(const Programs& programs, long messages);
int bench_http(const Programs& programs, long length);  // length in seconds, of a round
int load_http(std::uint16_t port, const std::string& work, long length);

// These judge: they end with 1 where something is lost, doubled or torn.
int kill_again(const Programs& programs, long times);
int soak(const Programs& programs, long length, long rate);  // seconds, requests in each

}  // namespace weir::bench
