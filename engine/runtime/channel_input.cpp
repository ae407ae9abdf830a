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
        Cursor& cursor = *parts_.cursor;
        {
            std::lock_guard hold(cursor.lock);
            if (!cursor.known)
                for (const PartState& part : store_.parts(Position::Sort::consumer, subscription_)) {
                    cursor.next = part.low;
                    cursor.done = part.done;
                }
            cursor.known = true;
            if (parts_.live) skip_to_tail();
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
    void settle(std::uint64_t, Verdict) override {}
    bool idle() const override { return at_tail_; }
    bool is_channel() const override { return true; }
    bool behind(const Store& store) const override { return parts_.cursor->next.load(std::memory_order_acquire) <= const_cast<Store&>(store).tail(channel_); }

private:
    void pump() {
        if (stopped_ || flow_.room() == 0) return;
        const std::size_t rows = std::min(flow_.room(), batch_units);
        std::vector<Delivery> batch;
        std::size_t skipped = 0;
        {
            Cursor& cursor = *parts_.cursor;
            std::lock_guard hold(cursor.lock);
            std::uint64_t at = cursor.next.load(std::memory_order_relaxed);
            Result<std::vector<Row>> read = store_.take(subscription_, channel_, at - 1, rows, read_bytes);
            if (!read) return flow_.fatal(read.error().text);
            if (read->empty()) {
                if (!at_tail_) {
                    at_tail_ = true;
                    flow_.changed();
                }
                return;
            }
            at_tail_ = false;
            batch.reserve(read->size());
            for (Row& row : *read) {
                const RowId end = row.id + 1;
                if (!is_done(cursor, row.id)) {
                    batch.push_back(delivery(std::move(row), at));
                    if (parts_.where != nullptr && !flow_.selects(*parts_.where, batch.back())) {
                        skipped_.push_back(batch.back().position);
                        batch.pop_back();
                        ++skipped;
                    }
                }
                at = end;
            }
            cursor.next.store(at, std::memory_order_release);
        }
        if (skipped > 0) skip();
        pumping_ = true;
        flow_.run(*this, std::move(batch));
        pumping_ = false;
        // One batch at a time, so that commits and other inputs of this thread are served between.
        flow_.parts().executor.post([this, alive = flow_.alive()] {
            if (!alive.expired()) resume();
        });
    }
    static bool is_done(Cursor& cursor, RowId id) {
        while (!cursor.done.empty() && cursor.done.front().end <= id) cursor.done.erase(cursor.done.begin());
        return !cursor.done.empty() && cursor.done.front().begin <= id;
    }
    // Rows that the subscription does not select count as done.
    void skip() {
        Commit commit;
        commit.flow = flow_.parts().number;
        commit.now = flow_.parts().clock.wall();
        commit.history = false;
        for (const Position& position : skipped_) {
            UnitWrite unit;
            unit.position = position;
            unit.outcome = Outcome::unsubscribed;
            commit.units.push_back(unit);
        }
        skipped_.clear();
        store_.commit(std::move(commit), flow_.parts().executor, [](Committed) {});
    }
    // What came while nobody listened is not for a live subscription.
    void skip_to_tail() {
        Cursor& cursor = *parts_.cursor;
        const std::uint64_t next = store_.tail(channel_) + 1, from = cursor.next.load();
        cursor.done.clear();
        if (next > from) {
            skipped_.push_back({Position::Sort::consumer, subscription_, 0, from, next});
            skip();
        }
        cursor.next = next;
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
    std::vector<Position> skipped_;
    std::atomic<bool> at_tail_{false};
    bool pumping_ = false;
    bool stopped_ = false;
};

}  // namespace

std::unique_ptr<Input> make_channel_input(FlowRunner& flow, Store& store, ChannelParts parts) { return std::make_unique<ChannelInput>(flow, store, std::move(parts)); }

}  // namespace weir
