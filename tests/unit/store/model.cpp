// Random commits against a simple model in memory, with failing writes and crashes between: after each the store is the model before or the
// model after, never anything between.
#include <map>
#include <random>

#include "fault_vfs.hpp"
#include "world.hpp"

using namespace weir;
using namespace weir::test;

namespace {

struct Rest {
    EngineTime at{};
    std::string body;
    std::optional<Key> key;
    bool operator==(const Rest&) const = default;
};
struct Model {
    std::map<RowId, Rest> due;
    std::map<RowId, Key> seen;
    std::vector<std::string> rows;  // of the channel
    std::map<RowId, std::string> dead;
    std::uint64_t low = 0, units = 0;
    RowId due_no = 0, seen_no = 0, dead_no = 0;
    bool operator==(const Model&) const = default;
};

class Play {
public:
    explicit Play(unsigned seed) : random_(seed), o_(folder_.store()) {
        o_.options.vfs = fault_vfs();
        fault_plan = {};
        open();
    }
    void round() {
        const std::uint64_t what = random_() % 20;
        if (what == 0) {
            o_.stop();
            open();
            check(model_, "after a stop");
            return;
        }
        if (what == 1) {
            kill();
            check(model_, "after a kill");
            return;
        }
        if (what < 5) return act();
        Model next = model_;
        Builder b = some_commit(next);
        const std::uint64_t fault = random_() % 6;
        if (fault == 0) return crash(std::move(b.commit), next);
        if (fault == 1) {
            fault_plan = {};
            fault_plan.write_in = 1 + static_cast<int>(random_() % 30);
        }
        const auto want_due = predicted_due_;
        const auto answer = o_.commit(std::move(b.commit));
        const bool full = fault_plan.fired > 0;
        fault_plan = {};
        for (const Fate fate : answer.fates) REQUIRE(fate == (full ? Fate::waits : Fate::durable));
        if (full) {
            ++full_;
        } else {
            REQUIRE(answer.due == want_due);
            model_ = std::move(next);
        }
        if (random_() % 8 == 0) check(model_, "after a commit");
    }
    void end() {
        check(model_, "at the end");
        MESSAGE("units " << model_.units << ", resting " << model_.due.size() << ", dead " << model_.dead.size() << ", full " << full_ << ", crashed " << crashed_ << ", of them before "
                         << before_ << ", deeds " << deeds_);
        CHECK(full_ > 5);
        CHECK(crashed_ > 10);
        CHECK(before_ > 0);
        CHECK(before_ < crashed_);
        CHECK(deeds_ > 5);
        o_.stop();
    }

private:
    void open() {
        o_.fatal.clear();
        o_.must_open();
        flow_ = o_.store->number(NameKind::flow, "f");
        channel_ = o_.store->number(NameKind::channel, "c");
        source_ = o_.store->number(NameKind::source, "s");
    }
    // What a process leaves that was killed: its files as they are now, with a log that nobody has closed.
    void kill() {
        const std::string base = folder_.store() + "/store.db";
        const std::string file = text_of(base), log = text_of(base + "-wal");
        fault_plan = {};
        o_.store.reset();
        put_text(base, file);
        put_text(base + "-wal", log);
        std::filesystem::remove(base + "-shm");
        open();
    }
    Builder some_commit(Model& next) {
        Builder b(flow_);
        predicted_due_.clear();
        std::vector<RowId> takeable;
        for (const auto& [id, rest] : next.due) takeable.push_back(id);
        std::shuffle(takeable.begin(), takeable.end(), random_);
        for (std::uint64_t units = 1 + random_() % 6; units > 0; --units) {
            Position position;
            RowId taken = 0;
            if (!takeable.empty() && random_() % 2 == 0) {
                taken = takeable.back();
                takeable.pop_back();
                position = rested(flow_, taken);
            } else {
                position = sourced(source_, 1, next.low, next.low + 1);
                ++next.low;
            }
            bool kept = false;
            const std::string body = std::to_string(random_()) + std::string(random_() % 8 == 0 ? 6000 : 5, 'x');
            for (std::uint64_t n = random_() % 3; n > 0; --n) {
                b.put(channel_, body + std::to_string(n));
                next.rows.push_back(body + std::to_string(n));
            }
            if (random_() % 3 == 0) {
                Rest rest{EngineTime(static_cast<std::int64_t>(random_() % 100)), body, {}};
                if (random_() % 2 == 0) rest.key = Key{{random_(), random_()}, random_()};
                kept = taken != 0 && random_() % 2 == 0;
                const RowId id = kept ? taken : ++next.due_no;
                b.due(rest.at, rest.body, kept ? taken : 0, rest.key);
                next.due[id] = rest;
                predicted_due_.push_back(id);
            }
            if (taken != 0 && !kept) next.due.erase(taken);
            if (random_() % 3 == 0) {
                const Key key{{random_(), random_()}, random_()};
                b.seen(key, std::chrono::hours(9));
                next.seen[++next.seen_no] = key;
            }
            if (random_() % 5 == 0) {
                b.dead(body, "why");
                b.commit.dead.back().envelope = {};
                next.dead[++next.dead_no] = body;
            }
            if (random_() % 4 == 0) b.recorded(1, body);
            b.unit(position);
            ++next.units;
        }
        return b;
    }
    void crash(Commit commit, const Model& next) {
        fault_plan = {};
        const bool at_sync = random_() % 2 == 0;
        (at_sync ? fault_plan.sync_in : fault_plan.write_in) = 1 + static_cast<int>(random_() % (at_sync ? 1 : 6));
        fault_plan.code = SQLITE_IOERR_WRITE;
        fault_plan.stays = true;
        bool answered = false;
        o_.store->commit(std::move(commit), o_.home, [&](Committed) { answered = true; });
        o_.home.run_until([&] { return answered || !o_.fatal.empty(); });
        kill();
        if (answered) {  // it was through before the disk failed
            model_ = next;
        } else {
            ++crashed_;
            if (read_units() == model_.units) ++before_;
            else model_ = next;
        }
        check(model_, "after a crash");
    }
    void act() {
        if (model_.dead.empty()) return;
        Deed deed;
        deed.flow = "f";
        deed.why = "because";
        if (random_() % 2 == 0) deed.sort = Deed::Sort::discard;
        for (const auto& [id, body] : model_.dead)
            if (random_() % 2 == 0) deed.rows.push_back(id);
        if (deed.rows.empty()) return;
        const auto done = o_.act(deed);
        REQUIRE(done.refused.empty());
        REQUIRE(done.rows == deed.rows.size());
        ++deeds_;
        for (const RowId id : deed.rows) {
            if (deed.sort == Deed::Sort::replay) model_.due[++model_.due_no] = {o_.store->now(), model_.dead[id], {}};
            model_.dead.erase(id);
            ++model_.units;
        }
    }
    std::uint64_t read_units() { return (*open_view(folder_.store()))->messages(SIZE_MAX, {})->size(); }
    void check(const Model& want, const char* when) {
        INFO(std::string(when));
        Model got;
        for (const DueRow& row : o_.store->due(flow_)) {
            const auto whole = o_.store->due_row(row.id);
            REQUIRE(whole);
            got.due[row.id] = {row.at, whole->body, row.key};
        }
        for (const SeenRow& row : o_.store->seen(flow_)) got.seen[row.id] = row.key;
        got.rows = o_.bodies(channel_);
        const auto parts = o_.store->parts(Position::Sort::source, source_);
        if (!parts.empty()) {
            got.low = parts[0].low;
            REQUIRE(parts[0].done.empty());
        }
        auto view = open_view(folder_.store());
        const auto dead = (*view)->dead(SIZE_MAX);
        for (const DeadRow& row : *dead) got.dead[row.id] = row.body;
        got.units = read_units();
        got.due_no = want.due_no;
        got.seen_no = want.seen_no;
        got.dead_no = want.dead_no;
        const auto numbers = [](const auto& rows) {
            std::string text;
            for (const auto& [id, row] : rows) text += std::to_string(id) + " ";
            return text;
        };
        REQUIRE(numbers(got.due) == numbers(want.due));
        REQUIRE(numbers(got.seen) == numbers(want.seen));
        REQUIRE(numbers(got.dead) == numbers(want.dead));
        REQUIRE(got.due == want.due);
        REQUIRE(got.seen == want.seen);
        REQUIRE(got.rows == want.rows);
        REQUIRE(got.dead == want.dead);
        REQUIRE(got.low == want.low);
        REQUIRE(got.units == want.units);
    }

    Folder folder_;
    std::mt19937 random_;
    Opened o_;
    Model model_;
    std::vector<RowId> predicted_due_;
    No flow_ = 0, channel_ = 0, source_ = 0;
    int full_ = 0, crashed_ = 0, before_ = 0, deeds_ = 0;
};

}  // namespace

TEST_CASE("whatever fails between, the store is what the model is") {
    for (const unsigned seed : {1u, 2u}) {
        Play play(seed);
        for (int i = 0; i < 200; ++i) play.round();
        play.end();
    }
}
