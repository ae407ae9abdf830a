#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/ports/connector.hpp"
#include "engine/ports/log.hpp"
#include "engine/runtime/figures.hpp"
#include "engine/runtime/outputs.hpp"
#include "engine/runtime/program.hpp"

namespace weir {

inline constexpr std::size_t window_bytes = 64u << 20;
inline constexpr std::size_t batch_units = 256;            // R4

class Input;

// One message on its way through the flow, kept until its fate is known.
struct Flight {
    struct Unit {
        Delivery delivery;
        Outcome outcome = Outcome::done;
        std::string went;  // where a failure action or the dead letters took it
    };
    Input* input = nullptr;
    std::vector<Unit> units;
    std::size_t bytes = 0;
};

// Tells the engine what the flow's thread can't decide alone. Called on the flow's executor.
struct FlowEvents {
    std::function<void()> settled;            // something ended or an input changed: look whether all is idle
    std::function<void(std::string)> fatal;   // the engine can't go on
};

struct FlowParts {
    const plan::Plan& plan;
    const plan::Flow& flow;
    No number = 0;
    std::unique_ptr<Compiler> compiler;
    std::unique_ptr<Program> program;
    Executor& executor;
    Store& store;
    Clock& clock;
    Random& random;
    const Environment& environment;
    Log& log;
    const Value* params = nullptr;
    std::size_t window = 16384;  // C2
};

// Runs one flow: what its inputs deliver goes through the steps batch by batch, into one commit each, and back to the input as a verdict.
// Owner: Engine. Thread: all methods on the flow's executor, but `quiet`, `activity` and `figures`.
// Promise: an input is told `done` after Store::commit said `durable`, never before (A1).
class FlowRunner {
public:
    FlowRunner(FlowParts parts, FlowEvents events);
    ~FlowRunner();
    void add(std::unique_ptr<Input> input);
    void start();
    void stop();                       // nothing more is taken; what is in flight ends
    std::size_t room() const;
    void run(Input& input, std::vector<Delivery> batch);
    void changed();                    // an input ended, found no more, or woke
    bool drained() const { return in_flight_ == 0 && outbox_.empty(); }

    // No unit under way and every input at its end or, where it is endless, found empty.
    std::atomic<bool> quiet{false};
    std::atomic<std::uint64_t> activity{0};
    Figures figures;

    // What is posted to the executor, or waits in the store, asks this first: the engine may end before it runs.
    std::weak_ptr<const char> alive() const { return alive_; }
    const FlowParts& parts() const { return parts_; }
    const std::vector<std::unique_ptr<Input>>& inputs() const { return inputs_; }
    void fatal(std::string why) { events_.fatal(std::move(why)); }

private:
    struct Waiting {  // a unit whose sends to sinks are under way
        std::unique_ptr<Flight> flight;
        Commit commit;
        std::size_t taps = 0;
        std::vector<PendingSend> sends;
        std::size_t next = 0;
        bool is_action = false;  // sends of a failure action: one that fails never consults the table again (F2)
    };
    void run_batch(std::unique_ptr<Flight> flight, std::size_t from, std::size_t to);
    void run_unit(Flight::Unit& unit, bool has_reference);
    bool read_typed(plan::TypeId type);
    bool walk(At at, Outcome& outcome, unsigned depth);
    void finish(Flight::Unit& unit, Failure failure);
    void act(Flight::Unit& unit, const Failure& failure, const FailureAction* action);
    void submit(std::unique_ptr<Flight> flight, Commit commit);
    void settle(std::unique_ptr<Flight> flight, Committed committed);
    void send_next();
    void sent(SendResponse response);

    FlowParts parts_;
    FlowEvents events_;
    Outputs outputs_;
    Emissions emissions_;
    Arena arena_;
    JsonReader reader_;
    Scope scope_;
    Message current_;
    std::vector<Value> lets_;
    std::string failed_step_;
    std::vector<std::unique_ptr<Input>> inputs_;
    std::deque<Waiting> outbox_;
    std::size_t in_flight_ = 0, bytes_in_flight_ = 0;
    std::size_t bytes_per_unit_ = 512;
    unsigned refused_rounds_ = 0;
    EngineTime refused_at_{0};
    std::shared_ptr<const char> alive_ = std::make_shared<const char>();
    bool stopping_ = false;
    bool sending_ = false;
};

}  // namespace weir
