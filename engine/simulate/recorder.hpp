#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/ports/connector.hpp"

namespace weir {

// Stands for connectors in a simulated world: keeps what is sent, answers as it is told, and delivers what a test sends.
// Owner: the test; outlives the engine. Thread: one.
class Recorder {
public:
    struct Text {              // an argument: a string as it is, other values as JSON
        std::string name, value;
        bool json = false;     // it was no string
        bool operator==(const Text&) const = default;
    };
    struct Endpoint {          // connector's declared name, operation, the operation's arguments
        std::string connector, operation;
        std::vector<Text> arguments;
    };
    struct Sent {
        Endpoint to;
        Id128 id;
        std::string body;
        Format format = Format::none;
        Headers headers;
        bool call = false, ok = true;
        EngineTime at{0};
    };
    struct Out {               // one thing that a stub does
        bool fails = false;
        FailureClass failure = FailureClass::unavailable;
        std::string why;
        std::uint16_t status = 200;
        std::string body;      // as JSON, or as it is by `format`
        Format format = Format::json;
        EngineTime after{0};   // answers so much later
        EngineTime lasts{0};   // serves so long from its first use; 0: by count
        std::uint64_t times = 1;
    };
    explicit Recorder(Clock& clock) : clock_(clock) {}

    // A kind that makes recorded connections. `real` keeps what it appends to, where the kind appends; may be null.
    // `statuses` says which statuses of stubs are failures; may be null.
    std::unique_ptr<ConnectorKind> kind(const std::string& name, ConnectorKind* real, const ConnectorKind* statuses = nullptr);
    // Outs serve one after the other, the last for ever. Arguments that are not given match all; `*` in one matches any text.
    void stub(Endpoint to, std::vector<Out> outs);
    const std::vector<Sent>& sent() const { return sent_; }
    // To the source that fits; `answered` is called where its sender waits. False: no running flow has such a source.
    bool deliver(const Endpoint& to, Delivery delivery, std::function<void(Answer)> answered);
    // The source that this would go to, as it stands behind `from`; null: none. Names in paths give way to what is written out.
    const Endpoint* source(const Endpoint& to) const;
    // Where the connector of that name would append with these arguments. False: it appends to no file.
    bool append_path(const std::string& connector, const std::vector<Argument>& arguments, std::string& path) const;
    void crash() { sources_.clear(); }

    static bool fits(const Endpoint& pattern, const Endpoint& one);
    static bool matches(std::string_view pattern, std::string_view text);  // `*` stands for any text, `{name}` for one segment of a path
    static std::vector<Text> texts(const std::vector<Argument>& arguments);

private:
    class Recording;
    class RecordedSource;
    class RecordedSink;
    struct Stub {
        Endpoint to;
        std::deque<Out> outs;
        std::uint64_t served = 0;
        EngineTime since{-1};
    };
    Out next(const Endpoint& to);
    RecordedSource* find(const Endpoint& to) const;

    Clock& clock_;
    std::vector<Stub> stubs_;
    std::vector<Sent> sent_;
    std::vector<RecordedSource*> sources_;
    std::vector<Recording*> connectors_;
    std::vector<std::unique_ptr<ConnectorKind>> made_;
    std::uint64_t tickets_ = 0;
};

}  // namespace weir
