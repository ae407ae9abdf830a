#pragma once
// What the engine is to a source, small enough to see through: a window, a ledger of what is committed, and notes.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "connectors/catalog.hpp"
#include "engine/ports/connector.hpp"
#include "engine/simulate/executor.hpp"
#include "engine/simulate/files.hpp"

namespace weir {

// A console without a program around it.
struct NoConsole final : Files {
    static Error none() { return {ENOTSUP, "no console"}; }
    Result<std::unique_ptr<File>> open(const std::string&, OpenMode, unsigned) override { return none(); }
    Result<FileStatus> status(const std::string&) override { return none(); }
    Result<std::vector<std::string>> list(const std::string&) override { return none(); }
    Result<Done> make_folder(const std::string&, unsigned) override { return none(); }
    Result<Done> rename(const std::string&, const std::string&, bool) override { return none(); }
    Result<Done> remove(const std::string&) override { return none(); }
    Result<Done> sync_folder(const std::string&) override { return none(); }
    Result<std::uint64_t> free_bytes(const std::string&) override { return none(); }
    std::string working_folder() const override { return "-"; }
};

// What is committed of one source: positions done, and notes.
struct Ledger {
    std::map<std::uint64_t, std::vector<Range>> done;
    std::map<std::uint64_t, std::string> notes;
    void commit(const Position& p) {
        if (p.sort == Position::Sort::source) done[p.part].push_back({p.at, p.end});
    }
    std::vector<PartState> states() const {
        std::map<std::uint64_t, PartState> parts;
        for (const auto& [part, note] : notes) {
            if (done.count(part) == 0) continue;  // a note goes with a commit
            parts[part].note = note;
        }
        for (const auto& [part, ranges] : done) {
            PartState& state = parts[part];
            state.part = part;
            std::vector<Range> sorted = ranges;
            std::sort(sorted.begin(), sorted.end(), [](const Range& a, const Range& b) { return a.begin < b.begin; });
            for (const Range& r : sorted) {
                if (r.begin <= state.low) state.low = std::max(state.low, r.end);
                else if (!state.done.empty() && state.done.back().end >= r.begin) state.done.back().end = std::max(state.done.back().end, r.end);
                else state.done.push_back(r);
            }
        }
        std::vector<PartState> out;
        for (auto& [_, state] : parts) out.push_back(std::move(state));
        return out;
    }
};

struct Got {
    Delivery delivery;
    bool settled = false;
    std::string text() const {
        std::string out;
        write_body(out, delivery.message.body);
        return out;
    }
};

struct TestInlet final : Inlet {
    std::size_t window = 1'000'000, in_flight = 0, largest = 0;
    std::vector<std::uint64_t> gone_tickets;
    bool has_ended = false, stopped = false, after_stop = false, too_much = false;
    int asked_times = 0;
    std::vector<Got> got;
    std::vector<std::string> warnings;
    std::optional<Error> error;
    std::map<std::uint64_t, std::string> notes;

    std::size_t room() const override { return window - std::min(window, in_flight); }
    void deliver(std::vector<Delivery> batch) override {
        if (stopped || has_ended) after_stop = true;
        if (batch.size() > room() || batch.empty()) too_much = true;
        largest = std::max(largest, batch.size());
        in_flight += batch.size();
        for (Delivery& d : batch) got.push_back({std::move(d), false});
    }
    void note(std::uint64_t part, std::string text) override { notes[part] = std::move(text); }
    void ended() override { has_ended = true; }
    void asked() override { ++asked_times; }
    void failed(Error why) override { error = std::move(why); }
    void gone(std::uint64_t ticket) override { gone_tickets.push_back(ticket); }
    void warn(std::string text) override { warnings.push_back(std::move(text)); }
};

inline Argument argument(std::string name, std::string_view text) { return {std::move(name), Value::string(text)}; }
inline Argument argument(std::string name, EngineTime duration) { return {std::move(name), Value::nanoseconds(Kind::duration, duration.count())}; }

inline std::unique_ptr<ConnectorKind> kind_named(std::string_view name) {
    for (std::unique_ptr<ConnectorKind>& kind : builtin_kinds())
        if (kind->name() == name) return std::move(kind);
    return nullptr;
}

// The world and one source in it; `restart` is a new process on the same ledger.
struct Rig {
    VirtualClock clock;
    SimulatedExecutor executor;
    SeededRandom random{1};
    NoConsole no_console;
    Files& files;
    Files* console;
    Ledger ledger;
    std::unique_ptr<Connector> connector;
    std::unique_ptr<TestInlet> inlet;
    std::unique_ptr<Source> source;

    explicit Rig(Files& f, std::optional<std::uint64_t> seed = std::nullopt) : executor(clock, seed), files(f), console(&no_console) {}
    ConnectorWorld world() { return {clock, random, files, executor, *console}; }
    void start(const std::string& kind_name, const std::string& operation, const std::vector<Argument>& arguments, EngineTime every = EngineTime::zero(),
               std::size_t window = 1'000'000) {
        close();
        connector = std::move(*kind_named(kind_name)->make(kind_name, {}, world()));
        inlet = std::make_unique<TestInlet>();
        inlet->window = window;
        auto made = connector->source(operation, 3, arguments, every.count(), world());
        if (!made) {
            inlet->error = made.error();
            return;
        }
        source = std::move(*made);
        source->start(*inlet, ledger.states());
    }
    // The message is done: committed, then the source is told.
    void finish(std::size_t i, Verdict verdict = Verdict::done) {
        Got& g = inlet->got[i];
        if (g.settled) return;
        g.settled = true;
        if (verdict == Verdict::done) {
            for (const auto& [part, note] : inlet->notes) ledger.notes[part] = note;
            ledger.commit(g.delivery.position);
        }
        const bool was_full = inlet->room() == 0;
        --inlet->in_flight;
        source->settle(g.delivery.ticket, verdict);
        if (was_full) source->resume();
    }
    void finish_all() {
        for (std::size_t i = 0; i < inlet->got.size(); ++i) finish(i);
    }
    void close() {
        if (!source) return;
        source->stop();
        inlet->stopped = true;
        executor.run_until_idle();  // what stands in the queue finds nobody
        source.reset();
    }
    std::vector<std::string> texts() const {
        std::vector<std::string> out;
        for (const Got& g : inlet->got) out.push_back(g.text());
        return out;
    }
    ~Rig() { source.reset(); }
};

}  // namespace weir
