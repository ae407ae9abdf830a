#include "engine/store/queue.hpp"

#include <algorithm>

namespace weir {

void JobQueue::push(Job job) {
    ++count_;
    ++pushed_;
    urgent_ += job.commit.more_follows ? 0u : 1u;
    units_ += job.commit.units.size();
    bytes_ += job.commit.size();
    for (Line& line : lines_) {
        if (line.flow != job.commit.flow) continue;
        line.jobs.push_back(std::move(job));
        return;
    }
    Line& line = lines_.emplace_back();
    line.flow = job.commit.flow;
    line.jobs.push_back(std::move(job));
}

std::vector<Job> JobQueue::take(const SetLimits& limits) {
    std::vector<Job> set;
    std::size_t units = 0, bytes = 0, waiting = 0;
    for (Line& line : lines_) {
        line.taken = 0;
        if (!line.jobs.empty()) ++waiting;
    }
    std::size_t idle = 0;  // lines in a row that gave nothing
    while (count_ > 0 && idle < lines_.size()) {
        Line& line = lines_[next_];
        next_ = (next_ + 1) % lines_.size();
        ++idle;
        if (line.jobs.empty()) continue;
        const Commit& commit = line.jobs.front().commit;
        const std::size_t more = std::max<std::size_t>(commit.units.size(), 1), size = commit.size();
        if (!set.empty() && (units + more > limits.units || bytes + size > limits.bytes)) break;
        if (line.taken > 0 && waiting > 1 && line.taken + more > limits.of_one_flow) continue;
        units += more;
        bytes += size;
        line.taken += more;
        set.push_back(std::move(line.jobs.front()));
        line.jobs.pop_front();
        --count_;
        urgent_ -= set.back().commit.more_follows ? 0u : 1u;
        units_ -= set.back().commit.units.size();
        bytes_ -= size;
        idle = 0;
    }
    return set;
}

}  // namespace weir
