#pragma once
// The comparisons: the product and its yardstick in turn, in processes of their own, over some rounds. They print ratios and judge nothing.
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

}  // namespace weir::bench
