#pragma once
#include <string>

namespace weir::bench {

// One order as a JSON line without its newline, about 340 bytes; every number gives another one, the same in every run. Every fifth customer
// has a tier, so that a default is taken and not taken.
void append_order(std::string& out, long long number);
void write_orders(const std::string& path, long count);

}  // namespace weir::bench
