#include "engine/store/keep.hpp"

#include <algorithm>

#include "engine/message/text.hpp"
#include "engine/store/schema.hpp"

namespace weir {
namespace {

constexpr std::uint64_t marks_apart = 64;  // parts of what is kept

std::string reason(const Keep& keep, bool old) {
    std::string text = old ? "older than " : "beyond ";
    if (old) write_duration(text, keep.age);
    else write_size(text, static_cast<std::int64_t>(keep.bytes));
    return text;
}

}  // namespace

bool Keeper::load(Database& database, std::string& why) {
    database_ = &database;
    {
        Statement rows(database, "SELECT channel, row, at, bytes FROM mark ORDER BY channel, row");
        while (rows.step()) loaded_[static_cast<No>(rows.integer(0))].push_back({rows.natural(1), EngineTime(rows.integer(2)), rows.natural(3)});
    }
    why = database.text();
    return database.code() == 0;
}

void Keeper::set(No channel, Keep keep, std::function<void(std::uint64_t)> removed, const Channels& channels) {
    const std::lock_guard hold(reading_);
    Topic& topic = topics_[channel];
    topic.no = channel;
    topic.keep = keep;
    topic.removed = std::move(removed);
    if (keep.age > 0 || keep.bytes > 0) some_.store(true, std::memory_order_release);
    if (const auto known = loaded_.find(channel); known != loaded_.end()) {
        topic.marks = std::move(known->second);
        loaded_.erase(known);
        // What came behind the last mark is less than marks are apart, or what a second brought.
        Statement rest(*database_, "SELECT ifnull(sum(length(headers) + length(body)), 0) FROM " + channel_table(channel) + " WHERE id>?");
        rest.integer(1, topic.marks.back().row);
        if (rest.step()) topic.bytes_before = topic.marks.back().bytes + rest.natural(0) - channels.put_bytes(channel);
    }
}

bool Keeper::keeps(No channel) const {
    const auto found = topics_.find(channel);
    return found != topics_.end() && (found->second.keep.age > 0 || found->second.keep.bytes > 0);
}

void Keeper::forget(No subscription) {
    const std::lock_guard hold(reading_);
    taken_.erase(subscription);
}

// A time that has come: a mark is due now.
std::optional<EngineTime> Keeper::mark_due(const Topic& topic, const Parts& parts) const {
    const RowId tail = parts.channels.durable_tail(topic.no), first = parts.channels.first_row(topic.no);
    if (tail < first) return std::nullopt;
    if (topic.marks.empty()) return EngineTime(0);
    const Mark& last = topic.marks.back();
    if (tail <= last.row) return std::nullopt;
    if (topic.keep.bytes > 0 && bytes_of(topic, parts.channels) - last.bytes >= topic.keep.bytes / marks_apart) return EngineTime(0);
    if (topic.keep.age > 0) return last.at + EngineTime(topic.keep.age / static_cast<std::int64_t>(marks_apart));
    return std::nullopt;
}

// Up to the newest mark that is old enough, or has enough behind it.
Keeper::Going Keeper::going(const Topic& topic, const Parts& parts) const {
    const EngineTime now = parts.writer.now();
    Going out;
    for (const Mark& mark : topic.marks) {
        const bool old = topic.keep.age > 0 && now - mark.at >= EngineTime(topic.keep.age);
        const bool many = topic.keep.bytes > 0 && bytes_of(topic, parts.channels) - mark.bytes >= topic.keep.bytes;
        if (old || many) out = {mark.row, old};
    }
    return out;
}

std::optional<EngineTime> Keeper::next(const Parts& parts) const {
    std::optional<EngineTime> first;
    const auto earlier = [&](EngineTime at) {
        if (!first || at < *first) first = at;
    };
    for (const auto& [no, topic] : topics_) {
        if (!keeps(no)) continue;
        if (const auto due = mark_due(topic, parts)) earlier(*due);
        if (topic.keep.age > 0 && !topic.marks.empty()) earlier(topic.marks.front().at + EngineTime(topic.keep.age));
    }
    return first;
}

bool Keeper::pass(const Parts& parts, std::uint64_t most, bool& more) {
    for (auto& [no, topic] : topics_) {
        if (!keeps(no)) continue;
        if (const auto due = mark_due(topic, parts); due && *due <= parts.writer.now() && mark(topic, parts) == Writer::Ended::broken) return false;
        bool left = false;
        const auto ended = remove(topic, parts, most, left);
        if (ended == Writer::Ended::broken) return false;
        more = more || (left && ended == Writer::Ended::committed);
    }
    return true;
}

Writer::Ended Keeper::mark(Topic& topic, const Parts& parts) {
    const Mark made{parts.channels.durable_tail(topic.no), parts.writer.now(), bytes_of(topic, parts.channels)};
    const RowId first = parts.channels.first_row(topic.no);
    const auto ended = parts.writer.transaction([&] {
        Statement row(*database_, "INSERT INTO mark(channel, row, at, bytes) VALUES(?,?,?,?)");
        row.integer(1, topic.no).integer(2, made.row).integer(3, made.at.count()).integer(4, made.bytes).run();
        Statement gone(*database_, "DELETE FROM mark WHERE channel=? AND row<?");  // of rows that went because all had read them
        gone.integer(1, topic.no).integer(2, first).run();
        return true;
    });
    if (ended != Writer::Ended::committed) return ended;
    while (!topic.marks.empty() && topic.marks.front().row < first) topic.marks.pop_front();
    topic.marks.push_back(made);
    return ended;
}

Writer::Ended Keeper::remove(Topic& topic, const Parts& parts, std::uint64_t most, bool& more) {
    const Going gone = going(topic, parts);
    const RowId first = parts.channels.first_row(topic.no);
    if (gone.upto < first) return Writer::Ended::nothing;
    const std::lock_guard hold(reading_);
    // What a reader has taken and not finished is not unread.
    RowId end = gone.upto + 1;
    const std::vector<No> consumers = parts.channels.consumers(topic.no);
    for (const No consumer : consumers) {
        const auto low = parts.positions.low(Position::Sort::consumer, consumer, 0);
        if (const auto taken = taken_.find(consumer); low && taken != taken_.end() && *low < taken->second) end = std::min(end, *low);
    }
    if (end <= first) return Writer::Ended::nothing;
    if (end - first > most) {
        end = first + most;
        more = true;
    }
    std::uint64_t rows = 0;
    const auto ended = parts.writer.transaction([&] {
        HistoryPacker told;
        told.start(0, 0);
        const std::string why = reason(topic.keep, gone.old);
        std::vector<std::pair<RowId, Id128>> there;
        {
            Statement row(*database_, "SELECT id, mid FROM " + channel_table(topic.no) + " WHERE id>=? AND id<? ORDER BY id");
            row.integer(1, first).integer(2, end);
            while (row.step()) {
                there.emplace_back(row.natural(0), Id128{});
                row.read_id(1, there.back().second);
            }
        }
        std::vector<char> some(there.size());
        std::map<No, std::uint64_t> unread;
        const std::string channel = parts.name(topic.no) + "/";
        for (const No consumer : consumers) {
            std::string who = parts.name(consumer);
            if (who.starts_with(channel)) who.erase(0, channel.size());
            const std::string text = "not read by " + who + ", " + why;
            for (std::size_t n = 0; n < there.size(); ++n) {
                UnitWrite unit;
                unit.outcome = Outcome::purged;
                unit.id = there[n].second;
                unit.position = {Position::Sort::consumer, consumer, 0, there[n].first, there[n].first + 1};
                if (parts.positions.is_done(unit.position)) continue;
                told.add(parts.clock.wall(), unit, {}, {{}, {}, false, "keep", text});
                ++unread[consumer];
                some[n] = 1;
            }
        }
        rows = static_cast<std::uint64_t>(std::count(some.begin(), some.end(), 1));
        Statement count(*database_, "INSERT INTO unread(consumer, rows) VALUES(?,?) ON CONFLICT(consumer) DO UPDATE SET rows=rows+excluded.rows");
        for (const auto& [consumer, n] : unread) count.integer(1, consumer).integer(2, n).run();
        for (const No consumer : consumers) parts.positions.mark({Position::Sort::consumer, consumer, 0, first, end});
        parts.channels.cut(topic.no, end);
        Statement marks(*database_, "DELETE FROM mark WHERE channel=? AND row<?");
        marks.integer(1, topic.no).integer(2, end).run();
        if (told.count > 0) parts.writer.put_history(told);
        return true;
    });
    if (ended != Writer::Ended::committed) return ended;
    while (!topic.marks.empty() && topic.marks.front().row < end) topic.marks.pop_front();
    if (rows > 0 && topic.removed) topic.removed(rows);
    return ended;
}

}  // namespace weir
