#pragma once
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "dsl/connectors/spec.hpp"
#include "dsl/plan/plan.hpp"
#include "engine/ports/connector.hpp"
#include "engine/ports/flight.hpp"
#include "engine/ports/log.hpp"
#include "engine/runtime/figures.hpp"
#include "engine/runtime/pressure.hpp"

namespace weir {

// Everything that is not deterministic, taken apart here (house.md). All of it outlives the Engine.
struct World {
    Clock& clock;
    Random& random;
    const Environment& environment;
    Files& files;
    Files& console;
    Store& store;
    Log& log;
    const ConnectorCatalog& specs;
    const std::vector<std::unique_ptr<ConnectorKind>>& kinds;
    std::vector<Executor*> executors;  // one per worker; the first is the engine's own
    FlightRecord* flight = nullptr;    // R9; null: nobody learns in which message the process died
};

struct EngineOptions {
    std::map<std::string, std::string> settings;  // --set
    bool until_idle = false;
    std::size_t window = 16384;                   // units in flight of one flow at most (C2): enough for the writer to commit 8,192 while as many wait
    std::string texts;                            // of all files, kept with the plan
    std::set<std::string> paused;                 // flows that begin paused
    std::size_t most_keys = 8'000'000;            // of `idempotent by`, of all flows (K8)
    EngineTime look_every = std::chrono::seconds(1);  // at the disk and the limits of queues; 0: never
};

struct FlowReport {
    std::string name;
    const Figures* figures = nullptr;
};

// Runs a plan. Owner: the tool, or a test. Thread: start, stop on the first executor, or before any runs; reports from any.
// Lifetime: begins after the store is open, ends before it.
class Engine {
public:
    Engine(const plan::Plan& plan, World world, EngineOptions options);
    ~Engine();
    // Makes connectors and starts every flow. `ended` is called once, on the first executor: when the run has ended by itself, after `stop`,
    // or with an error when it can't go on.
    Result<Done> start(Then<Result<Done>> ended);
    // N3: nothing new is taken, what is in flight ends.
    void stop();
    // A paused flow takes nothing from sources or rests, and what falls due waits (patterns.md 2.11). False: there is no such flow.
    bool pause(const std::string& flow, bool paused = true);
    std::vector<FlowReport> report() const;
    // What takes nothing now, and why.
    std::vector<Pause> pauses() const;
    std::size_t keys() const;                     // of `idempotent by` that are kept in memory
    // A run that ends by itself: every source is finite, or it stops when idle.
    bool ends() const;

private:
    struct Parts;
    std::unique_ptr<Parts> parts_;
};

}  // namespace weir
