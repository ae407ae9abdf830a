#include <algorithm>

#include "engine/runtime/input.hpp"
#include "engine/runtime/row.hpp"

namespace weir {
namespace {

constexpr std::size_t read_bytes = 4u << 20;  // of rows at a time

// Reads the rows of a channel in order, first those that were open at the last end (C2).
class ChannelInput final : public Input {
public:
    ChannelInput(FlowRunner& flow, Store& store, ChannelParts parts) : flow_(flow), store_(store), parts_(std::move(parts)), channel_(parts_.channel), subscription_(parts_.subscription) {}
    void start() override {
        for (const PartState& part : store_.parts(Position::Sort::consumer, subscription_)) {
            next_ = part.low;
            done_ = part.done;
        }
        store_.on_put(channel_, flow_.parts().executor, [this, alive = flow_.alive()] {
            if (!alive.expired()) resume();
        });
        pump();
    }
    void resume() override {
        if (!pumping_) pump();
    }
    void stop() override { stopped_ = true; }
    void settle(const Delivery&, Verdict) override {}
    bool idle() const override { return at_tail_; }
    bool is_channel() const override { return true; }
    bool behind(const Store& store) const override { return next_.load(std::memory_order_acquire) <= const_cast<Store&>(store).tail(channel_); }

private:
    void pump() {
        if (stopped_ || flow_.room() == 0) return;
        const std::uint64_t from = next_.load(std::memory_order_relaxed);
        const std::size_t rows = std::min(flow_.room(), batch_units);
        Result<std::vector<Row>> read = store_.read(channel_, from - 1, rows, read_bytes);
        if (!read) return flow_.fatal(read.error().text);
        if (read->empty()) {
            if (!at_tail_) {
                at_tail_ = true;
                flow_.changed();
            }
            return;
        }
        at_tail_ = false;
        std::vector<Delivery> batch;
        batch.reserve(read->size());
        std::uint64_t at = from;
        for (Row& row : *read) {
            const bool done = is_done(row.id);
            if (!done) batch.push_back(delivery(std::move(row), at));
            at = row.id + 1;
        }
        next_.store(at, std::memory_order_release);
        pumping_ = true;
        flow_.run(*this, std::move(batch));
        pumping_ = false;
        // One batch at a time, so that commits and other inputs of this thread are served between.
        flow_.parts().executor.post([this, alive = flow_.alive()] {
            if (!alive.expired()) resume();
        });
    }
    bool is_done(RowId id) {
        while (!done_.empty() && done_.front().end <= id) done_.erase(done_.begin());
        return !done_.empty() && done_.front().begin <= id;
    }
    Delivery delivery(Row row, std::uint64_t at) const {
        Delivery out;
        open_row(row.mid, std::move(row.body), row.envelope, row.type, out);
        out.origin = channel_;
        auto history = std::make_shared<std::vector<Hop>>();
        if (out.message.meta.history) {
            history->reserve(out.message.meta.history->size() + 1);
            *history = *out.message.meta.history;
        }
        history->push_back({flow_.parts().flow.name, parts_.name, row.at});
        out.message.meta.history = std::move(history);
        read_by(parts_.mark, parts_.type, out);
        out.position = {Position::Sort::consumer, subscription_, 0, at, row.id + 1};
        return out;
    }

    FlowRunner& flow_;
    Store& store_;
    ChannelParts parts_;
    No channel_, subscription_;
    std::atomic<std::uint64_t> next_{1};
    std::vector<Range> done_;
    std::atomic<bool> at_tail_{false};
    bool pumping_ = false;
    bool stopped_ = false;
};

}  // namespace

std::unique_ptr<Input> make_channel_input(FlowRunner& flow, Store& store, ChannelParts parts) { return std::make_unique<ChannelInput>(flow, store, std::move(parts)); }

}  // namespace weir
