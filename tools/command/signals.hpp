#pragma once
#include <functional>
#include <thread>

namespace weir::command {

// Blocks SIGTERM and SIGINT for this thread and all that it starts: before any other thread, so that only StopSignals takes them.
void block_stop_signals();

// The two ways to ask a run to end (N3); they must be blocked.
// `first` is called once, on a thread of its own; a second signal ends the process at once, as kill -9 would.
class StopSignals {
public:
    explicit StopSignals(std::function<void()> first);
    ~StopSignals();

private:
    void wait();
    std::function<void()> first_;
    int signals_ = -1, wake_ = -1;
    std::thread thread_;
};

}  // namespace weir::command
