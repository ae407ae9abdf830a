#pragma once
#include <map>
#include <string>
#include <vector>

#include "engine/ports/store.hpp"

namespace weir {

// A store that remembers what a test asks about: what has come into channels, dead letters and files, and how units ended.
// It can also let the engine die right before a commit. Owner: the test's world. Thread: one.
class WatchedStore final : public Store {
public:
    struct Arrival {
        std::string channel;   // or `flow`.dead
        bool dead = false;
        Id128 id;
        std::string envelope, body;
        std::uint32_t type = 0;
        Failure failure;       // of a dead letter
        bool gone = false;     // replayed or discarded
    };
    struct Line {
        std::string file, text;
    };
    explicit WatchedStore(Store& inner) : inner_(inner) {}

    const std::vector<Arrival>& arrivals() const { return arrivals_; }
    const std::vector<Line>& lines() const { return lines_; }
    std::uint64_t ended(const std::string& flow, Outcome outcome) const;
    std::uint64_t purged(const std::string& channel) const;

    // The next commit of the engine is dropped, and all behind it, until `revive`.
    void die_before_commit() { armed_ = true; }
    bool died() const { return died_; }
    void revive() { died_ = false; }
    // From outside of the engine: never dropped.
    void put(Commit commit, Executor& home);

    No number(NameKind kind, std::string_view name) override;
    void keep_plan(std::string_view hash, std::string_view texts) override { inner_.keep_plan(hash, texts); }
    std::vector<PartState> parts(Position::Sort sort, No no) override { return inner_.parts(sort, no); }
    std::uint64_t tail(No channel) override { return inner_.tail(channel); }
    void subscribe(No subscription, No channel, bool since_oldest) override { inner_.subscribe(subscription, channel, since_oldest); }
    void commit(Commit commit, Executor& home, Then<Committed> then) override;
    Result<std::vector<Row>> read(No channel, RowId after, std::size_t rows, std::size_t bytes) override { return inner_.read(channel, after, rows, bytes); }
    void on_put(No channel, Executor& home, std::function<void()> woken) override { inner_.on_put(channel, home, std::move(woken)); }
    EngineTime now() const override { return inner_.now(); }
    std::vector<DueRow> due(No flow) override { return inner_.due(flow); }
    Result<DueRow> due_row(RowId id) override { return inner_.due_row(id); }
    std::vector<SeenRow> seen(No flow) override { return inner_.seen(flow); }
    Result<StoredReply> reply(RowId seen) override { return inner_.reply(seen); }
    void on_due(No flow, Executor& home, std::function<void()> woken) override { inner_.on_due(flow, home, std::move(woken)); }
    Result<std::vector<DeadRow>> dead_letters(No flow, RowId after, std::size_t rows) override { return inner_.dead_letters(flow, after, rows); }
    void on_dead(No flow, Executor& home, std::function<void()> woken) override { inner_.on_dead(flow, home, std::move(woken)); }
    void topic(No channel) override { inner_.topic(channel); }
    void watch(No channel) override { inner_.watch(channel); }
    std::uint64_t depth(No channel) const override { return inner_.depth(channel); }
    DiskLevel disk() override { return inner_.disk(); }
    void keep(No channel, Keep what, Executor& home, std::function<void(std::uint64_t)> removed) override;
    Result<std::vector<Row>> take(No subscription, No channel, RowId after, std::size_t rows, std::size_t bytes) override { return inner_.take(subscription, channel, after, rows, bytes); }
    std::vector<Suspect> suspects(const std::vector<Suspect>& named) override { return inner_.suspects(named); }
    void act(Deed deed, Executor& home, Then<Deeds> then) override;
    void stop(Task then) override { inner_.stop(std::move(then)); }
    Id128 secret() const override { return inner_.secret(); }
    Id128 incarnation() const override { return inner_.incarnation(); }

private:
    struct Unit {
        Outcome outcome = Outcome::done;
        std::vector<Arrival> arrivals;
        std::vector<Line> lines;
        std::string letter_of;  // the flow whose dead letter it took
        Id128 id;
    };
    std::vector<Unit> look_at(const Commit& commit) const;
    void pass(Commit commit, Executor& home, Then<Committed> then);

    Store& inner_;
    std::map<std::pair<NameKind, No>, std::string> names_;
    std::vector<Arrival> arrivals_;
    std::vector<Line> lines_;
    std::map<std::pair<std::string, Outcome>, std::uint64_t> ended_;
    std::map<std::string, std::uint64_t> purged_;
    bool armed_ = false, died_ = false;
};

}  // namespace weir
