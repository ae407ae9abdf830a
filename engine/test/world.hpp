#pragma once
// The world of one test: a whole engine on the simulated set, a store in memory, virtual time, and a recorder that stands for every connector but the timer.
// Owner: run_test. Thread: one.
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/runtime/engine.hpp"
#include "engine/simulate/executor.hpp"
#include "engine/simulate/files.hpp"
#include "engine/simulate/recorder.hpp"
#include "engine/simulate/world.hpp"
#include "engine/test/watched_store.hpp"

namespace weir {

// What every test of a plan has in common. All of it outlives the test.
struct TestSetup {
    const plan::Plan& plan;
    const ConnectorCatalog& specs;
    std::function<std::vector<std::unique_ptr<ConnectorKind>>()> kinds;
    std::map<std::string, std::string> settings;  // of params, as behind `run --set`
    std::map<std::string, std::string, std::less<>> environment;
};

class TestWorld {
public:
    // With a seed what has no order is shuffled, to find what depends on it (M3).
    TestWorld(const TestSetup& setup, std::optional<std::uint64_t> seed);
    ~TestWorld();
    TestWorld(const TestWorld&) = delete;
    TestWorld& operator=(const TestWorld&) = delete;

    Result<Done> open();   // store and engine
    void run();            // until nothing is due at this instant
    // Through every due time on the way; `look` is asked at each and may end it early by true.
    bool advance(EngineTime by, const std::function<bool()>& look = {});
    void crash();          // memory is gone, what was committed stays; then the engine starts again
    void die_before_commit() { watched->die_before_commit(); }
    void pause(const std::string& flow, bool paused);
    const std::string& broken() const { return broken_; }  // why the engine can't go on; empty: it can

    const TestSetup& setup;
    VirtualClock clock;
    SeededRandom random;
    SimulatedFiles files{clock};
    MapEnvironment environment;
    SimulatedExecutor executor;
    Recorder recorder{clock};
    std::vector<std::unique_ptr<ConnectorKind>> real;      // what the recorder stands for
    std::unique_ptr<Store> store;
    std::unique_ptr<WatchedStore> watched;
    std::vector<std::string> log;                          // warnings and errors
    std::uint64_t crashes = 0;

private:
    struct Lines final : Log {
        explicit Lines(std::vector<std::string>& all) : lines(all) {}
        void write(LogLevel level, std::string_view flow, std::string_view text, std::string_view details) override;
        std::vector<std::string>& lines;
    };
    void start();
    void die();
    void fail(std::string why);

    Lines lines_{log};
    std::vector<std::unique_ptr<ConnectorKind>> kinds_;    // what the engine gets
    std::set<std::string> paused_;
    std::unique_ptr<Engine> engine_;
    std::string broken_;
};

}  // namespace weir
