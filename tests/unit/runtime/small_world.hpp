#pragma once
// A whole engine on the simulated set: one thread, virtual time, a store in memory, files in memory.
#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "connectors/catalog.hpp"
#include "dsl/check/check.hpp"
#include "dsl/diagnostics/render.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/simulate/executor.hpp"
#include "engine/simulate/files.hpp"
#include "engine/simulate/flight.hpp"
#include "engine/simulate/world.hpp"
#include "engine/store/open.hpp"

namespace weir {

struct CollectedLog final : Log {
    std::vector<std::string> lines;
    void write(LogLevel, std::string_view flow, std::string_view text, std::string_view details) override { lines.push_back(std::string(flow) + ": " + std::string(text) + std::string(details)); }
};

class SmallWorld {
public:
    // `disk`: whose free space the store looks at; empty: it looks at none.
    explicit SmallWorld(std::optional<std::uint64_t> seed = std::nullopt, std::string on_disk = {}) : executor(clock, seed), disk(std::move(on_disk)) { open(); }
    ~SmallWorld() { close(); }

    // Checks the text, starts it and runs until nothing is due now.
    void start(const std::string& text, EngineOptions options = {}) {
        Sources sources;
        Findings findings;
        const ReadFile read = [&](const std::string& path) -> std::optional<std::string> { return path == "test.flow" ? std::optional(text) : std::nullopt; };
        plan = check({"test.flow"}, read, specs, {}, sources, findings);
        REQUIRE_MESSAGE(!findings.has_errors(), render_text(findings, sources));
        engine = std::make_unique<Engine>(plan, World{clock, random, environment, files, files, *store, log, specs, kinds, executors.empty() ? std::vector<Executor*>{&executor} : executors, &flight}, std::move(options));
        const Result<Done> started = engine->start([this](Result<Done> how) {
            ended = true;
            if (!how) error = how.error().text;
        });
        if (!started) error = started.error().text;
        executor.run_until_idle();
    }
    void advance(EngineTime by) { executor.advance(by); }
    // The process dies: memory is gone, files keep what was synced.
    void crash() {
        engine.reset();
        executor.run_until_idle();
    }
    std::vector<std::string> rows(const std::string& channel) {
        std::vector<std::string> out;
        const auto read = store->read(store->number(NameKind::channel, channel), 0, 10'000, 1u << 24);
        REQUIRE(static_cast<bool>(read));
        for (const Row& row : *read) out.push_back(row.body);
        return out;
    }
    void put(const std::string& channel, const std::vector<std::string>& bodies) {
        Commit commit;
        commit.flow = store->number(NameKind::flow, "outside");
        const No no = store->number(NameKind::channel, channel);
        for (const std::string& body : bodies) {
            Put row;
            row.channel = no;
            row.id = {random.next(), random.next()};
            row.type = static_cast<std::uint32_t>(Format::json);
            Meta meta;
            meta.id = row.id;
            const std::string envelope = encode_envelope(nullptr, meta);
            row.envelope = {static_cast<std::uint32_t>(commit.bytes.size()), static_cast<std::uint32_t>(envelope.size())};
            commit.bytes += envelope;
            row.body = {static_cast<std::uint32_t>(commit.bytes.size()), static_cast<std::uint32_t>(body.size())};
            commit.bytes += body;
            commit.puts.push_back(row);
            UnitWrite unit;
            unit.id = row.id;
            unit.puts_end = static_cast<std::uint32_t>(commit.puts.size());
            commit.units.push_back(unit);
        }
        store->commit(std::move(commit), executor, [](Committed) {});
        executor.run_until_idle();
    }
    const Figures& figures(const std::string& flow) {
        for (const FlowReport& report : engine->report())
            if (report.name == flow) return *report.figures;
        FAIL("no flow of that name");
        std::abort();
    }

    VirtualClock clock;
    SeededRandom random{7};
    SimulatedFiles files{clock};
    MapEnvironment environment;
    SimulatedExecutor executor;
    SimulatedFlight flight;
    std::vector<Executor*> executors;  // where a test has several
    std::string disk;
    CollectedLog log;
    ConnectorCatalog specs = builtin_specs();
    std::vector<std::unique_ptr<ConnectorKind>> kinds = builtin_kinds();
    std::unique_ptr<Store> store;
    plan::Plan plan;
    std::unique_ptr<Engine> engine;
    bool ended = false;
    std::string error;

protected:
    void open() {
        StoreOptions options;
        options.memory = true;
        options.inline_writer = true;
        options.folder = disk;
        auto opened = open_store(options, files, clock, random, [this](std::string why) { error = std::move(why); }, [this](std::string text) { log.lines.push_back(std::move(text)); });
        REQUIRE_MESSAGE(static_cast<bool>(opened), opened.error().text);
        store = std::move(*opened);
    }
    void close() {
        engine.reset();
        if (store) {
            store->stop([] {});
            executor.run_until_idle();
        }
        store.reset();
    }
};

}  // namespace weir
