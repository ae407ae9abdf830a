#include <algorithm>
#include <set>
#include <unordered_map>
#include <unordered_set>

#include "engine/message/arena.hpp"
#include "engine/runtime/input.hpp"
#include "engine/runtime/row.hpp"

namespace weir {
namespace {

// The facts of a delivery, kept as JSON with the row.
struct SourceFacts {
    std::string text;
    Arena arena;
};

class RowsDue final : public DueInput {
public:
    RowsDue(FlowRunner& flow, Store& store, std::vector<ChannelParts> origins) : flow_(flow), store_(store), origins_(std::move(origins)) {}
    void start() override {
        look_for_new();
        store_.on_due(flow_.parts().number, flow_.parts().executor, [this, alive = flow_.alive()] {
            if (!alive.expired()) look_for_new();
        });
    }
    void resume() override {
        if (!pumping_) pump();
    }
    void stop() override { stopped_ = true; }
    void settle(std::uint64_t, Verdict) override {}
    bool idle() const override { return size() == 0; }
    std::size_t size() const override { return at_.size() + running_.size(); }
    void add(RowId id, EngineTime at) override {
        running_.erase(id);
        schedule(id, at);
        arm();
    }
    void gone(RowId id) override { running_.erase(id); }

private:
    void schedule(RowId id, EngineTime at) {
        at_[id] = at;
        order_.emplace(at, id);
    }
    // Rows that came, whose time was changed, or that went: by hand.
    void look_for_new() {
        std::unordered_set<RowId> there;
        for (const DueRow& row : store_.due(flow_.parts().number)) {
            there.insert(row.id);
            const auto known = at_.find(row.id);
            if (running_.contains(row.id) || (known != at_.end() && known->second == row.at)) continue;
            if (known != at_.end()) order_.erase({known->second, row.id});
            schedule(row.id, row.at);
        }
        const std::size_t before = at_.size();
        for (auto at = at_.begin(); at != at_.end();) {
            if (there.contains(at->first)) {
                ++at;
                continue;
            }
            order_.erase({at->second, at->first});
            at = at_.erase(at);
        }
        pump();
        if (at_.size() != before && running_.empty()) flow_.changed();
    }
    void pump() {
        while (!stopped_ && !order_.empty() && order_.begin()->first <= store_.now()) {
            const std::size_t room = std::min(flow_.room(true), batch_units);
            if (room == 0) return;  // a unit's end resumes
            std::vector<Delivery> batch;
            while (batch.size() < room && !order_.empty() && order_.begin()->first <= store_.now()) {
                const RowId id = order_.begin()->second;
                order_.erase(order_.begin());
                at_.erase(id);
                Result<DueRow> row = store_.due_row(id);
                if (!row) continue;  // dropped by hand meanwhile
                running_.insert(id);
                batch.push_back(delivery(std::move(*row)));
            }
            pumping_ = true;
            flow_.run(*this, std::move(batch));
            pumping_ = false;
        }
        arm();
    }
    void arm() {
        if (order_.empty() || stopped_) return;
        const EngineTime next = order_.begin()->first;
        if (timer_ != 0 && next >= armed_for_) return;
        if (timer_ != 0) flow_.parts().executor.cancel(timer_);
        armed_for_ = next;
        Task wake = [this, alive = flow_.alive()] {
            if (alive.expired()) return;
            timer_ = 0;
            pump();
        };
        timer_ = flow_.parts().executor.after(std::max(EngineTime{0}, next - store_.now()), std::move(wake));
    }
    Delivery delivery(DueRow row) {
        Delivery out;
        open_rest(row.mid, std::move(row.body), row.envelope, row.type, out);
        out.message.meta.attempt = row.attempt;
        out.origin = row.origin;
        out.deadline = take_deadline(row.memo);
        for (const ChannelParts& origin : origins_)
            if (row.origin != 0 && origin.channel == row.origin) read_by(origin.mark, origin.type, out);
        if (!row.source.empty()) {
            auto facts = std::make_shared<SourceFacts>();
            const std::size_t size = row.source.size();
            facts->text = std::move(row.source);
            facts->text.resize(size + json_padding);
            JsonReader reader;
            if (reader.read(std::string_view(facts->text).substr(0, size), facts->arena, out.message.source)) out.message.source_owner = std::move(facts);
            else out.message.source = Value();
        }
        out.position = {Position::Sort::due, flow_.parts().number, 0, row.id, row.id + 1};
        row.body.clear();
        row.envelope.clear();
        out.due = std::make_shared<const DueRow>(std::move(row));
        return out;
    }

    FlowRunner& flow_;
    Store& store_;
    std::vector<ChannelParts> origins_;
    std::unordered_map<RowId, EngineTime> at_;
    std::set<std::pair<EngineTime, RowId>> order_;
    std::unordered_set<RowId> running_;
    std::uint64_t timer_ = 0;
    EngineTime armed_for_{0};
    bool pumping_ = false, stopped_ = false;
};

}  // namespace

std::unique_ptr<DueInput> make_due_input(FlowRunner& flow, Store& store, std::vector<ChannelParts> origins) { return std::make_unique<RowsDue>(flow, store, std::move(origins)); }

}  // namespace weir
