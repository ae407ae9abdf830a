#include "engine/store/rests.hpp"

#include <algorithm>

namespace weir {

namespace {

constexpr std::uint64_t swept_at_once = 2000;
constexpr EngineTime suspected_for = std::chrono::hours(7 * 24);
std::string_view at(std::string_view bytes, Slice slice) { return bytes.substr(slice.begin, slice.length); }

}  // namespace

// The small columns come first: a listing leaves the pages of the texts alone.
std::string due_row_sql() {
    return "SELECT id, at, kind, flow, mid, attempt, key_high, key_low, body_hash, origin, type, envelope, body, source, memo FROM due WHERE id=?";
}
std::string seen_reply_sql() { return "SELECT status, format, headers, body FROM seen WHERE id=?"; }

DueRow read_due(const Statement& row, bool whole) {
    DueRow due;
    due.id = row.natural(0);
    due.at = EngineTime(row.integer(1));
    due.kind = static_cast<DueKind>(row.integer(2));
    due.flow = static_cast<No>(row.integer(3));
    row.read_id(4, due.mid);
    due.attempt = static_cast<std::uint32_t>(row.integer(5));
    if (row.is_integer(6)) due.key = Key{{row.natural(6), row.natural(7)}, row.natural(8)};
    due.origin = static_cast<No>(row.integer(9));
    due.type = static_cast<std::uint32_t>(row.integer(10));
    if (!whole) return due;
    due.envelope = std::string(row.blob(11));
    const auto body = row.blob(12);
    due.body.reserve(body.size() + json_padding);
    due.body.assign(body);
    due.source = std::string(row.blob(13));
    due.memo = std::string(row.blob(14));
    return due;
}

Result<DueRow> one_due(Statement& statement, RowId id) {
    if (!statement.integer(1, id).step()) {
        statement.reset();
        return Error{0, "the store has no due row " + std::to_string(id)};
    }
    DueRow due = read_due(statement, true);
    statement.reset();
    return due;
}

Result<StoredReply> one_reply(Statement& statement, RowId id) {
    if (!statement.integer(1, id).step()) {
        statement.reset();
        return Error{0, "the store has no key " + std::to_string(id) + " any more"};
    }
    StoredReply reply{static_cast<std::uint16_t>(statement.integer(0)), static_cast<std::uint8_t>(statement.integer(1)), std::string(statement.blob(2)),
                      std::string(statement.blob(3))};
    statement.reset();
    return reply;
}

bool Rests::load(Database& database, RowId due, RowId seen, std::string& why) {
    database_ = &database;
    due_ = next_due_ = due;
    seen_ = next_seen_ = seen;
    // What is written over in place keeps its number (R5).
    due_insert_ = Statement(database,
                            "INSERT OR REPLACE INTO due(id, at, kind, flow, mid, attempt, key_high, key_low, body_hash, origin, type, envelope, body, source, memo) "
                            "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
    due_delete_ = Statement(database, "DELETE FROM due WHERE id=?");
    seen_insert_ = Statement(database, "INSERT INTO seen(id, flow, until, key_high, key_low, body_hash, status, format, headers, body) VALUES(?,?,?,?,?,?,?,?,?,?)");
    seen_first_ = Statement(database, "SELECT id, until FROM seen ORDER BY id LIMIT 1");
    seen_delete_ = Statement(database, "DELETE FROM seen WHERE id>=? AND id<? AND until<=?");
    recorded_insert_ = Statement(database, "INSERT INTO recorded(id, node, body) VALUES(?,?,?)");
    recorded_delete_ = Statement(database, "DELETE FROM recorded WHERE id<?");
    suspect_delete_ = Statement(database, "DELETE FROM suspect WHERE id=?");
    why = database.text();
    return database.code() == 0;
}

RowId Rests::put_due(No flow, const Due& due, std::string_view bytes) {
    const RowId id = due.id != 0 ? due.id : ++next_due_;
    due_insert_.integer(1, id).integer(2, due.at.count()).integer(3, static_cast<int>(due.kind)).integer(4, flow).id(5, due.mid).integer(6, due.attempt);
    if (due.key)
        due_insert_.integer(7, due.key->fingerprint.high).integer(8, due.key->fingerprint.low).integer(9, due.key->body_hash);
    else
        due_insert_.null(7).null(8).null(9);
    due_insert_.integer(10, due.origin).integer(11, due.type).blob(12, at(bytes, due.envelope)).blob(13, at(bytes, due.body));
    due_insert_.blob(14, at(bytes, due.source)).blob(15, at(bytes, due.memo)).run();
    return id;
}

void Rests::take_due(RowId id) { due_delete_.integer(1, id).run(); }

RowId Rests::put_seen(No flow, const Seen& seen, std::string_view bytes) {
    const RowId id = ++next_seen_;
    seen_insert_.integer(1, id).integer(2, flow).integer(3, seen.until.count()).integer(4, seen.key.fingerprint.high).integer(5, seen.key.fingerprint.low);
    seen_insert_.integer(6, seen.key.body_hash).integer(7, static_cast<int>(seen.status)).integer(8, static_cast<int>(seen.format));
    seen_insert_.blob(9, at(bytes, seen.headers)).blob(10, at(bytes, seen.body)).run();
    return id;
}

void Rests::forget_keys(No flow) {
    Statement gone(*database_, "DELETE FROM seen WHERE flow=?");
    gone.integer(1, flow).run();
}

bool Rests::accuse(const std::vector<Suspect>& named, EngineTime now) {
    Statement old(*database_, "DELETE FROM suspect WHERE at<?");
    old.integer(1, (now - suspected_for).count()).run();
    const bool some = database_->changed() > 0;
    for (const Suspect& each : named) {
        Statement known(*database_, "UPDATE suspect SET crashes=crashes+1, step=?, at=? WHERE name=? AND flow=?");
        known.integer(1, each.step).integer(2, now.count()).id(3, each.name).integer(4, each.flow).run();
        if (database_->changed() > 0) continue;
        Statement fresh(*database_, "INSERT INTO suspect(name, flow, crashes, step, at) VALUES(?,?,1,?,?)");
        fresh.id(1, each.name).integer(2, each.flow).integer(3, each.step).integer(4, now.count()).run();
    }
    return some || !named.empty();
}

void Rests::forget_suspect(RowId id) { suspect_delete_.integer(1, id).run(); }

// Numbered by their unit, so that they go with its history row by range.
void Rests::put_recorded(std::uint64_t unit, std::size_t index, const Recorded& recorded, std::string_view bytes) {
    if (index >= most_recorded) return;
    recorded_insert_.integer(1, unit * most_recorded + index).integer(2, recorded.node).blob(3, at(bytes, recorded.body)).run();
}

void Rests::adopt() {
    due_ = next_due_;
    seen_ = next_seen_;
}
void Rests::drop() {
    next_due_ = due_;
    next_seen_ = seen_;
}

// Keys of one flow end in the order of their numbers, those of several may not: the oldest go by range, and a slow sweep looks for others.
std::uint64_t Rests::trim_seen(EngineTime now, std::uint64_t most) {
    const bool some = seen_first_.step();
    const RowId first = some ? seen_first_.natural(0) : 0;
    const bool over = some && seen_first_.integer(1) <= now.count();
    seen_first_.reset();
    if (!some) return 0;
    const auto remove = [&](RowId from, std::uint64_t count) {
        seen_delete_.integer(1, from).integer(2, from + count).integer(3, now.count()).run();
        return database_->changed();
    };
    if (over) return remove(first, most);
    const RowId from = std::max(first, sweep_);
    sweep_ = from + swept_at_once > seen_ ? 0 : from + swept_at_once;
    return remove(from, swept_at_once);
}

void Rests::trim_recorded(std::uint64_t before_unit) { recorded_delete_.integer(1, before_unit * most_recorded).run(); }

std::vector<DueRow> Rests::due_of(No flow) {
    std::vector<DueRow> found;
    Statement rows(*database_, "SELECT id, at, kind, flow, mid, attempt, key_high, key_low, body_hash, origin, type FROM due WHERE flow=?");
    rows.integer(1, flow);
    while (rows.step()) found.push_back(read_due(rows, false));
    std::sort(found.begin(), found.end(), [](const DueRow& a, const DueRow& b) { return a.at != b.at ? a.at < b.at : a.id < b.id; });
    return found;
}

std::vector<SeenRow> Rests::seen_of(No flow, EngineTime now) {
    std::vector<SeenRow> found;
    Statement rows(*database_, "SELECT id, until, key_high, key_low, body_hash FROM seen WHERE flow=? AND until>? ORDER BY id");
    rows.integer(1, flow).integer(2, now.count());
    while (rows.step()) found.push_back({rows.natural(0), Key{{rows.natural(2), rows.natural(3)}, rows.natural(4)}, EngineTime(rows.integer(1))});
    return found;
}

std::vector<Suspect> Rests::suspects() {
    std::vector<Suspect> found;
    Statement rows(*database_, "SELECT id, name, flow, crashes, step FROM suspect ORDER BY id");
    while (rows.step()) {
        Suspect& each = found.emplace_back();
        each.id = rows.natural(0);
        rows.read_id(1, each.name);
        each.flow = static_cast<No>(rows.integer(2));
        each.crashes = static_cast<std::uint32_t>(rows.integer(3));
        each.step = rows.natural(4);
    }
    return found;
}

}  // namespace weir
