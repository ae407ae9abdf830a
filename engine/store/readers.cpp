#include "engine/store/readers.hpp"

#include <algorithm>

#include "engine/store/letters.hpp"
#include "engine/store/rests.hpp"
#include "engine/store/schema.hpp"

namespace weir {

std::string channel_rows_sql(No channel) {
    return "SELECT id, mid, at, type, headers, body FROM " + channel_table(channel) + " WHERE id>? ORDER BY id LIMIT ?";
}

std::vector<Row> read_rows(Statement& rows, RowId after, std::size_t count, std::size_t bytes, std::vector<BadRow>& bad) {
    std::vector<Row> out;
    out.reserve(std::min<std::size_t>(count, 256));
    std::size_t held = 0;
    rows.integer(1, after).integer(2, static_cast<std::uint64_t>(count));
    while (rows.step()) {
        const auto envelope = rows.blob(4);
        const auto body = rows.blob(5);
        if (!out.empty() && held + envelope.size() + body.size() > bytes) break;
        Id128 mid;
        if (!rows.read_id(1, mid) || !rows.is_integer(2) || !rows.is_integer(3)) {
            bad.push_back({rows.natural(0), "a column is not what it should be"});
            continue;
        }
        held += envelope.size() + body.size();
        Row& row = out.emplace_back();
        row.id = rows.natural(0);
        row.mid = mid;
        row.at = rows.integer(2);
        row.type = static_cast<std::uint32_t>(rows.integer(3));
        row.envelope.assign(envelope);
        row.body.reserve(body.size() + json_padding);
        row.body.assign(body);
    }
    rows.reset();
    return out;
}

Result<std::unique_ptr<Readers::Reader>> Readers::take() {
    {
        std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto reader = std::move(idle_.back());
            idle_.pop_back();
            return reader;
        }
    }
    auto database = Database::open(path_, Database::How::read_only, vfs_);
    if (!database) return database.error();
    auto reader = std::make_unique<Reader>();
    reader->database = std::move(*database);
    reader->database->keep_log_on_close();
    reader->database->exec("PRAGMA query_only=ON");
    reader->database->exec("PRAGMA mmap_size=0");
    if (reader->database->code() != 0) return Error{0, "the store can't be read: " + reader->database->text()};
    return reader;
}

Result<DueRow> Readers::due_row(RowId id) {
    std::shared_lock open(gate_);
    auto reader = take();
    if (!reader) return reader.error();
    Database& database = *(*reader)->database;
    if (!(*reader)->due) (*reader)->due = Statement(database, due_row_sql());
    auto found = one_due((*reader)->due, id);
    if (database.code() != 0) return Error{0, "a due row can't be read: " + database.text()};
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(*reader));
    return found;
}

Result<StoredReply> Readers::reply(RowId seen) {
    std::shared_lock open(gate_);
    auto reader = take();
    if (!reader) return reader.error();
    Database& database = *(*reader)->database;
    if (!(*reader)->reply) (*reader)->reply = Statement(database, seen_reply_sql());
    auto found = one_reply((*reader)->reply, seen);
    if (database.code() != 0) return Error{0, "a reply can't be read: " + database.text()};
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(*reader));
    return found;
}

Result<std::vector<DeadRow>> Readers::dead_letters(std::string_view flow, RowId after, std::size_t rows) {
    std::shared_lock open(gate_);
    auto reader = take();
    if (!reader) return reader.error();
    Database& database = *(*reader)->database;
    if (!(*reader)->dead) (*reader)->dead = Statement(database, dead_rows_sql().c_str());
    auto found = read_letters((*reader)->dead, flow, after, rows);
    if (database.code() != 0) return Error{0, "dead letters can't be read: " + database.text()};
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(*reader));
    return found;
}

Result<std::vector<Row>> Readers::read(No channel, RowId after, std::size_t rows, std::size_t bytes, std::vector<BadRow>& bad) {
    std::shared_lock open(gate_);
    auto reader = take();
    if (!reader) return reader.error();
    auto& by_channel = (*reader)->by_channel;
    if (by_channel.size() <= channel) by_channel.resize(channel + 1);
    Statement& statement = by_channel[channel];
    Database& database = *(*reader)->database;
    if (!statement) statement = Statement(database, channel_rows_sql(channel));
    auto found = read_rows(statement, after, rows, bytes, bad);
    if (database.code() != 0) return Error{0, "a channel can't be read: " + database.text()};  // and this connection is not used again
    std::lock_guard lock(mutex_);
    idle_.push_back(std::move(*reader));
    return found;
}

}  // namespace weir
