#include <algorithm>

#include "engine/runtime/input.hpp"
#include "engine/runtime/row.hpp"

namespace weir {
namespace {

// Reads the dead letters of a flow in order (F3). A letter goes with the commit of the unit that takes it, so there is no position to keep.
class DeadInput final : public Input {
public:
    DeadInput(FlowRunner& flow, Store& store, DeadParts parts) : flow_(flow), store_(store), parts_(std::move(parts)) {}
    void start() override {
        store_.on_dead(parts_.flow, flow_.parts().executor, [this, alive = flow_.alive()] {
            if (!alive.expired()) resume();
        });
        pump();
    }
    void resume() override {
        if (!pumping_) pump();
    }
    void stop() override { stopped_ = true; }
    void settle(std::uint64_t, Verdict) override {}
    bool idle() const override { return at_end_; }
    bool is_channel() const override { return true; }
    bool behind(const Store& store) const override {
        const Result<std::vector<DeadRow>> more = const_cast<Store&>(store).dead_letters(parts_.flow, parts_.cursor->next.load(std::memory_order_acquire) - 1, 1);
        return more && !more->empty();
    }

private:
    void pump() {
        if (stopped_ || flow_.room() == 0) return;
        std::vector<Delivery> batch;
        {
            std::lock_guard hold(parts_.cursor->lock);
            Result<std::vector<DeadRow>> read = store_.dead_letters(parts_.flow, parts_.cursor->next.load(std::memory_order_relaxed) - 1, std::min(flow_.room(), batch_units));
            if (!read) return flow_.fatal(read.error().text);
            if (read->empty()) {
                if (!at_end_) {
                    at_end_ = true;
                    flow_.changed();
                }
                return;
            }
            at_end_ = false;
            for (DeadRow& row : *read) {
                parts_.cursor->next.store(row.id + 1, std::memory_order_release);
                batch.push_back(delivery(std::move(row)));
            }
        }
        pumping_ = true;
        flow_.run(*this, std::move(batch));
        pumping_ = false;
        flow_.parts().executor.post([this, alive = flow_.alive()] {
            if (!alive.expired()) resume();
        });
    }
    // The message as it entered the flow that failed with it; what that flow had done of it already is not this one's.
    Delivery delivery(DeadRow row) const {
        Delivery out;
        open_row(row.mid, std::move(row.body), row.envelope, row.type, out);
        out.message.meta.failure = std::make_shared<const Failure>(std::move(row.failure));
        out.message.meta.attempt = 1;
        auto history = std::make_shared<std::vector<Hop>>();
        if (out.message.meta.history) *history = *out.message.meta.history;
        history->push_back({flow_.parts().flow.name, parts_.name, row.at});
        out.message.meta.history = std::move(history);
        out.position = {Position::Sort::dead, parts_.flow, 0, row.id, row.id + 1};
        return out;
    }

    FlowRunner& flow_;
    Store& store_;
    DeadParts parts_;
    std::atomic<bool> at_end_{false};
    bool pumping_ = false, stopped_ = false;
};

}  // namespace

std::unique_ptr<Input> make_dead_input(FlowRunner& flow, Store& store, DeadParts parts) { return std::make_unique<DeadInput>(flow, store, std::move(parts)); }

}  // namespace weir
