#include "engine/store/deed.hpp"

#include <algorithm>
#include <map>

#include "engine/store/varint.hpp"

namespace weir {

namespace {

constexpr std::size_t rows_at_once = 1000;
constexpr std::size_t bytes_at_once = 8u << 20;

// The history of one portion, by flow.
class Told {
public:
    explicit Told(const Deed& deed) : deed_(deed) {}
    void unit(No flow, const Id128& id, Outcome outcome, const Position& in, std::vector<RowId> dead, std::vector<RowId> due, const std::string& why) {
        auto [at, fresh] = packers_.try_emplace(flow);
        if (fresh) at->second.start(flow, 0);
        UnitWrite unit;
        unit.id = id;
        unit.outcome = outcome;
        unit.position = in;
        at->second.add(deed_.now, unit, {}, {std::move(dead), std::move(due), false, deed_.who, why});
    }
    void write(Writer& writer) {
        for (auto& [flow, packer] : packers_) writer.put_history(packer);
    }

private:
    const Deed& deed_;
    std::map<No, HistoryPacker> packers_;
};

struct DeadLetter {
    RowId id = 0;
    std::string flow;
    Id128 mid;
    std::string envelope, body, source, memo;
    No origin = 0;
    std::uint32_t type = 0;
    std::size_t size() const { return envelope.size() + body.size() + source.size() + memo.size(); }
};

std::string number_text(RowId id) { return std::to_string(id); }

DeedStep refuse(DeedJob& job, std::string why) {
    job.done.refused = std::move(why);
    return {};
}

// What a transaction came to. A refusal that `body` has written stands.
DeedStep ended(const DeedParts& parts, DeedJob& job, Writer::Ended ended, bool more, std::uint64_t rows, std::vector<No> woken) {
    switch (ended) {
        case Writer::Ended::committed: job.done.rows += rows; return {more, false, std::move(woken)};
        case Writer::Ended::nothing: return {more && job.done.refused.empty(), false, {}};
        case Writer::Ended::broken: return {false, true, {}};
        case Writer::Ended::no_room:
        case Writer::Ended::this_row: break;
    }
    return refuse(job, "the store can't do that now: " + parts.writer.fatal());
}

// The next rows of FLOW.dead that the deed names.
std::vector<RowId> next_dead(const DeedParts& parts, DeedJob& job, bool& more) {
    std::vector<RowId> found;
    if (!job.deed.rows.empty()) {
        while (job.index < job.deed.rows.size() && found.size() < rows_at_once) found.push_back(job.deed.rows[job.index++]);
        more = job.index < job.deed.rows.size();
        return found;
    }
    Statement rows(parts.database, "SELECT id FROM dead WHERE flow=? AND id>? AND id<=? ORDER BY id LIMIT ?");
    rows.text(1, job.deed.flow).integer(2, job.after).integer(3, job.last).integer(4, static_cast<std::uint64_t>(rows_at_once));
    while (rows.step()) found.push_back(rows.natural(0));
    more = found.size() == rows_at_once;
    if (!found.empty()) job.after = found.back();
    return found;
}

std::string begin_dead(const DeedParts& parts, DeedJob& job) {
    const Deed& deed = job.deed;
    const bool discard = deed.sort == Deed::Sort::discard;
    if (deed.flow.empty() && deed.rows.empty()) return "whose dead letters?";
    if (discard && deed.why.empty()) return "a discard needs a reason";
    std::sort(job.deed.rows.begin(), job.deed.rows.end());
    job.deed.rows.erase(std::unique(job.deed.rows.begin(), job.deed.rows.end()), job.deed.rows.end());
    Statement flow_of(parts.database, "SELECT flow FROM dead WHERE id=?");
    for (const RowId id : job.deed.rows) {
        const bool there = flow_of.integer(1, id).step();
        const std::string flow = there ? std::string(flow_of.blob(0)) : std::string();
        flow_of.reset();
        if (!there || (!deed.flow.empty() && flow != deed.flow)) return "there is no dead letter " + number_text(id) + (deed.flow.empty() ? "" : " of flow `" + deed.flow + "`");
        if (!discard && !parts.known(NameKind::flow, flow)) return "the store knows no flow `" + flow + "`, which dead letter " + number_text(id) + " came from";
    }
    if (deed.rows.empty() && !discard && !parts.known(NameKind::flow, deed.flow)) return "the store knows no flow `" + deed.flow + "`";
    job.last = static_cast<RowId>(parts.database.number("SELECT ifnull(max(id), 0) FROM dead"));
    return {};
}

bool read_dead(Statement& row, RowId id, DeadLetter& out) {
    out = {};
    const bool there = row.integer(1, id).step();
    if (there) {
        out.id = id;
        out.flow = std::string(row.blob(0));
        row.read_id(1, out.mid);
        out.envelope = std::string(row.blob(2));
        out.body = std::string(row.blob(3));
        out.source = std::string(row.blob(4));
        out.memo = std::string(row.blob(5));
        out.origin = static_cast<No>(row.integer(6));
        out.type = static_cast<std::uint32_t>(row.integer(7));
    }
    row.reset();
    return there;
}

// F4: the message as it came, with attempt 1 and one replay more. Afresh: under another id, which receivers don't know.
// A row of a channel has the failure that sent it there (`sent_aside`), a dead letter what its flow may have been given.
bool replayed_envelope(const DeadLetter& letter, const Deed& deed, const Id128& secret, bool sent_aside, Meta& meta, std::string& envelope) {
    Headers headers;
    if (!letter.envelope.empty() && !decode_envelope(letter.envelope, headers, meta)) return false;
    meta.id = letter.mid;
    meta.attempt = 1;
    meta.replays += 1;
    if (sent_aside) meta.failure = nullptr;
    if (deed.afresh) {
        std::string salt = to_text(letter.mid);
        put_varint(salt, static_cast<std::uint64_t>(deed.now));
        put_varint(salt, meta.replays);
        meta.id = sip_hash(salt, secret);
    }
    envelope = encode_envelope(&headers, meta);
    return true;
}

DeedStep work_on_dead(const DeedParts& parts, DeedJob& job) {
    const bool discard = job.deed.sort == Deed::Sort::discard;
    bool more = false;
    std::uint64_t rows = 0;
    std::vector<No> woken;
    const auto end = parts.writer.transaction([&] {
        Told told(job.deed);
        Statement row(parts.database, "SELECT flow, mid, envelope, body, source, memo, origin, type FROM dead WHERE id=?");
        Statement gone(parts.database, "DELETE FROM dead WHERE id=?");
        const std::size_t index = job.index;
        const std::vector<RowId> ids = next_dead(parts, job, more);
        std::size_t bytes = 0;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            DeadLetter letter;
            if (!read_dead(row, ids[i], letter)) continue;
            if (bytes > 0 && bytes + letter.size() > bytes_at_once) {  // the rest goes into the next portion
                job.index = job.deed.rows.empty() ? 0 : index + i;
                job.after = ids[i] - 1;
                more = true;
                break;
            }
            bytes += letter.size() + 1;
            const No flow = parts.known(NameKind::flow, letter.flow).value_or(0);
            std::vector<RowId> due;
            if (!discard) {
                Meta meta;
                std::string text;
                if (!replayed_envelope(letter, job.deed, parts.secret, false, meta, text)) {
                    job.done.refused = "dead letter " + number_text(letter.id) + " can't be replayed: its envelope doesn't decode";
                    return false;
                }
                Due again;
                again.kind = DueKind::replay;
                again.at = parts.writer.now();
                again.mid = meta.id;
                again.origin = letter.origin;
                again.type = letter.type;
                const auto add = [&](const std::string& more_text, Slice& slice) {
                    slice = {static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(more_text.size())};
                    text += more_text;
                };
                again.envelope = {0, static_cast<std::uint32_t>(text.size())};
                add(letter.body, again.body);
                add(letter.source, again.source);
                if (!job.deed.afresh) add(letter.memo, again.memo);
                due.push_back(parts.rests.put_due(flow, again, text));
                if (std::find(woken.begin(), woken.end(), flow) == woken.end()) woken.push_back(flow);
            }
            gone.integer(1, letter.id).run();
            told.unit(flow, letter.mid, discard ? Outcome::discarded : Outcome::resting, {}, {letter.id}, std::move(due), job.deed.why);
            ++rows;
        }
        told.write(parts.writer);
        return rows > 0;
    });
    return ended(parts, job, end, more, rows, std::move(woken));
}

// Messages at rest: let go before their time, or withdrawn.
std::string begin_rests(const DeedParts& parts, DeedJob& job) {
    const Deed& deed = job.deed;
    const bool drops = deed.sort == Deed::Sort::drop;
    if (deed.flow.empty() && deed.rows.empty()) return "whose messages at rest?";
    if (drops && deed.why.empty()) return "what is dropped needs a reason";
    const std::optional<No> flow = parts.known(NameKind::flow, deed.flow);
    if (!deed.flow.empty() && !flow) return "the store knows no flow `" + deed.flow + "`";
    std::sort(job.deed.rows.begin(), job.deed.rows.end());
    job.deed.rows.erase(std::unique(job.deed.rows.begin(), job.deed.rows.end()), job.deed.rows.end());
    Statement one(parts.database, "SELECT flow FROM due WHERE id=?");
    for (const RowId id : job.deed.rows) {
        const bool there = one.integer(1, id).step();
        const No of = there ? static_cast<No>(one.integer(0)) : 0;
        one.reset();
        if (!there || (flow && of != *flow)) return "nothing is at rest under the number " + number_text(id) + (flow ? " in flow `" + deed.flow + "`" : "");
    }
    job.last = static_cast<RowId>(parts.database.number("SELECT ifnull(max(id), 0) FROM due"));
    return {};
}

// The rows of this portion: those that were named, or the next ones of all. `from`: a table, and how its condition begins.
std::vector<RowId> next_rows(const DeedParts& parts, DeedJob& job, const std::string& from, bool& more) {
    std::vector<RowId> ids;
    if (!job.deed.rows.empty()) {
        while (job.index < job.deed.rows.size() && ids.size() < rows_at_once) ids.push_back(job.deed.rows[job.index++]);
        more = job.index < job.deed.rows.size();
        return ids;
    }
    Statement next(parts.database, "SELECT id FROM " + from + " id>? AND id<=? ORDER BY id LIMIT ?");
    next.integer(1, job.after).integer(2, job.last).integer(3, static_cast<std::uint64_t>(rows_at_once));
    while (next.step()) ids.push_back(next.natural(0));
    more = ids.size() == rows_at_once;
    if (!ids.empty()) job.after = ids.back();
    return ids;
}

DeedStep work_on_rests(const DeedParts& parts, DeedJob& job) {
    const bool drops = job.deed.sort == Deed::Sort::drop;
    bool more = false;
    std::uint64_t rows = 0;
    std::vector<No> woken;
    const auto end = parts.writer.transaction([&] {
        Told told(job.deed);
        const std::string flow_of = std::to_string(parts.known(NameKind::flow, job.deed.flow).value_or(0));
        const std::vector<RowId> ids = next_rows(parts, job, "due WHERE flow=" + flow_of + " AND", more);
        Statement row(parts.database, "SELECT flow, mid, key_high FROM due WHERE id=?");
        Statement now(parts.database, "UPDATE due SET at=? WHERE id=?");
        for (const RowId id : ids) {
            Id128 mid;
            const bool there = row.integer(1, id).step() && row.read_id(1, mid);
            const No flow = there ? static_cast<No>(row.integer(0)) : 0;
            const bool holds = there && row.is_integer(2);
            row.reset();
            if (!there) continue;  // it has run meanwhile
            if (drops && holds && parts.in_use(flow)) {
                job.done.refused = "the message at rest " + number_text(id) + " holds its key: stop the engine to drop it";
                more = false;
                break;
            }
            if (drops) parts.rests.take_due(id);
            else now.integer(1, parts.writer.now().count()).integer(2, id).run();
            if (std::find(woken.begin(), woken.end(), flow) == woken.end()) woken.push_back(flow);
            if (drops) told.unit(flow, mid, Outcome::withdrawn, {Position::Sort::due, flow, 0, id, id + 1}, {}, {}, job.deed.why);
            else told.unit(flow, mid, Outcome::resting, {}, {}, {id}, job.deed.why);
            ++rows;
        }
        told.write(parts.writer);
        return rows > 0;
    });
    return ended(parts, job, end, more, rows, std::move(woken));
}

std::string begin_purge(const DeedParts& parts, DeedJob& job, No channel) {
    std::sort(job.deed.rows.begin(), job.deed.rows.end());
    job.deed.rows.erase(std::unique(job.deed.rows.begin(), job.deed.rows.end()), job.deed.rows.end());
    Statement there(parts.database, "SELECT 1 FROM " + channel_table(channel) + " WHERE id=?");
    for (const RowId id : job.deed.rows) {
        const bool found = there.integer(1, id).step();
        there.reset();
        if (!found) return "channel `" + job.deed.channel + "` has no row " + number_text(id);
    }
    job.last = parts.channels.durable_tail(channel);
    return {};
}

// One portion of rows. Those that every consumer is done with stay, for history; with `whole` they go too.
Writer::Ended purge_rows(const DeedParts& parts, DeedJob& job, No channel, bool whole, bool& more, std::uint64_t& rows) {
    const std::string table = channel_table(channel);
    const std::vector<No> consumers = parts.channels.consumers(channel);
    return parts.writer.transaction([&] {
        Told told(job.deed);
        Statement next(parts.database, "SELECT id, mid FROM " + table + " WHERE id>? AND id<=? ORDER BY id LIMIT ?");
        Statement gone(parts.database, "DELETE FROM " + table + " WHERE id=?");
        bool changed = false;
        const auto drop = [&](RowId id, const Id128& mid) {
            Position in;
            bool waited = consumers.empty();
            for (const No consumer : consumers) {
                const Position at{Position::Sort::consumer, consumer, 0, id, id + 1};
                if (parts.positions.is_done(at)) continue;
                waited = true;
                in = at;
                parts.positions.mark(at);
            }
            if (!waited && !whole) return;
            gone.integer(1, id).run();
            changed = true;
            if (!waited) return;
            told.unit(0, mid, Outcome::purged, in, {}, {}, job.deed.why);
            ++rows;
        };
        if (job.deed.rows.empty()) {
            std::vector<std::pair<RowId, Id128>> found;
            next.integer(1, job.after).integer(2, job.last).integer(3, static_cast<std::uint64_t>(rows_at_once));
            while (next.step()) {
                found.emplace_back(next.natural(0), Id128{});
                next.read_id(1, found.back().second);
            }
            next.reset();
            for (const auto& [id, mid] : found) drop(id, mid);
            if (!found.empty()) job.after = found.back().first;
            more = found.size() == rows_at_once;
        } else {
            for (std::size_t n = 0; n < rows_at_once && job.index < job.deed.rows.size(); ++n) {
                const RowId id = job.deed.rows[job.index++];
                Id128 mid;
                const bool there = next.integer(1, id - 1).integer(2, id).integer(3, 1).step() && next.read_id(1, mid);
                next.reset();
                if (there) drop(id, mid);
            }
            more = job.index < job.deed.rows.size();
        }
        told.write(parts.writer);
        return changed;
    });
}

DeedStep purge(const DeedParts& parts, DeedJob& job) {
    const auto channel = parts.known(NameKind::channel, job.deed.channel);
    if (!channel || !parts.channels.has(*channel)) return refuse(job, "the store has no channel `" + job.deed.channel + "`");
    if (job.deed.why.empty()) return refuse(job, "a purge needs a reason");
    if (!job.begun) {
        job.begun = true;
        if (std::string why = begin_purge(parts, job, *channel); !why.empty()) return refuse(job, std::move(why));
    }
    bool more = false;
    std::uint64_t rows = 0;
    const auto end = purge_rows(parts, job, *channel, false, more, rows);
    return ended(parts, job, end, more, rows, {});
}

// F4, out of a channel that a failure line names: the rest comes in and the row goes out in one commit. Rows that have not failed stay.
std::string begin_replay_rows(const DeedParts& parts, DeedJob& job, No channel) {
    if (std::string why = begin_purge(parts, job, channel); !why.empty()) return why;
    Statement envelope(parts.database, "SELECT headers FROM " + channel_table(channel) + " WHERE id=?");
    for (const RowId id : job.deed.rows) {
        Headers headers;
        Meta meta;
        const bool failed = envelope.integer(1, id).step() && decode_envelope(envelope.blob(0), headers, meta) && meta.failure;
        envelope.reset();
        if (!failed) return "row " + number_text(id) + " of `" + job.deed.channel + "` is no message that failed";
        if (!parts.known(NameKind::flow, meta.failure->flow)) return "the store knows no flow `" + meta.failure->flow + "`, in which row " + number_text(id) + " failed";
    }
    return {};
}

DeedStep replay_rows(const DeedParts& parts, DeedJob& job) {
    const auto channel = parts.known(NameKind::channel, job.deed.channel);
    if (!channel || !parts.channels.has(*channel)) return refuse(job, "the store has no channel `" + job.deed.channel + "`");
    if (!job.begun) {
        job.begun = true;
        if (std::string why = begin_replay_rows(parts, job, *channel); !why.empty()) return refuse(job, std::move(why));
    }
    const std::string table = channel_table(*channel);
    const std::vector<No> consumers = parts.channels.consumers(*channel);
    const No origin = job.deed.origin.empty() ? 0 : parts.known(NameKind::channel, job.deed.origin).value_or(0);
    bool more = false;
    std::uint64_t rows = 0;
    std::vector<No> woken;
    const auto end = parts.writer.transaction([&] {
        Told told(job.deed);
        const std::vector<RowId> ids = next_rows(parts, job, table + " WHERE", more);
        Statement row(parts.database, "SELECT mid, type, headers, body FROM " + table + " WHERE id=?");
        Statement gone(parts.database, "DELETE FROM " + table + " WHERE id=?");
        for (const RowId id : ids) {
            DeadLetter letter;
            const bool there = row.integer(1, id).step() && row.read_id(0, letter.mid);
            if (there) {
                letter.type = static_cast<std::uint32_t>(row.integer(1));
                letter.envelope = std::string(row.blob(2));
                letter.body = std::string(row.blob(3));
            }
            row.reset();
            Headers headers;
            Meta was;
            if (!there || !decode_envelope(letter.envelope, headers, was) || !was.failure) continue;
            letter.flow = was.failure->flow;
            const std::optional<No> flow = parts.known(NameKind::flow, letter.flow);
            if (!flow || (!job.deed.flow.empty() && letter.flow != job.deed.flow)) continue;
            Position in;
            bool waited = consumers.empty();
            for (const No consumer : consumers) {
                const Position at{Position::Sort::consumer, consumer, 0, id, id + 1};
                if (parts.positions.is_done(at)) continue;
                waited = true;
                in = at;
                parts.positions.mark(at);
            }
            if (!waited) continue;
            Meta meta;
            std::string text;
            if (!replayed_envelope(letter, job.deed, parts.secret, true, meta, text)) continue;
            Due again;
            again.kind = DueKind::replay;
            again.at = parts.writer.now();
            again.mid = meta.id;
            again.origin = origin;
            again.type = letter.type;
            again.envelope = {0, static_cast<std::uint32_t>(text.size())};
            again.body = {static_cast<std::uint32_t>(text.size()), static_cast<std::uint32_t>(letter.body.size())};
            text += letter.body;
            const RowId due = parts.rests.put_due(*flow, again, text);
            if (std::find(woken.begin(), woken.end(), *flow) == woken.end()) woken.push_back(*flow);
            gone.integer(1, id).run();
            told.unit(*flow, letter.mid, Outcome::resting, in, {}, {due}, job.deed.why);
            ++rows;
        }
        told.write(parts.writer);
        return rows > 0;
    });
    return ended(parts, job, end, more, rows, std::move(woken));
}

// Where a source stands, a subscription, a channel with its rows and subscriptions, or what a flow has at rest with its keys. Its number and the numbers of its rows are never given
// again: who comes back under the name starts as a new one.
DeedStep forget(const DeedParts& parts, DeedJob& job) {
    const Deed& deed = job.deed;
    if (deed.why.empty()) return refuse(job, "forgetting needs a reason");
    const auto channel = parts.known(NameKind::channel, deed.channel);
    const auto source = parts.known(NameKind::source, deed.channel);
    const auto subscription = parts.known(NameKind::subscription, deed.channel);
    const auto flow = parts.known(NameKind::flow, deed.channel);
    std::vector<std::pair<Position::Sort, No>> stands;
    if (source) stands.emplace_back(Position::Sort::source, *source);
    if (subscription) stands.emplace_back(Position::Sort::consumer, *subscription);
    if (channel)
        for (const No consumer : parts.channels.consumers(*channel)) stands.emplace_back(Position::Sort::consumer, consumer);
    bool used = (channel && parts.in_use(*channel)) || (flow && parts.in_use(*flow));
    for (const auto& [sort, no] : stands) used = used || parts.in_use(no);
    if (used) return refuse(job, "`" + deed.channel + "` is in use: take it out of the flows, or stop the engine, and forget it then");
    std::uint64_t places = 0;
    for (const auto& [sort, no] : stands) places += parts.positions.parts(sort, no).size();
    const std::vector<DueRow> resting = flow ? parts.rests.due_of(*flow) : std::vector<DueRow>();
    if (!channel && !flow && places == 0) return refuse(job, "the store has nothing by the name `" + deed.channel + "`");

    if (channel && !job.begun) job.last = parts.channels.durable_tail(*channel);
    job.begun = true;
    if (channel && job.after < job.last) {
        bool more = false;
        std::uint64_t rows = 0;
        const auto end = purge_rows(parts, job, *channel, true, more, rows);
        if (!more) job.after = job.last;
        return ended(parts, job, end, true, rows, {});
    }
    const auto end = parts.writer.transaction([&] {
        Told told(deed);
        Statement place(parts.database, "DELETE FROM position WHERE sort=? AND no=?");
        Statement consumer(parts.database, "DELETE FROM consumer WHERE no=?");
        Statement unread(parts.database, "DELETE FROM unread WHERE consumer=?");
        for (const auto& [sort, no] : stands) {
            place.integer(1, static_cast<int>(sort)).integer(2, no).run();
            if (sort != Position::Sort::consumer) continue;
            consumer.integer(1, no).run();
            unread.integer(1, no).run();
        }
        for (const DueRow& due : resting) {
            parts.rests.take_due(due.id);
            told.unit(0, due.mid, Outcome::purged, {Position::Sort::due, *flow, 0, due.id, due.id + 1}, {}, {}, deed.why);
        }
        if (flow) parts.rests.forget_keys(*flow);
        told.unit(0, {}, Outcome::purged, {}, {}, {}, "`" + deed.channel + "` forgotten: " + deed.why);
        told.write(parts.writer);
        return true;
    });
    if (end == Writer::Ended::committed)
        for (const auto& [sort, no] : stands) {
            parts.positions.erase(sort, no);
            if (sort == Position::Sort::consumer) parts.channels.unsubscribe(no);
        }
    return ended(parts, job, end, false, places + resting.size(), {});
}

}  // namespace

DeedStep carry_on(const DeedParts& parts, DeedJob& job) {
    switch (job.deed.sort) {
        case Deed::Sort::replay:
            if (!job.deed.channel.empty()) return replay_rows(parts, job);
            [[fallthrough]];
        case Deed::Sort::discard:
            if (!job.begun) {
                job.begun = true;
                if (std::string why = begin_dead(parts, job); !why.empty()) return refuse(job, std::move(why));
            }
            return work_on_dead(parts, job);
        case Deed::Sort::release:
        case Deed::Sort::drop:
            if (!job.begun) {
                job.begun = true;
                if (std::string why = begin_rests(parts, job); !why.empty()) return refuse(job, std::move(why));
            }
            return work_on_rests(parts, job);
        case Deed::Sort::purge: return purge(parts, job);
        case Deed::Sort::forget: return forget(parts, job);
    }
    return {};
}

}  // namespace weir
