#include "engine/store/view.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "engine/store/letters.hpp"
#include "engine/store/lock.hpp"
#include "engine/store/options.hpp"
#include "engine/store/positions.hpp"
#include "engine/store/readers.hpp"
#include "engine/store/rests.hpp"
#include "engine/store/schema.hpp"
#include "engine/store/trace.hpp"

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
        status.due = count("SELECT count(*) FROM due");
        status.keys = count("SELECT count(*) FROM seen");
        status.dead = count("SELECT count(*) FROM dead");
        status.quarantine = count("SELECT count(*) FROM quarantine");
        status.suspects = count("SELECT count(*) FROM suspect");
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
        Statement rows(*database_, "SELECT c.no, n.name, c.tail, c.first, c.unsubscribed FROM channel c JOIN name n ON n.no = c.no ORDER BY n.name");
        while (rows.step()) {
            ChannelFigures figures;
            const No no = static_cast<No>(rows.integer(0));
            figures.name = std::string(rows.blob(1));
            const std::uint64_t tail = rows.natural(2), first = rows.natural(3);
            figures.unsubscribed = rows.natural(4);
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
                Statement rows_left(*database_, "SELECT count(*) FROM " + channel_table(no));  // by hand some may be gone
                if (rows_left.step()) figures.depth = rows_left.natural(0);
                oldest_row = first;
            }
            if (figures.depth > 0) {
                Statement at(*database_, "SELECT at FROM " + channel_table(no) + " WHERE id>=? ORDER BY id LIMIT 1");
                if (at.integer(1, oldest_row).step()) figures.oldest = at.integer(0);
            }
            Statement unread(*database_, "SELECT n.name, u.rows FROM consumer k JOIN unread u ON u.consumer=k.no JOIN name n ON n.no=k.no WHERE k.channel=? ORDER BY n.name");
            unread.integer(1, no);
            while (unread.step()) {
                std::string name(unread.blob(0));
                if (name.starts_with(figures.name + "/")) name.erase(0, figures.name.size() + 1);
                figures.unread.emplace_back(std::move(name), unread.natural(1));
            }
            found.push_back(std::move(figures));
        }
        return ended(std::move(found));
    }

    Result<std::vector<DeadRow>> dead(std::size_t limit) override {
        std::vector<DeadRow> found;
        Statement rows(*database_, std::string(dead_columns) + " ORDER BY id DESC LIMIT ?");
        rows.integer(1, static_cast<std::uint64_t>(limit));
        while (rows.step()) found.push_back(read_dead(rows));
        return ended(std::move(found));
    }
    Result<std::optional<DeadRow>> dead_row(RowId id) override {
        std::optional<DeadRow> found;
        Statement rows(*database_, std::string(dead_columns) + " WHERE id=?");
        if (rows.integer(1, id).step()) found = read_dead(rows);
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
        HistorySearch search(*database_);
        std::string why;
        const bool whole = limit == 0 || search.run(UINT64_MAX, why, [&](const PackedUnit& unit, const HistorySearch::Head& head) {
            if (filter.outcome && unit.outcome != *filter.outcome) return true;
            if (filter.mid && !(unit.id == *filter.mid)) return true;
            if (unit.at < filter.since || (filter.until != 0 && unit.at >= filter.until)) return true;
            if (!filter.flow.empty() && search.name(head.flow) != filter.flow) return true;
            HistoryRow row = search.row(unit, head);
            bool touches = filter.channel.empty() || (unit.in.sort == Position::Sort::consumer && row.from == filter.channel);
            for (std::size_t i = 0; i < unit.outs.size() && !touches; ++i) touches = !unit.outs[i].file && row.out[i].first == filter.channel;
            if (touches && (!filter.wanted || filter.wanted(row))) found.push_back(std::move(row));
            return found.size() < limit;
        });
        if (!whole) return Error{0, why};
        return ended(std::move(found));
    }

    Result<std::vector<DueEntry>> due(std::size_t limit) override {
        return ended(due_entries(limit, [](const Id128&) { return true; }));
    }
    Result<std::optional<DueRow>> due_row(RowId id) override {
        std::optional<DueRow> found;
        Statement row(*database_, due_row_sql());
        if (row.integer(1, id).step()) found = read_due(row, true);
        return ended(std::move(found));
    }

    Result<std::optional<Row>> row(std::string_view channel, RowId id) override {
        const auto no = channel_no(channel);
        if (!no) return Error{0, "the store has no channel `" + std::string(channel) + "`"};
        std::vector<BadRow> bad;
        Statement rows(*database_, channel_rows_sql(*no));
        std::vector<Row> found = id == 0 ? std::vector<Row>() : read_rows(rows, id - 1, 1, SIZE_MAX, bad);
        return ended(found.empty() || found[0].id != id ? std::nullopt : std::optional(std::move(found[0])));
    }

    Result<std::vector<HistoryRow>> units_of(const Id128& mid, std::uint64_t bound) override {
        std::vector<HistoryRow> found;
        HistorySearch search(*database_);
        std::string why;
        const bool whole = search.run(bound, why, [&](const PackedUnit& unit, const HistorySearch::Head& head) {
            if (unit.id == mid) found.push_back(search.row(unit, head));
            return true;
        });
        if (!whole) return Error{0, why};
        std::reverse(found.begin(), found.end());
        return ended(std::move(found));
    }

    Result<std::vector<RecordedRow>> recorded(std::uint64_t unit) override {
        std::vector<RecordedRow> found;
        Statement rows(*database_, "SELECT node, body FROM recorded WHERE id>=? AND id<? ORDER BY id");
        rows.integer(1, unit * most_recorded).integer(2, (unit + 1) * most_recorded);
        while (rows.step()) found.push_back({rows.natural(0), std::string(rows.blob(1))});
        return ended(std::move(found));
    }

    Result<Trace> trace(const Id128& mid, const TraceBounds& bounds) override {
        std::string why;
        TraceSearch search(*database_, bounds);
        if (!search.run(mid, why)) return database_->code() == 0 ? Result<Trace>(Error{0, why}) : ended(Trace());
        Trace found = search.take();
        for (TraceUnit& unit : found.units) {
            if (!unit.unit.recorded) continue;
            auto replies = recorded(unit.unit.no);
            if (!replies) return replies.error();
            unit.recorded = std::move(*replies);
        }
        found.due = due_entries(SIZE_MAX, [&](const Id128& id) { return search.follows(id); });
        std::vector<RowId> letters;
        {
            Statement rows(*database_, "SELECT id, mid FROM dead ORDER BY id");
            Id128 id;
            while (rows.step())
                if (rows.read_id(1, id) && search.follows(id)) letters.push_back(rows.natural(0));
        }
        for (const RowId id : letters) {
            auto letter = dead_row(id);
            if (!letter) return letter.error();
            if (*letter) found.dead.push_back(std::move(**letter));
        }
        return ended(std::move(found));
    }

    Result<std::optional<std::string>> arrival(std::uint64_t unit) override {
        std::optional<std::string> found;
        Statement rows(*database_, "SELECT bytes FROM arrival WHERE id=?");
        if (rows.integer(1, unit).step()) found = std::string(rows.blob(0));
        return ended(std::move(found));
    }

    Result<std::vector<Row>> peek(std::string_view channel, RowId after, std::size_t limit) override {
        const auto no = channel_no(channel);
        if (!no) return Error{0, "the store has no channel `" + std::string(channel) + "`"};
        std::vector<BadRow> bad;
        Statement rows(*database_, channel_rows_sql(*no));
        return ended(read_rows(rows, after, limit, SIZE_MAX, bad));
    }

    Result<std::vector<Row>> standing(std::string_view channel, RowId after, std::size_t limit) override {
        const auto no = channel_no(channel);
        if (!no) return Error{0, "the store has no channel `" + std::string(channel) + "`"};
        std::vector<PartState> consumers;
        Statement places(*database_, "SELECT p.low, p.done FROM consumer k LEFT JOIN position p ON p.sort=1 AND p.no=k.no AND p.part=0 WHERE k.channel=?");
        places.integer(1, *no);
        while (places.step()) {
            PartState& state = consumers.emplace_back();
            state.low = places.natural(0);
            if (!places.blob(1).empty() && !decode_ranges(places.blob(1), state)) return Error{0, "a position of `" + std::string(channel) + "` doesn't decode"};
        }
        const auto is_done = [](const PartState& state, RowId id) {
            return id < state.low || std::any_of(state.done.begin(), state.done.end(), [&](const Range& range) { return range.begin <= id && id < range.end; });
        };
        if (!consumers.empty()) {
            RowId low = UINT64_MAX;
            for (const PartState& state : consumers) low = std::min(low, state.low);
            if (low > 0 && after < low - 1) after = low - 1;
        }
        std::vector<Row> found;
        std::vector<BadRow> bad;
        for (Statement rows(*database_, channel_rows_sql(*no)); found.size() < limit;) {
            std::vector<Row> some = read_rows(rows, after, 256, 8u << 20, bad);
            if (some.empty()) break;
            after = some.back().id;
            for (Row& row : some)
                if (found.size() < limit && (consumers.empty() || std::any_of(consumers.begin(), consumers.end(), [&](const PartState& state) { return !is_done(state, row.id); }))) found.push_back(std::move(row));
        }
        return ended(std::move(found));
    }

    Result<std::vector<Id128>> ids_with(std::string_view prefix, std::size_t limit) override {
        std::vector<Id128> found;
        const auto look_at = [&](const Id128& id) {
            if (found.size() < limit && !id.empty() && to_text(id).starts_with(prefix) && std::find(found.begin(), found.end(), id) == found.end()) found.push_back(id);
        };
        HistorySearch search(*database_);
        std::string why;
        const bool whole = search.run(TraceBounds{}.units, why, [&](const PackedUnit& unit, const HistorySearch::Head&) {
            look_at(unit.id);
            return found.size() < limit;
        });
        if (!whole) return Error{0, why};
        std::vector<std::string> tables{"dead", "due"};
        Statement channels(*database_, "SELECT no FROM channel");
        while (channels.step()) tables.push_back(channel_table(static_cast<No>(channels.integer(0))));
        for (const std::string& table : tables) {
            Statement rows(*database_, "SELECT mid FROM " + table);
            Id128 id;
            while (found.size() < limit && rows.step())
                if (rows.read_id(0, id)) look_at(id);
        }
        return ended(std::move(found));
    }

    Result<std::optional<PlanRow>> newest_plan() override { return one_plan("SELECT hash, at, texts FROM plan ORDER BY no DESC LIMIT 1", {}); }
    Result<std::optional<PlanRow>> plan(std::string_view hash) override { return one_plan("SELECT hash, at, texts FROM plan WHERE hash=?", hash); }

private:
    Result<std::optional<PlanRow>> one_plan(const char* sql, std::string_view hash) {
        std::optional<PlanRow> found;
        Statement rows(*database_, sql);
        if (!hash.empty()) rows.text(1, hash);
        if (rows.step()) found = PlanRow{std::string(rows.blob(0)), rows.integer(1), std::string(rows.blob(2))};
        return ended(std::move(found));
    }
    std::optional<No> channel_no(std::string_view channel) {
        Statement named(*database_, "SELECT no FROM name WHERE kind=? AND name=?");
        if (named.integer(1, static_cast<int>(NameKind::channel)).text(2, channel).step()) return static_cast<No>(named.integer(0));
        return std::nullopt;
    }
    template <class Wanted> std::vector<DueEntry> due_entries(std::size_t limit, Wanted wanted) {
        std::vector<DueEntry> found;
        const std::int64_t wall = database_->number("SELECT wall_time - engine_time FROM meta");
        Statement rows(*database_,
                       "SELECT d.id, d.at, d.kind, d.flow, d.mid, d.attempt, d.key_high, d.key_low, d.body_hash, d.origin, d.type, n.name "
                       "FROM due d LEFT JOIN name n ON n.no = d.flow");
        while (rows.step()) {
            DueRow row = read_due(rows, false);
            if (!wanted(row.mid)) continue;
            found.push_back({std::move(row), std::string(rows.blob(11)), 0});
            found.back().at = wall + found.back().row.at.count();
        }
        std::sort(found.begin(), found.end(), [](const DueEntry& a, const DueEntry& b) { return a.row.at != b.row.at ? a.row.at < b.row.at : a.row.id < b.row.id; });
        if (found.size() > limit) found.resize(limit);
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
