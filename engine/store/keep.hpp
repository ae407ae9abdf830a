#pragma once
// C6: what a topic keeps for those who have not read it. Its rows go unread when they are too old or too many; each is told in the history for each
// subscription that had not read it, and counted there.
// Rows carry no engine time and no size, so a mark is made now and then: the rows up to here were put until this time, and the channel had got so many
// bytes by then. Marks are up to a 64th of what is kept apart, so that rows go up to that much later, never earlier. What was taken out by hand counts
// as if it were there until its neighbours go.
// Owner: the store. Thread: the writer's, or a visitor while the writer rests; `take` from any.
#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "engine/store/channels.hpp"
#include "engine/store/writer.hpp"

namespace weir {

class Keeper {
public:
    bool load(Database& database, std::string& why);  // the marks
    // From now on, in this run. Nothing to keep by: what stands, stays.
    void set(No channel, Keep keep, std::function<void(std::uint64_t)> removed, const Channels& channels);
    bool keeps(No channel) const;  // while `reading` is held, or by the writer
    bool some() const { return some_.load(std::memory_order_acquire); }  // does any topic? From any thread

    struct Parts {
        Channels& channels;
        Positions& positions;
        Writer& writer;
        Clock& clock;
        std::function<std::string(No)> name;
    };
    // What is due: marks, and rows that go, at most `most` of a topic. Each is a transaction. `more`: rows are left that can go. False: the store must not go on.
    bool pass(const Parts& parts, std::uint64_t most, bool& more);
    // When it is due next, in the store's time; none: not before something is put.
    std::optional<EngineTime> next(const Parts& parts) const;

    // Rows that somebody reads now are no longer unread: between `begin` and `end` no row goes.
    std::unique_lock<std::mutex> reading() const { return std::unique_lock(reading_); }
    void taken(No subscription, RowId next) { taken_[subscription] = std::max(taken_[subscription], next); }  // while `reading` is held
    void forget(No subscription);  // its reader is gone: what it had taken and not finished is unread again

private:
    struct Mark {
        RowId row = 0;
        EngineTime at{0};
        std::uint64_t bytes = 0;
    };
    struct Topic {
        No no = 0;
        Keep keep;
        std::function<void(std::uint64_t)> removed;
        std::deque<Mark> marks;
        std::uint64_t bytes_before = 0;  // that the channel got before this run, as its marks count
    };
    std::uint64_t bytes_of(const Topic& topic, const Channels& channels) const { return topic.bytes_before + channels.put_bytes(topic.no); }
    struct Going {
        RowId upto = 0;  // 0: nothing goes
        bool old = false;
    };
    std::optional<EngineTime> mark_due(const Topic& topic, const Parts& parts) const;
    Going going(const Topic& topic, const Parts& parts) const;
    Writer::Ended mark(Topic& topic, const Parts& parts);
    Writer::Ended remove(Topic& topic, const Parts& parts, std::uint64_t most, bool& more);

    Database* database_ = nullptr;
    std::atomic<bool> some_ = false;
    std::map<No, Topic> topics_;
    std::map<No, std::deque<Mark>> loaded_;
    mutable std::mutex reading_;
    std::map<No, RowId> taken_;  // by subscription: below are rows that it has read, and not necessarily finished
};

}  // namespace weir
