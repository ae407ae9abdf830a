#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "engine/ports/connector.hpp"
#include "engine/runtime/flow.hpp"
#include "engine/runtime/type_mark.hpp"

namespace weir {

// Where a flow's messages come from: a connector's source, or a channel. Thread: the flow's executor, but the atomics.
class Input {
public:
    virtual ~Input() = default;
    virtual void start() = 0;
    virtual void resume() = 0;   // there is room again
    virtual void stop() = 0;
    virtual void settle(const Delivery& delivery, Verdict verdict) = 0;
    // Endless ones: found empty. Finite ones: ended.
    virtual bool idle() const = 0;
    virtual bool finite() const { return false; }
    virtual bool is_channel() const { return false; }
    // What the store's tail must not have passed for the flow to be idle.
    virtual bool behind(const Store&) const { return false; }
    virtual std::vector<std::pair<std::uint64_t, std::string>> take_notes() { return {}; }
};

struct ChannelParts {
    No channel = 0, subscription = 0;
    std::string name;
    plan::TypeId type = plan::none;
    TypeMark mark;
};
std::unique_ptr<Input> make_channel_input(FlowRunner& flow, Store& store, ChannelParts parts);

struct EndpointParts {
    No number = 0;
    std::string name;
    bool finite = false;
    std::unique_ptr<Source> source;
};
std::unique_ptr<Input> make_endpoint_input(FlowRunner& flow, Store& store, EndpointParts parts);

}  // namespace weir
