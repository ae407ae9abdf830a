#include "engine/store/view.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>

#include "engine/store/history.hpp"
#include "engine/store/lock.hpp"
#include "engine/store/options.hpp"
#include "engine/store/positions.hpp"
#include "engine/store/readers.hpp"
#include "engine/store/schema.hpp"

namespace weir {

namespace {

std::uint64_t size_of(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_size) : 0;
}

class View final : public StoreView {
public:
    View(std::string folder, std::unique_ptr<Database> database) : folder_(std::move(folder)), database_(std::move(database)) {}

    Result<StoreStatus> status() override {
        StoreStatus status;
        const auto meta = read_meta(*database_);
        if (!meta) return meta.error();
        status.engine = engine_state(folder_);
        status.schema = database_->number("SELECT schema FROM meta");
        status.store_id = meta->store_id;
        status.incarnation = meta->incarnation;
        status.epoch = meta->epoch;
        status.commits = meta->commit_no;
        status.units = meta->unit_no;
        status.last_commit = meta->wall_time;
        status.clean = meta->clean;
        status.dead = count("SELECT count(*) FROM dead");
        status.quarantine = count("SELECT count(*) FROM quarantine");
        status.history = count("SELECT count(*) FROM hist");
        status.bytes = size_of(store_database_path(folder_));
        status.log_bytes = size_of(store_database_path(folder_) + "-wal");
        return ended(std::move(status));
    }

    Result<std::vector<NameRow>> names() override {
        std::vector<NameRow> found;
        Statement rows(*database_, "SELECT no, kind, name FROM name ORDER BY no");
        while (rows.step()) found.push_back({static_cast<No>(rows.integer(0)), static_cast<NameKind>(rows.integer(1)), std::string(rows.blob(2))});
        return ended(std::move(found));
    }

    Result<std::vector<ChannelFigures>> channels() override {
        std::vector<ChannelFigures> found;
        Statement rows(*database_, "SELECT c.no, n.name, c.tail, c.first FROM channel c JOIN name n ON n.no = c.no ORDER BY n.name");
        while (rows.step()) {
            ChannelFigures figures;
            const No no = static_cast<No>(rows.integer(0));
            figures.name = std::string(rows.blob(1));
            const std::uint64_t tail = rows.natural(2), first = rows.natural(3);
            Statement consumers(*database_,
                                "SELECT p.low, p.done FROM consumer k JOIN position p ON p.sort=1 AND p.no=k.no AND p.part=0 WHERE k.channel=?");
            consumers.integer(1, no);
            std::uint64_t oldest_row = 0;
            bool some = false;
            while (consumers.step()) {
                PartState state;
                state.low = consumers.natural(0);
                if (!decode_ranges(consumers.blob(1), state)) return Error{0, "a position of `" + figures.name + "` doesn't decode"};
                std::uint64_t done = 0;
                for (const Range& range : state.done) done += range.end - range.begin;
                const std::uint64_t depth = tail + 1 > state.low ? tail + 1 - state.low - done : 0;
                if (!some || depth > figures.depth) {
                    figures.depth = depth;
                    figures.in_flight = state.done.empty() ? 0 : state.done.back().end - state.low - done;
                }
                oldest_row = some ? std::min(oldest_row, state.low) : state.low;
                some = true;
            }
            if (!some) {
                figures.depth = tail + 1 - first;
                oldest_row = first;
            }
            if (figures.depth > 0) {
                Statement at(*database_, "SELECT at FROM " + channel_table(no) + " WHERE id>=? ORDER BY id LIMIT 1");
                if (at.integer(1, oldest_row).step()) figures.oldest = at.integer(0);
            }
            found.push_back(std::move(figures));
        }
        return ended(std::move(found));
    }

    Result<std::vector<DeadRow>> dead(std::size_t limit) override {
        std::vector<DeadRow> found;
        Statement rows(*database_, std::string(dead_columns) + " ORDER BY id DESC LIMIT ?");
        rows.integer(1, static_cast<std::uint64_t>(limit));
        while (rows.step()) found.push_back(dead_of(rows));
        return ended(std::move(found));
    }
    Result<std::optional<DeadRow>> dead_row(RowId id) override {
        std::optional<DeadRow> found;
        Statement rows(*database_, std::string(dead_columns) + " WHERE id=?");
        if (rows.integer(1, id).step()) found = dead_of(rows);
        return ended(std::move(found));
    }

    Result<std::vector<QuarantineRow>> quarantine(std::size_t limit) override {
        std::vector<QuarantineRow> found;
        Statement rows(*database_, "SELECT id, at, source, row, why, raw FROM quarantine ORDER BY id DESC LIMIT ?");
        rows.integer(1, static_cast<std::uint64_t>(limit));
        while (rows.step())
            found.push_back({rows.natural(0), rows.integer(1), std::string(rows.blob(2)), rows.natural(3), std::string(rows.blob(4)), std::string(rows.blob(5))});
        return ended(std::move(found));
    }

    Result<std::vector<HistoryRow>> messages(std::size_t limit, const HistoryFilter& filter) override {
        std::vector<HistoryRow> found;
        const auto names_by_no = name_map();
        std::map<std::uint64_t, std::string> files, plans;
        std::map<No, No> channel_of;  // of a subscription
        {
            Statement rows(*database_, "SELECT id, path FROM file_out");
            while (rows.step()) files[rows.natural(0)] = std::string(rows.blob(1));
            Statement plan_rows(*database_, "SELECT no, hash FROM plan");
            while (plan_rows.step()) plans[plan_rows.natural(0)] = std::string(plan_rows.blob(1));
            Statement consumers(*database_, "SELECT no, channel FROM consumer");
            while (consumers.step()) channel_of[static_cast<No>(consumers.integer(0))] = static_cast<No>(consumers.integer(1));
        }
        const auto name_of = [&](std::uint64_t no) {
            const auto at = names_by_no.find(static_cast<No>(no));
            return at == names_by_no.end() ? std::to_string(no) : at->second;
        };
        Statement rows(*database_, "SELECT id, count, at, flow, plan, units FROM hist ORDER BY id DESC");
        std::vector<PackedUnit> units;
        while (found.size() < limit && rows.step()) {
            const std::string flow = name_of(rows.natural(3));
            if (!filter.flow.empty() && flow != filter.flow) continue;
            units.clear();
            const bool whole = unpack_history(rows.natural(0), rows.natural(1), rows.integer(2), rows.blob(5), units);
            for (auto unit = units.rbegin(); unit != units.rend() && found.size() < limit; ++unit) {
                if (filter.outcome && unit->outcome != *filter.outcome) continue;
                if (filter.mid && !(unit->id == *filter.mid)) continue;
                HistoryRow row;
                row.no = unit->no;
                row.at = unit->at;
                row.flow = flow;
                row.plan = plans[rows.natural(4)];
                row.outcome = unit->outcome;
                row.mid = unit->id;
                row.in = unit->in;
                row.attempt = unit->attempt;
                bool touches = filter.channel.empty();
                if (unit->in.sort == Position::Sort::consumer)
                    if (const auto in = channel_of.find(unit->in.no); in != channel_of.end()) touches = touches || name_of(in->second) == filter.channel;
                for (const UnitOut& out : unit->outs) {
                    row.out.emplace_back(out.file ? files[out.no] : name_of(out.no), out.row);
                    touches = touches || (!out.file && row.out.back().first == filter.channel);
                }
                if (touches) found.push_back(std::move(row));
            }
            if (!whole) return Error{0, "history row " + std::to_string(rows.natural(0)) + " doesn't decode"};
        }
        rows.reset();
        return ended(std::move(found));
    }

    Result<std::optional<std::string>> arrival(std::uint64_t unit) override {
        std::optional<std::string> found;
        Statement rows(*database_, "SELECT bytes FROM arrival WHERE id=?");
        if (rows.integer(1, unit).step()) found = std::string(rows.blob(0));
        return ended(std::move(found));
    }

    Result<std::vector<Row>> peek(std::string_view channel, RowId after, std::size_t limit) override {
        std::optional<No> no;
        Statement named(*database_, "SELECT no FROM name WHERE kind=? AND name=?");
        if (named.integer(1, static_cast<int>(NameKind::channel)).text(2, channel).step()) no = static_cast<No>(named.integer(0));
        if (!no) return Error{0, "the store has no channel `" + std::string(channel) + "`"};
        std::vector<BadRow> bad;
        Statement rows(*database_, channel_rows_sql(*no));
        return ended(read_rows(rows, after, limit, SIZE_MAX, bad));
    }

    Result<std::optional<PlanRow>> newest_plan() override { return one_plan("SELECT hash, at, texts FROM plan ORDER BY no DESC LIMIT 1", {}); }
    Result<std::optional<PlanRow>> plan(std::string_view hash) override { return one_plan("SELECT hash, at, texts FROM plan WHERE hash=?", hash); }

private:
    static constexpr const char* dead_columns = "SELECT id, at, flow, class, text, path, step, attempts, mid, envelope, body FROM dead";
    static DeadRow dead_of(const Statement& rows) {
        DeadRow dead;
        dead.id = rows.natural(0);
        dead.at = rows.integer(1);
        dead.flow = std::string(rows.blob(2));
        dead.failure.kind = static_cast<FailureClass>(rows.integer(3));
        dead.failure.message = std::string(rows.blob(4));
        dead.failure.path = std::string(rows.blob(5));
        dead.failure.flow = dead.flow;
        dead.failure.step = std::string(rows.blob(6));
        dead.failure.at = dead.at;
        dead.failure.attempts = static_cast<std::uint32_t>(rows.integer(7));
        rows.read_id(8, dead.mid);
        dead.envelope = std::string(rows.blob(9));
        dead.body = std::string(rows.blob(10));
        return dead;
    }
    Result<std::optional<PlanRow>> one_plan(const char* sql, std::string_view hash) {
        std::optional<PlanRow> found;
        Statement rows(*database_, sql);
        if (!hash.empty()) rows.text(1, hash);
        if (rows.step()) found = PlanRow{std::string(rows.blob(0)), rows.integer(1), std::string(rows.blob(2))};
        return ended(std::move(found));
    }
    std::map<No, std::string> name_map() {
        std::map<No, std::string> found;
        Statement rows(*database_, "SELECT no, name FROM name");
        while (rows.step()) found[static_cast<No>(rows.integer(0))] = std::string(rows.blob(1));
        return found;
    }
    std::uint64_t count(const char* sql) { return static_cast<std::uint64_t>(database_->number(sql)); }
    template <class T> Result<T> ended(T value) {
        if (database_->code() == 0) return value;
        const Error error{0, "the store `" + folder_ + "` can't be read: " + database_->text()};
        database_->forget_error();
        return error;
    }

    std::string folder_;
    std::unique_ptr<Database> database_;
};

}  // namespace

EngineState engine_state(const std::string& folder) {
    const int lock = ::open(lock_path(folder).c_str(), O_RDONLY | O_CLOEXEC);
    if (lock < 0) return errno == ENOENT ? EngineState::stopped : EngineState::unknown;
    const bool free = ::flock(lock, LOCK_SH | LOCK_NB) == 0;
    const int why = free ? 0 : errno;
    ::close(lock);
    if (free) return EngineState::stopped;
    return why == EWOULDBLOCK ? EngineState::running : EngineState::unknown;
}

Result<std::unique_ptr<StoreView>> open_view(const std::string& folder) {
    const std::string path = store_database_path(folder);
    if (struct stat status {}; ::stat(path.c_str(), &status) != 0) return Error{errno, "there is no store in `" + folder + "`"};
    auto database = Database::open(path, Database::How::read_only, {});
    if (!database) return database.error();
    (*database)->keep_log_on_close();
    (*database)->exec("PRAGMA query_only=ON");
    auto state = look_at_schema(**database, path);
    if (!state) return state.error();
    if (*state == SchemaState::older) return Error{0, "the store in `" + folder + "` was written by an older weir: start this one on it once"};
    if (*state == SchemaState::empty) return Error{0, "the store in `" + folder + "` is empty: no engine has run on it yet"};
    return std::unique_ptr<StoreView>(std::make_unique<View>(folder, std::move(*database)));
}

}  // namespace weir
