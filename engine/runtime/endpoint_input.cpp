#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "engine/runtime/input.hpp"

namespace weir {
namespace {

// The flow's side of a connector's source.
class EndpointInput final : public Input, public Inlet {
public:
    EndpointInput(FlowRunner& flow, Store& store, EndpointParts parts) : flow_(flow), store_(store), parts_(std::move(parts)) {}
    void start() override { parts_.source->start(*this, store_.parts(Position::Sort::source, parts_.number)); }
    void resume() override {
        if (!delivering_ && !stopped_ && !ended_) parts_.source->resume();
    }
    void stop() override {
        stopped_ = true;
        parts_.source->stop();
    }
    void settle(std::uint64_t ticket, Verdict verdict) override {
        if (parts_.two_way) busy_.erase(ticket);
        parts_.source->settle(ticket, verdict);
    }
    void gone(std::uint64_t ticket) override {
        const auto found = asking_.find(ticket);
        if (found == asking_.end()) return;
        flow_.parts().requesters.gone(found->second);
        asking_.erase(found);
    }
    bool idle() const override { return ended_ || asked_; }
    bool finite() const override { return parts_.finite; }
    std::vector<std::pair<std::uint64_t, std::string>> take_notes() override { return std::move(notes_); }

    std::size_t room() const override { return stopped_ ? 0 : std::min(flow_.room_outside(), batch_units); }
    void deliver(std::vector<Delivery> batch) override {
        asked_ = false;
        if (parts_.two_way)
            for (Delivery& delivery : batch) await(delivery);
        delivering_ = true;
        flow_.run(*this, std::move(batch));
        delivering_ = false;
    }
    void note(std::uint64_t part, std::string note) override { notes_.emplace_back(part, std::move(note)); }
    void ended() override {
        ended_ = true;
        flow_.changed();
    }
    void asked() override {
        asked_ = true;
        flow_.changed();
    }
    void failed(Error why) override { flow_.fatal(std::move(why.text)); }
    void warn(std::string text) override { flow_.parts().log.write(LogLevel::warn, flow_.parts().flow.name, text, {}); }

private:
    // Q3: its sender waits under a token that nobody can guess.
    void await(Delivery& delivery) {
        const FlowParts& parts = flow_.parts();
        delivery.asks = true;
        Requesters::Waiting waiting;
        waiting.home = &parts.executor;
        waiting.alive = flow_.alive();
        waiting.source = parts_.source.get();
        waiting.ticket = delivery.ticket;
        waiting.id = delivery.message.meta.id;
        waiting.over = [this, ticket = delivery.ticket] { asking_.erase(ticket); };
        if (parts.flow.timeout > 0) {
            busy_.insert(delivery.ticket);
            waiting.busy = [this, ticket = delivery.ticket] { return busy_.contains(ticket); };
        }
        delivery.message.meta.reply_to = parts.requesters.add(std::move(waiting), parts_.timeout);
        asking_.emplace(delivery.ticket, delivery.message.meta.reply_to);
    }
    std::unordered_map<std::uint64_t, std::string> asking_;  // by ticket
    std::unordered_set<std::uint64_t> busy_;                  // tickets whose units are in the flow, where the flow has a time for them
    FlowRunner& flow_;
    Store& store_;
    EndpointParts parts_;
    std::vector<std::pair<std::uint64_t, std::string>> notes_;
    bool ended_ = false, asked_ = false, stopped_ = false, delivering_ = false;
};

}  // namespace

std::unique_ptr<Input> make_endpoint_input(FlowRunner& flow, Store& store, EndpointParts parts) { return std::make_unique<EndpointInput>(flow, store, std::move(parts)); }

}  // namespace weir
