#pragma once
// Why sources take nothing for a while (P3, S5): a queue at its limit holds back the sources from outside that lead to it, a disk with little
// room holds back all of them, and with less still the flows that put into channels. Nothing else ever waits for a channel (P2).
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "dsl/plan/plan.hpp"
#include "engine/ports/log.hpp"
#include "engine/ports/store.hpp"

namespace weir {

// K8: what the keys of all flows may take of memory. At the bound those flows stop taking (K9).
struct KeyBudget {
    std::size_t most = 8'000'000;
    std::atomic<std::size_t> used{0};
    bool full() const { return used.load(std::memory_order_relaxed) >= most; }
};

struct Pause {
    std::string flow;
    std::string what;  // "sources", "flow"
    std::string why;   // a sentence without its full stop
};

// Owner: Engine; made before the flows, ends after them. Thread: any, but `look`: the engine's own.
// Promise: who was held back is woken once the reason is gone, at the latest with the next `look`.
class Pressure {
public:
    // `wake`: the flow of that index may take again.
    Pressure(const plan::Plan& plan, Store& store, Log& log, std::function<void(std::size_t)> wake);
    // How many messages the flow may take from outside; those in flight are rows that are about to come.
    std::size_t room_outside(std::size_t flow, std::size_t in_flight);
    // May the flow take anything at all?
    bool holds(std::size_t flow);
    // A commit of the flow has ended, and may have made room.
    void eased(std::size_t flow);
    void look(EngineTime now);
    std::vector<Pause> pauses() const;

private:
    struct Limited {  // a channel
        std::string name;
        No no = 0;
        std::uint64_t limit = 0;
        bool full = false;          // told so
        EngineTime told_at{0};
    };
    struct Gate {  // of a flow
        std::string name;
        std::vector<std::size_t> leads_to;  // of limited_
        bool reads = false;                 // takes from a limited channel
        bool puts = false;                  // into channels
        bool outside = false;               // has a source from outside
        std::atomic<bool> held{false};
        Gate() = default;
    };
    std::uint64_t left(const Gate& gate) const;
    bool open(const Gate& gate) const;
    void tell(EngineTime now);

    Store& store_;
    Log& log_;
    std::function<void(std::size_t)> wake_;
    std::vector<Limited> limited_;
    std::vector<std::unique_ptr<Gate>> gates_;  // by flow of the plan
    std::atomic<DiskLevel> level_{DiskLevel::enough};
};

// For each flow the channels that what it takes can reach, through whatever flows: not what a tap drops rather than waits for.
std::vector<std::vector<plan::ChannelId>> reach(const plan::Plan& plan);

}  // namespace weir
