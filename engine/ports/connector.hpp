#pragma once
// What a connector gives the engine: sources that deliver, sinks that take.
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "dsl/plan/plan.hpp"
#include "engine/message/message.hpp"
#include "engine/ports/files.hpp"
#include "engine/ports/log.hpp"
#include "engine/ports/store.hpp"
#include "engine/ports/world.hpp"

namespace boost::asio {
class io_context;
}

namespace weir {

enum class Verdict : std::uint8_t { done, accepted, refused, abandoned };  // what the sender is told

// A message as it arrives, with the facts of its delivery. `ticket` is the source's own, given back by settle.
struct Delivery {
    Message message;
    Position position;
    std::uint64_t ticket = 0;
    std::uint32_t type = 0xffffffffu;  // of the plan: the body is to be read by it before the first step (C7)
    No origin = 0;                     // the channel it stood in, with the type column of its row; 0: an endpoint
    std::uint32_t row_type = 0;
    std::shared_ptr<const DueRow> due; // what it came back from: its memo, its key
    std::shared_ptr<const Failure> unreadable;  // the source could not read it whole: it fails with this, without a step
    EngineTime deadline{0};            // the store's time by which the flow must be done with it; 0: not taken yet, or none
    std::shared_ptr<const Failure> waits_for;   // of a row that was at rest: what it failed with
    bool asks = false;                 // its sender waits for an answer: a failure hands it back (Q1)
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
    virtual void gone(std::uint64_t ticket) = 0;              // its requester waits no longer: no answer is wanted
};

// What a requester gets, or what a call got. The engine writes it; the connector only carries it.
struct Answer {
    std::uint16_t status = 200;
    Headers headers;          // lower-case names
    std::string body;         // as it leaves
    Format format = Format::none;
    Id128 id;                 // of the message that asked (Weir-Message-Id)
    std::int64_t retry_after = 0;  // nanoseconds; 0: not said
    bool replayed = false;    // given once before, for the same key (K5)
};

// Thread: the flow's executor, all methods. Ends before its Inlet.
struct Source {
    virtual ~Source() = default;
    virtual void start(Inlet& inlet, std::vector<PartState> known) = 0;  // goes on behind what is done; open gaps first
    virtual void resume() = 0;                                           // there is room again
    virtual void settle(std::uint64_t ticket, Verdict verdict) = 0;      // after COMMIT, never before; each ticket once
    // Two-way operations only: each ticket once, after COMMIT, before or long after `settle`; not after `gone`. Fails nothing if nobody waits any more.
    virtual void answer(std::uint64_t, Answer) {}
    virtual void stop() = 0;                                             // no delivery after it
};

struct Argument {
    std::string name;  // empty: positional
    Value value;       // lives as long as the connector's arena
};

// A send that is not an append: console lines, whole files, requests. Confirmed before the commit (U2).
struct SendRequest {
    Id128 id;                        // the same at each attempt: the idempotency key where the protocol has a place for one (A7)
    std::vector<Argument> arguments; // their values live until `then` has run
    std::string body;
    Format format = Format::none;    // none: no body
    Headers headers;
    EngineTime timeout{0};           // 0: the manifest's default
    bool wants_answer = false;       // a `call`
    std::vector<std::unique_ptr<std::string>> texts;  // what the texts of the arguments point into
    std::string_view keep(std::string_view text) { return *texts.emplace_back(std::make_unique<std::string>(text)); }
};
struct SendResponse {
    bool ok = false;
    Failure failure;
    Answer answer;                   // of a `call`; with a failure: what came with it, where something came
};
// Thread: the flow's executor. `then` runs on it, once, never before `send` returned; always within the timeout. Ends after its flow.
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
    Files& console;                                 // path "-": standard input and output
    boost::asio::io_context* network = nullptr;     // of the executor's thread; null: a world without a network
    Log* log = nullptr;
};
// One configured connection: `connector web = http(..)`, or the one that is there under its kind's name. Owner: Engine; ends after the flows.
struct Connector {
    virtual ~Connector() = default;
    // `arguments`: of the operation, evaluated; and `source`, the name that the source has in the store.
    virtual Result<std::unique_ptr<Source>> source(const std::string& operation, No number, const std::vector<Argument>& arguments, std::int64_t every, ConnectorWorld world) = 0;
    // `arguments`: those that are the same for every message.
    virtual Result<std::unique_ptr<Sink>> sink(const std::string& operation, ConnectorWorld world) = 0;
    // For operations of the manifest that append: the path of the file for these arguments. Failure `invalid`: a path that leaves its folder.
    virtual bool append_path(const std::vector<Argument>& arguments, std::string& path, Failure& failure) const = 0;
};
// A test sends to a source (patterns.md 2.14): what stands behind `from`, and what the test has written.
struct Rehearsal {
    std::string operation;
    std::string declared, sent;      // the first argument, of the source and of the test
    Headers headers;
    std::string body;
    Format format = Format::none;    // none: no body
};
struct ConnectorKind {
    virtual ~ConnectorKind() = default;
    // The message as a source of this kind would deliver it, without its id and time. False: by the kind's own rules nothing like it arrives; `why`.
    virtual bool rehearse(const Rehearsal& test, Message& out, std::string& why) const {
        (void)why;
        out.body = test.format == Format::none ? Body::of(Value::null()) : Body::copy_of(test.body, test.format);
        if (!test.headers.empty()) out.headers = share(test.headers);
        return true;
    }
    // What a call fails as when a stub answers with this status; nothing: it is an answer.
    virtual std::optional<FailureClass> refusal(unsigned status) const {
        (void)status;
        return std::nullopt;
    }
    virtual std::string_view name() const = 0;
    // `name` and `arguments` of the declaration. The values of the arguments live as long as the engine.
    virtual Result<std::unique_ptr<Connector>> make(const std::string& name, const std::vector<Argument>& arguments, ConnectorWorld world) = 0;
};

}  // namespace weir
