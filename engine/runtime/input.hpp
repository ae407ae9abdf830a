#pragma once
#include <atomic>
#include <memory>
#include <mutex>
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
    virtual void settle(std::uint64_t ticket, Verdict verdict) = 0;
    // Endless ones: found empty. Finite ones: ended.
    virtual bool idle() const = 0;
    virtual bool finite() const { return false; }
    virtual bool is_channel() const { return false; }
    // What the store's tail must not have passed for the flow to be idle.
    virtual bool behind(const Store&) const { return false; }
    virtual std::vector<std::pair<std::uint64_t, std::string>> take_notes() { return {}; }

    std::int64_t weight = 1, credit = 0;  // R6
};

// The flow's own due rows: retries and replays (R1, R3, F4). Kept as numbers and times; a row is read when it is due.
class DueInput : public Input {
public:
    virtual void add(RowId id, EngineTime at) = 0;  // a commit has put it, or written it over
    virtual void gone(RowId id) = 0;                       // its unit has ended
    virtual std::size_t size() const = 0;
};
// Where the readers of one queue stand: they compete, and each row is one's (R7). Thread: any; its lock is held for a read.
struct Cursor {
    std::mutex lock;
    std::atomic<std::uint64_t> next{1};
    std::vector<Range> done;   // what was done above `next` at the start
    bool known = false;
};

struct ChannelParts {
    No channel = 0, subscription = 0;
    std::string name;
    plan::TypeId type = plan::none;
    TypeMark mark;
    std::shared_ptr<Cursor> cursor;
    CodePtr where;             // of a topic's subscription: what does not fit is skipped for good (C4)
    bool live = false;         // begins behind the newest row at each start
};
std::unique_ptr<Input> make_channel_input(FlowRunner& flow, Store& store, ChannelParts parts);

struct DeadParts {
    No flow = 0;               // whose dead letters
    std::string name;          // FLOW.dead
    std::shared_ptr<Cursor> cursor;
};
std::unique_ptr<Input> make_dead_input(FlowRunner& flow, Store& store, DeadParts parts);

// `origins`: the channels that the flow reads, by whose types their messages are read again.
std::unique_ptr<DueInput> make_due_input(FlowRunner& flow, Store& store, std::vector<ChannelParts> origins);

struct EndpointParts {
    No number = 0;
    std::string name;
    bool finite = false;
    bool two_way = false;
    EngineTime timeout{0};  // how long a requester waits
    std::unique_ptr<Source> source;
};
std::unique_ptr<Input> make_endpoint_input(FlowRunner& flow, Store& store, EndpointParts parts);

}  // namespace weir
