#pragma once
#include <memory>

#include "engine/ports/world.hpp"

namespace weir {

// The real executor: one thread's queue, timers and event loop.
// Owner: who starts the thread. Thread: `run` is the thread; `post` and `stop` from any, `after` and `cancel` from its own only (or before `run`).
// Promise: tasks run in the order posted; timers by (due, number), never early. What stands in the queue at `stop` is destroyed, not run.
class Worker final : public Executor {
public:
    explicit Worker(const Clock& clock);
    ~Worker() override;
    void run();   // until stop
    void stop();
    void post(Task task) override;
    std::uint64_t after(EngineTime delay, Task task) override;
    void cancel(std::uint64_t timer) override;
    boost::asio::io_context* network() override;

private:
    struct Loop;
    std::unique_ptr<Loop> loop_;
};

}  // namespace weir
