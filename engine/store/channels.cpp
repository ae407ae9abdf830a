#include "engine/store/channels.hpp"

#include <algorithm>
#include <cassert>

#include "engine/store/schema.hpp"

namespace weir {

bool Channels::load(Database& database, std::string& why) {
    database_ = &database;
    tail_ = Statement(database, "UPDATE channel SET tail=? WHERE no=?");
    first_ = Statement(database, "UPDATE channel SET first=? WHERE no=?");
    unsubscribed_ = Statement(database, "UPDATE channel SET unsubscribed=? WHERE no=?");
    {
        Statement rows(database, "SELECT no, tail, first, unsubscribed FROM channel");
        while (rows.step()) {
            auto channel = std::make_unique<Channel>();
            channel->no = static_cast<No>(rows.integer(0));
            channel->next = rows.natural(1);
            channel->tail = channel->next;
            channel->first = rows.natural(2);
            channel->unsubscribed = channel->next_unsubscribed = rows.natural(3);
            if (channels_.size() <= channel->no) channels_.resize(channel->no + 1);
            channels_[channel->no] = std::move(channel);
        }
        Statement consumers(database, "SELECT no, channel FROM consumer");
        while (consumers.step()) subscribe(static_cast<No>(consumers.integer(0)), static_cast<No>(consumers.integer(1)));
    }
    for (auto& channel : channels_)
        if (channel) prepare(*channel);
    why = database.text();
    return database.code() == 0;
}

void Channels::prepare(Channel& channel) {
    const std::string table = channel_table(channel.no);
    channel.insert = Statement(*database_, "INSERT INTO " + table + "(id, mid, at, type, headers, body) VALUES(?,?,?,?,?,?)");
    channel.remove = Statement(*database_, "DELETE FROM " + table + " WHERE id>=? AND id<?");
    channel.at = Statement(*database_, "SELECT at FROM " + table + " WHERE id>=? ORDER BY id LIMIT 1");
}

void Channels::add(No no) {
    if (channels_.size() <= no) channels_.resize(no + 1);
    database_->exec(("CREATE TABLE IF NOT EXISTS " + channel_table(no) +
                     "(id INTEGER PRIMARY KEY, mid BLOB NOT NULL, at INTEGER NOT NULL, type INTEGER NOT NULL, headers BLOB NOT NULL, body BLOB NOT NULL)")
                        .c_str());
    {
        Statement row(*database_, "INSERT INTO channel(no, tail, first) VALUES(?,0,1)");
        row.integer(1, no).run();
    }
    auto channel = std::make_unique<Channel>();
    channel->no = no;
    prepare(*channel);
    if (database_->code() == 0) channels_[no] = std::move(channel);
}

void Channels::subscribe(No subscription, No channel) {
    if (has(channel)) channels_[channel]->consumers.push_back(subscription);
}
void Channels::unsubscribe(No subscription) {
    for (const auto& channel : channels_)
        if (channel) std::erase(channel->consumers, subscription);
}
void Channels::topic(No no) {
    if (has(no)) channels_[no]->topic = true;
}
bool Channels::subscribed(No subscription) const {
    for (const auto& channel : channels_)
        if (channel && std::find(channel->consumers.begin(), channel->consumers.end(), subscription) != channel->consumers.end()) return true;
    return false;
}
std::vector<No> Channels::consumers(No channel) const { return has(channel) ? channels_[channel]->consumers : std::vector<No>(); }

RowId Channels::first_row(No no) { return has(no) ? channels_[no]->first : 1; }

std::uint64_t Channels::put_bytes(No no) const { return has(no) ? channels_[no]->bytes : 0; }

RowId Channels::put(No no, std::int64_t at, const Id128& id, std::uint32_t type, std::string_view envelope, std::string_view body) {
    assert(has(no) && "a put into a channel without a number");
    Channel& channel = *channels_[no];
    if (channel.topic && channel.consumers.empty()) {
        if (channel.next_unsubscribed++ == channel.unsubscribed) unheard_.push_back(no);
        return 0;
    }
    if (!channel.touched) {
        channel.touched = true;
        touched_.push_back(no);
    }
    const RowId row = ++channel.next;
    channel.next_bytes += envelope.size() + body.size();
    channel.insert.integer(1, row).id(2, id).integer(3, at).integer(4, type).blob(5, envelope).blob(6, body).run();
    return row;
}

void Channels::write() {
    for (const No no : touched_) tail_.integer(1, channels_[no]->next).integer(2, no).run();
    for (const No no : unheard_) unsubscribed_.integer(1, channels_[no]->next_unsubscribed).integer(2, no).run();
}
void Channels::adopt() {
    for (const No no : touched_) {
        channels_[no]->bytes = channels_[no]->next_bytes;
        channels_[no]->tail.store(channels_[no]->next, std::memory_order_release);
        channels_[no]->touched = false;
    }
    touched_.clear();
    for (const No no : unheard_) channels_[no]->unsubscribed = channels_[no]->next_unsubscribed;
    unheard_.clear();
    for (const auto& [no, first] : trimmed_) channels_[no]->first = first;
    trimmed_.clear();
}
void Channels::drop() {
    trimmed_.clear();
    for (const No no : touched_) {
        channels_[no]->next = channels_[no]->tail.load(std::memory_order_relaxed);
        channels_[no]->next_bytes = channels_[no]->bytes;
        channels_[no]->touched = false;
    }
    touched_.clear();
    for (const No no : unheard_) channels_[no]->next_unsubscribed = channels_[no]->unsubscribed;
    unheard_.clear();
}

void Channels::watch(No no, const Positions& positions) {
    if (!has(no)) return;
    if (std::find(watched_.begin(), watched_.end(), no) == watched_.end()) watched_.push_back(no);
    measure(*channels_[no], positions);
}
void Channels::measure(const Positions& positions) {
    for (const No no : watched_) measure(*channels_[no], positions);
}
void Channels::recount() {
    for (const No no : watched_) channels_[no]->count_anew = true;
}

void Channels::measure(Channel& channel, const Positions& positions) {
    const std::uint64_t tail = channel.tail.load(std::memory_order_relaxed);
    std::uint64_t deepest = 0;
    for (const No consumer : channel.consumers) deepest = std::max(deepest, positions.open(Position::Sort::consumer, consumer, 0, tail + 1));
    if (channel.consumers.empty() && !channel.topic) {
        if (channel.count_anew) {
            channel.counted = static_cast<std::uint64_t>(database_->number(("SELECT count(*) FROM " + channel_table(channel.no)).c_str()));
            channel.counted_at = tail;
            channel.count_anew = false;
        }
        deepest = channel.counted + (tail - channel.counted_at);
    }
    channel.depth.store(deepest, std::memory_order_release);
}

std::uint64_t Channels::trim(const Positions& positions, std::int64_t before, std::uint64_t most) {
    std::uint64_t gone = 0;
    for (std::size_t i = 0; i < channels_.size() && gone < most; ++i) {
        next_trim_ = (next_trim_ + 1) % channels_.size();
        if (channels_[next_trim_]) gone += trim(*channels_[next_trim_], positions, before, most - gone);
    }
    return gone;
}

std::uint64_t Channels::trim(Channel& channel, const Positions& positions, std::int64_t before, std::uint64_t most) {
    if (channel.consumers.empty() && !channel.topic) return 0;  // nobody has said that these rows may go
    RowId end = std::min(channel.first + most, channel.tail.load(std::memory_order_relaxed) + 1);
    for (const No consumer : channel.consumers) {
        const auto low = positions.low(Position::Sort::consumer, consumer, 0);
        if (!low) return 0;
        end = std::min(end, *low);
    }
    // A row that was purged is as old as the next one.
    const auto old = [&](RowId row) {
        channel.at.integer(1, row);
        const bool is_old = channel.at.step() ? channel.at.integer(0) < before : true;
        channel.at.reset();
        return is_old;
    };
    // Rows of a channel are as old as their number is low, so the boundary is searched, not scanned.
    if (end <= channel.first || !old(channel.first)) return 0;
    RowId keep = end;
    if (!old(end - 1)) {
        RowId gone = channel.first;
        for (keep = end - 1; keep - gone > 1;) {
            const RowId middle = gone + (keep - gone) / 2;
            (old(middle) ? gone : keep) = middle;
        }
    }
    const std::uint64_t gone = keep - channel.first;
    cut(channel.no, keep);
    return gone;
}

void Channels::cut(No no, RowId keep) {
    Channel& channel = *channels_[no];
    channel.remove.integer(1, channel.first).integer(2, keep).run();
    first_.integer(1, keep).integer(2, no).run();
    trimmed_.emplace_back(no, keep);
}

}  // namespace weir
