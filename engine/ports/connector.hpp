#pragma once
// What a connector gives the engine: sources that deliver, sinks that take.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "dsl/plan/plan.hpp"
#include "engine/message/message.hpp"
#include "engine/ports/files.hpp"
#include "engine/ports/store.hpp"
#include "engine/ports/world.hpp"

namespace weir {

enum class Verdict : std::uint8_t { done, accepted, refused, abandoned };  // what the sender is told

// A message as it arrives, with the facts of its delivery. `ticket` is the source's own, given back by settle.
struct Delivery {
    Message message;
    Position position;
    std::uint64_t ticket = 0;
    std::uint32_t type = 0xffffffffu;  // of the plan: the body is to be read by it before the first step (C7)
};

// The flow's side of a source. Thread: the flow's executor.
struct Inlet {
    virtual ~Inlet() = default;
    virtual std::size_t room() const = 0;                     // how many may be delivered now
    virtual void deliver(std::vector<Delivery> batch) = 0;    // at most room()
    virtual void note(std::uint64_t part, std::string note) = 0;  // kept in the store with the next commit of this source
    virtual void ended() = 0;                                 // nothing more will come (finite sources)
    virtual void asked() = 0;                                 // an endless source has looked once and found no more now
    virtual void failed(Error why) = 0;                       // it can't go on: the engine reports it and stops
    virtual void warn(std::string text) = 0;
};

// Thread: the flow's executor, all methods. Ends before its Inlet.
struct Source {
    virtual ~Source() = default;
    virtual void start(Inlet& inlet, std::vector<PartState> known) = 0;  // goes on behind what is done; open gaps first
    virtual void resume() = 0;                                           // there is room again
    virtual void settle(std::uint64_t ticket, Verdict verdict) = 0;      // after COMMIT, never before; each ticket once
    virtual void stop() = 0;                                             // no delivery after it
};

struct Argument {
    std::string name;  // empty: positional
    Value value;       // lives as long as the connector's arena
};

// A send that is not an append: console lines, whole files. Confirmed before the commit (U2).
struct SendRequest {
    Id128 id;
    std::vector<Argument> arguments;
    std::string body;
    std::vector<std::unique_ptr<std::string>> texts;  // what the texts of the arguments point into
    std::string_view keep(std::string_view text) { return *texts.emplace_back(std::make_unique<std::string>(text)); }
};
struct SendResponse {
    bool ok = false;
    Failure failure;
};
struct Sink {
    virtual ~Sink() = default;
    virtual void send(SendRequest request, Then<SendResponse> then) = 0;
};

// What a kind needs to make its parts.
struct ConnectorWorld {
    Clock& clock;
    Random& random;
    Files& files;
    Executor& executor;
    Files& console;     // path "-": standard input and output
};
struct ConnectorKind {
    virtual ~ConnectorKind() = default;
    virtual std::string_view name() const = 0;
    virtual Result<std::unique_ptr<Source>> source(const std::string& operation, No number, const std::vector<Argument>& arguments, std::int64_t every, ConnectorWorld world) = 0;
    virtual Result<std::unique_ptr<Sink>> sink(const std::string& operation, ConnectorWorld world) = 0;
    // For operations of the manifest that append: the path of the file for these arguments. Failure `invalid`: a path that leaves its folder.
    virtual bool append_path(const std::vector<Argument>& arguments, std::string& path, Failure& failure) const = 0;
};

}  // namespace weir
