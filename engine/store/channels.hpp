#pragma once
// The durable channels: a table each, append-only, with the tail kept beside it because an emptied table would count from 1 again (I5).
// Owner: the store. Thread: the writer's, or a visitor while the writer rests; `durable_tail` from any.
#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "engine/ports/store.hpp"
#include "engine/store/positions.hpp"
#include "engine/store/sqlite.hpp"

namespace weir {

class Channels {
public:
    bool load(Database& database, std::string& why);
    void add(No no);                                  // makes its table; errors stick to the database
    void subscribe(No subscription, No channel);      // remembered for trimming
    void unsubscribe(No subscription);
    bool subscribed(No subscription) const;
    void topic(No no);                                // has rows only while somebody subscribes
    bool has(No no) const { return no < channels_.size() && channels_[no]; }
    RowId first_row(No no);                           // the oldest kept, else tail + 1
    std::uint64_t put_bytes(No no) const;             // envelopes and bodies that came in this run; durable

    // Inside a transaction. 0: nobody subscribes, and the row was not written.
    RowId put(No no, std::int64_t at, const Id128& id, std::uint32_t type, std::string_view envelope, std::string_view body);
    void cut(No no, RowId keep);  // nothing below is kept
    void write();  // the tails
    void adopt();
    void drop();
    const std::vector<No>& touched() const { return touched_; }

    std::uint64_t durable_tail(No no) const { return has(no) ? channels_[no]->tail.load(std::memory_order_acquire) : 0; }
    std::vector<No> consumers(No channel) const;

    // From here on `depth` is kept for the channel. After a commit: `measure`; after rows went by hand: `recount`.
    void watch(No no, const Positions& positions);
    void measure(const Positions& positions);
    void recount();
    std::uint64_t depth(No no) const { return has(no) ? channels_[no]->depth.load(std::memory_order_acquire) : 0; }

    // C3: removes rows that every consumer is done with and that are older than `before`, at most `most`, inside a transaction. How many.
    std::uint64_t trim(const Positions& positions, std::int64_t before, std::uint64_t most);

private:
    struct Channel {
        No no = 0;
        std::atomic<std::uint64_t> tail = 0;  // durable
        RowId next = 0;                       // proposed
        RowId first = 1;                      // nothing below is kept
        std::uint64_t bytes = 0, next_bytes = 0;  // put in this run
        bool touched = false;
        bool topic = false;
        std::uint64_t unsubscribed = 0, next_unsubscribed = 0;  // puts that nobody waited for
        std::atomic<std::uint64_t> depth = 0; // of a watched channel
        std::uint64_t counted = 0;            // watched, without a consumer: rows that stood when `counted_at` was the tail
        RowId counted_at = 0;
        bool count_anew = true;
        Statement insert, remove, at;
        std::vector<No> consumers;
    };
    void prepare(Channel& channel);
    std::uint64_t trim(Channel& channel, const Positions& positions, std::int64_t before, std::uint64_t most);

    Database* database_ = nullptr;
    std::vector<std::unique_ptr<Channel>> channels_;  // by number
    std::vector<No> touched_, unheard_, watched_;
    void measure(Channel& channel, const Positions& positions);
    std::size_t next_trim_ = 0;
    std::vector<std::pair<No, RowId>> trimmed_;  // proposed: this channel keeps nothing below that row
    Statement tail_, first_, unsubscribed_;
};

}  // namespace weir
