#ifdef __SANITIZE_THREAD__
#pragma GCC diagnostic ignored "-Wtsan"  // Asio's fences: the sanitizer doesn't see them, and nothing here relies on them
#endif
#include "engine/system/worker.hpp"

#include <algorithm>
#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <mutex>
#include <vector>

#include "engine/ports/timers.hpp"

namespace weir {

namespace asio = boost::asio;

struct Worker::Loop {
    const Clock& clock;
    asio::io_context io{1};
    asio::executor_work_guard<asio::io_context::executor_type> alive{io.get_executor()};
    asio::steady_timer alarm{io};
    EngineTime alarm_at = EngineTime::max();  // max: not set
    Timers timers;
    std::atomic<bool> stopped{false};
    std::mutex mutex;
    std::vector<Task> posted;  // by `mutex`; a drain is posted while it isn't empty
    std::vector<Task> draining;

    explicit Loop(const Clock& c) : clock(c) {}

    void drain() {
        {
            const std::lock_guard lock(mutex);
            draining.swap(posted);
        }
        for (Task& task : draining) {
            if (stopped.load(std::memory_order_relaxed)) break;
            task();
        }
        draining.clear();
    }
    void fire() {
        alarm_at = EngineTime::max();
        const EngineTime now = clock.engine();  // one look: a timer that sets itself with no delay lets others in between
        while (!stopped.load(std::memory_order_relaxed)) {
            std::optional<Task> task = timers.take(now);
            if (!task) break;
            (*task)();
        }
        arm();
    }
    void arm() {
        const std::optional<EngineTime> next = timers.next();
        if (!next || *next >= alarm_at) return;
        alarm_at = *next;
        // The alarm's clock stands still while the machine sleeps, engine time doesn't: look again at least each minute.
        const EngineTime wait = std::clamp<EngineTime>(*next - clock.engine(), EngineTime::zero(), std::chrono::minutes(1));
        alarm.expires_after(wait);
        alarm.async_wait([this](const boost::system::error_code& error) {
            if (!error) fire();
        });
    }
};

Worker::Worker(const Clock& clock) : loop_(std::make_unique<Loop>(clock)) {}
Worker::~Worker() = default;

void Worker::run() { loop_->io.run(); }

void Worker::stop() {
    loop_->stopped.store(true, std::memory_order_relaxed);
    loop_->io.stop();
}

void Worker::post(Task task) {
    bool was_empty = false;
    {
        const std::lock_guard lock(loop_->mutex);
        was_empty = loop_->posted.empty();
        loop_->posted.push_back(std::move(task));
    }
    if (was_empty) asio::post(loop_->io, [loop = loop_.get()] { loop->drain(); });
}

std::uint64_t Worker::after(EngineTime delay, Task task) {
    const std::uint64_t number = loop_->timers.set(loop_->clock.engine() + std::max(delay, EngineTime::zero()), std::move(task));
    loop_->arm();
    return number;
}

void Worker::cancel(std::uint64_t timer) { loop_->timers.cancel(timer); }
boost::asio::io_context* Worker::network() { return &loop_->io; }

}  // namespace weir
