#pragma once
// What waits for the writer: a line for each flow, served in turn, so that one that floods doesn't hold up the others (S2).
// Thread: the caller holds the store's mutex.
#include <deque>
#include <vector>

#include "engine/ports/store.hpp"

namespace weir {

struct Job {
    Commit commit;
    Executor* home = nullptr;
    Then<Committed> then;
    std::vector<Fate> fates;
    std::vector<RowId> due, seen;
    std::string why;
};

struct SetLimits {
    std::size_t units = 8192;
    std::size_t bytes = 8u << 20;
    std::size_t of_one_flow = 1024;  // while another waits
};

class JobQueue {
public:
    void push(Job job);
    bool empty() const { return count_ == 0; }
    // All that waits is in the middle of a burst, and a set has room for more of it.
    bool expects_more(const SetLimits& limits) const { return count_ > 0 && urgent_ == 0 && units_ < limits.units && bytes_ < limits.bytes; }
    std::uint64_t pushed() const { return pushed_; }
    // The next set: at least one job, then as many as the limits allow, the flows in turn, each flow's own in order.
    std::vector<Job> take(const SetLimits& limits);

private:
    struct Line {
        No flow = 0;
        std::deque<Job> jobs;
        std::size_t taken = 0;  // units, in the set that is being made
    };
    std::deque<Line> lines_;  // one for each flow seen
    std::size_t next_ = 0;     // whose turn it is
    std::size_t count_ = 0, urgent_ = 0, units_ = 0, bytes_ = 0;
    std::uint64_t pushed_ = 0;
};

}  // namespace weir
