#pragma once
// What the work costs when somebody writes just that work by hand. Each runs in a process of its own.
#include <string>

#include "tools/bench/measure.hpp"

namespace weir::bench {

// Order lines in, six fields out, three files by region, order kept. One thread, a tree of each line. False: a line can't be read.
bool yardstick_route(const std::string& input, const std::string& output_folder);

// A durable hop by hand: SQLite, WAL, synchronous=FULL; position, a row and a history row for each message, `per_commit` to a commit.
// With `keyed` each body is read, and its id looked up in and put into a table of keys; what is there goes no further.
Measured yardstick_hop(const std::string& folder, long messages, long per_commit, bool keyed);

// Serves until it is ended, on a port that it says. `square`: a fixed answer. `take`: the body goes into SQLite (WAL, synchronous=FULL), all that
// waits in one transaction, and the answer comes behind it.
void yardstick_http(const std::string& work, const std::string& folder);

}  // namespace weir::bench
