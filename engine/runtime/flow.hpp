#pragma once
#include <atomic>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/ports/connector.hpp"
#include "engine/ports/flight.hpp"
#include "engine/ports/log.hpp"
#include "engine/runtime/figures.hpp"
#include "engine/runtime/flight.hpp"
#include "engine/runtime/keys.hpp"
#include "engine/runtime/pressure.hpp"
#include "engine/runtime/requesters.hpp"
#include "engine/runtime/suspects.hpp"

namespace weir {

inline constexpr std::size_t window_bytes = 64u << 20;
inline constexpr std::size_t batch_units = 256;            // R4
inline constexpr std::size_t max_due_rows = 10'000;         // R3

class DueInput;

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
    Requesters& requesters;
    Suspects& suspects;
    FlightSlot& slot;            // of the worker
    std::size_t window = 16384;  // C2
    Pressure* pressure = nullptr;
    std::size_t index = 0;       // of the flow, in the plan
    KeyBudget* keys = nullptr;
};

// Runs one flow: what its inputs deliver goes through the steps batch by batch, into one commit each, and back to the input as a verdict.
// Owner: Engine. Thread: all methods on the flow's executor, but `quiet`, `activity` and `figures`.
// Promise: an input is told `done` after Store::commit said `durable`, never before (A1).
class FlowRunner {
public:
    FlowRunner(FlowParts parts, FlowEvents events);
    ~FlowRunner();
    void add(std::unique_ptr<Input> input);
    void add(std::unique_ptr<DueInput> input);
    void start();
    void stop();                       // nothing more is taken; what is in flight ends
    void pause(bool paused);           // while it is, nothing new is taken
    // How many messages may be taken now; rows that are due may come when new ones may not (R3).
    std::size_t room(bool for_due = false);
    std::size_t room_outside();        // for sources from outside: pressure holds them back (P3)
    void wake();                       // what held it back is gone
    void sweep();                      // keys whose time is over are forgotten
    void run(Input& input, std::vector<Delivery> batch);
    // Does a subscription's condition select the message? Where it fails the message does, as `invalid`; it never counts as false.
    bool selects(const Compiled& where, Delivery& delivery);
    void changed();                    // an input ended, found no more, or woke
    bool drained() const { return in_flight_ == 0; }
    bool paused() const { return paused_.load(); }  // by hand. Any thread.

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
    bool claim(Flight::Unit& unit);
    bool key_of(Flight::Unit& unit, Key& out);
    void enter(Run& run);
    std::unique_ptr<Flight> board(Input& input, std::vector<Delivery> batch);
    // aboard.cpp
    // The CPU part of one message, as the flight record has it (R9). Left by hand: what unwinds the stack to the process's end leaves it named.
    class Aboard {
    public:
        Aboard(FlowRunner& flow, const Id128& name);
        void leave();

    private:
        FlightSlot& slot_;
        std::shared_lock<std::shared_mutex> among_;
        std::unique_lock<std::shared_mutex> alone_;
    };
    Id128 name_of(const Delivery& delivery) const;
    bool condemned(Flight::Unit& unit);
    template <class First> Walked work(Flight::Unit& unit, Run& run, First first);
    void run_batch(std::unique_ptr<Flight> flight);
    void run_alone(std::unique_ptr<Flight> flight);
    void prepare(Flight::Unit& unit, Run& run);
    Walked begin(Flight::Unit& unit, Run& run);
    void go_on(std::unique_ptr<Flight> flight, Walked walked);
    void end_unit(Flight::Unit& unit, Run& run);
    bool read_typed(plan::TypeId type, Run& run);
    // walk.cpp
    Walked walk(Run& run);
    bool follow(Run& run, const Program::Node& node, Go go);
    // call.cpp
    void call(std::unique_ptr<Flight> flight);
    void called(Flight* flight, std::uint64_t node, bool recorded, SendResponse response);
    Walked resume(Run& run, std::uint64_t node, bool recorded, bool from_memo, Answer answer);
    // failure.cpp
    bool recover(Run& run);
    const FailureAction* action_of(std::uint64_t node) const;
    bool decide(Flight::Unit& unit, Run& run);
    bool action_failed(Flight::Unit& unit, Run& run);
    void bury(Flight::Unit& unit, Run& run, Failure failure);
    bool over(const Flight::Unit& unit, Run& run);
    EngineTime at_most(const Flight::Unit& unit, EngineTime timeout, EngineTime manifest) const;
    EngineTime backoff(const FailureAction& action, std::uint32_t attempt, std::int64_t retry_after);
    // settle.cpp
    void submit(std::unique_ptr<Flight> flight, Commit commit);
    void settle(std::unique_ptr<Flight> flight, Committed committed);
    std::vector<Delivery> settle_each(Flight& flight, const Committed& committed);
    void count(Outcome outcome);
    void settle_key(Flight::Unit& unit, RowId due, RowId seen);
    void answer(Flight::Unit& unit);
    void undeliverable(const Id128& id);
    void offer_again(Input& input, std::vector<Delivery> again, const std::string& why);
    void refill();
    std::size_t by_rate();
    std::size_t no_room_for_keys();
    void wait_for_keys();
    // send.cpp
    void send_next();
    void send_one(Flight* flight);
    void sent(Flight* flight, SendResponse response);

    FlowParts parts_;
    FlowEvents events_;
    Run run_;                                        // of a flow that never waits
    std::vector<std::unique_ptr<Run>> idle_runs_;
    std::vector<std::unique_ptr<Flight>> idle_flights_;  // settled, their memory for the next
    std::vector<Flight::Unit> idle_units_;               // of the batch that ran last
    JsonReader reader_;
    std::optional<FieldReader> field_reader_;        // where the flow looks at some fields only
    Scope scope_;
    Keys keys_;
    std::size_t keys_counted_ = 0;                   // of the budget, by this flow
    void count_keys();
    CodePtr key_code_;
    std::string dead_name_;
    std::unordered_map<std::uint64_t, std::deque<std::pair<Input*, Delivery>>> behind_claim_;  // by the key's low half: they wait for its claim (K2)
    std::list<std::unique_ptr<Flight>> waiting_;     // for the answer of a call
    std::unique_ptr<DueInput> due_input_;
    std::vector<std::unique_ptr<Input>> inputs_;
    std::deque<std::unique_ptr<Flight>> outbox_;     // their steps are done, their sends are not, in order
    std::list<std::unique_ptr<Flight>> sending_;
    std::size_t in_flight_ = 0, bytes_in_flight_ = 0, working_ = 0, parked_ = 0;
    std::size_t bytes_per_unit_ = 512;
    unsigned refused_rounds_ = 0;
    EngineTime refused_at_{0};
    std::shared_ptr<const char> alive_ = std::make_shared<const char>();
    bool stopping_ = false;
    double tokens_ = 1;                              // `rate`: how many may be taken now
    EngineTime tokens_at_{-1};
    bool rate_waits_ = false;
    bool keys_wait_ = false;                         // for the time of some to be over
    std::atomic<bool> paused_{false};                // by hand
    bool refilling_ = false;
    static constexpr std::size_t no_grant = ~std::size_t{0};
    std::size_t grant_ = no_grant;                   // of the input whose turn it is (R6)
};

// The steps of one message, from `first` to its end or to the next answer that it waits for. R10: what a step throws is a failure of its message.
template <class First> Walked FlowRunner::work(Flight::Unit& unit, Run& run, First first) {
    constexpr unsigned most_thrown = 3;  // while a failure is dealt with: then nothing is left to do it with
    bool begun = false, deciding = false;
    unsigned thrown = 0;
    std::string why;
    for (;;) {
        try {
            Walked walked = Walked::failed;
            if (!begun) {
                begun = true;
                walked = first();
            } else {
                fail(scope_, FailureClass::internal, std::move(why));
                run.failed_step = run.at < parts_.program->nodes.size() ? parts_.program->nodes[run.at].plan->identity : std::string();
                if (recover(run)) walked = walk(run);
            }
            for (;;) {
                if (walked == Walked::waits) {  // U5: a call that was answered before its retry is not made again
                    const Memo::Entry* known = run.memo.find(run.outputs.pending_call()->node);
                    if (known == nullptr || !known->answered) {
                        if (run.in_action || !over(unit, run)) return walked;
                        run.outputs.pending_call().reset();
                        walked = Walked::failed;
                        continue;
                    }
                    Answer answer;
                    answer.status = known->status;
                    answer.format = known->format;
                    answer.body = known->body;
                    const PendingCall asked = std::move(*run.outputs.pending_call());
                    walked = resume(run, asked.node, asked.recorded, true, std::move(answer));
                } else if (walked == Walked::failed) {
                    deciding = true;
                    const bool goes_on = decide(unit, run);
                    deciding = false;
                    if (!goes_on) return walked;
                    walked = walk(run);
                } else {
                    return walked;
                }
            }
        } catch (const std::bad_alloc&) {
            if (deciding && ++thrown >= most_thrown) throw;
            why = "out of memory in a step";
        } catch (const std::exception& error) {
            if (deciding && ++thrown >= most_thrown) throw;
            why = std::string("an error in a step: ") + error.what();
        }
        deciding = false;
    }
}

}  // namespace weir
