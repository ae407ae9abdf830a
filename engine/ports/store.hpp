#pragma once
// What the engine asks of its store, and what it gets back (semantics.md 14). Row numbers only grow within a table.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/message/id.hpp"
#include "engine/message/message.hpp"
#include "engine/ports/files.hpp"
#include "engine/ports/result.hpp"
#include "engine/ports/world.hpp"

namespace weir {

using RowId = std::uint64_t;
using No = std::uint32_t;  // number of a name (flow, channel, source): given once, stored, never used again

enum class NameKind : std::uint8_t { flow, channel, source, subscription };

// Where a message stood at its source: [at, end) of one part. Numbers grow within a part. Sort none: nothing to remember.
struct Position {
    enum class Sort : std::uint8_t { none, consumer, source } sort = Sort::none;
    No no = 0;              // subscription (consumer) or source
    std::uint64_t part = 0; // of a source: for files a hash of device, inode and birth time; consumers: 0
    std::uint64_t at = 0, end = 0;
};
// What is done of one part: everything below `low`, and the ranges above it (C2 the other way round: the gaps are what is open).
struct Range {
    std::uint64_t begin = 0, end = 0;
};
struct PartState {
    std::uint64_t part = 0;
    std::uint64_t low = 0;
    std::vector<Range> done;   // sorted, disjoint, all above low
    std::string note;          // the source's own: path, length and hash of its beginning (X5), ..
};

enum class Outcome : std::uint8_t { done, filtered, discarded, dead, moved, refused };  // how a unit ended; moved: a failure action sent it elsewhere

// A slice of Commit::bytes.
struct Slice {
    std::uint32_t begin = 0, length = 0;
};
struct Put {           // one message into a channel
    No channel = 0;
    Id128 id;
    std::uint32_t type = 0;
    Slice envelope, body;
};
struct Line {          // X1: what is appended to a file; file is an index into Commit::files
    std::uint32_t file = 0;
    Slice text;        // with its newline
};
struct Dead {          // a row of FLOW.dead (F3)
    Failure failure;
    Id128 id;
    Slice envelope, body;
};
struct UnitWrite {     // all or nothing (U3)
    Position position;
    Id128 id;
    Outcome outcome = Outcome::done;
    std::uint32_t attempt = 1;
    std::uint32_t puts_end = 0, lines_end = 0, dead_end = 0;  // its rows end there; they begin where the unit before ended
    Slice arrival;     // copied input of an edge source without a reference (S9); empty: the position is the reference
};
// What a run of units of one flow asks of the store, in one go.
struct Commit {
    No flow = 0;
    std::int64_t now = 0;
    bool history = true;
    std::vector<UnitWrite> units;
    std::vector<Put> puts;
    std::vector<Line> lines;
    std::vector<Dead> dead;
    std::vector<std::string> files;          // paths of `lines`
    std::vector<std::pair<std::uint64_t, std::string>> notes;  // (part, note) of sources in this commit that changed
    std::string bytes;
};
enum class Fate : std::uint8_t {
    durable,      // committed
    waits,        // the world has no room now (disk full, a file that can't be written): nothing committed, offer again
    quarantined,  // S3: this one alone breaks the store
};
struct Committed {
    std::vector<Fate> fates;  // by unit
    std::string why;          // of the first that waits
};

struct Row {
    RowId id = 0;
    Id128 mid;
    std::int64_t at = 0;
    std::uint32_t type = 0;
    std::string envelope;
    std::string body;  // with json_padding behind it in capacity: use Body::copy_of
};
struct DeadRow {
    RowId id = 0;
    std::int64_t at = 0;
    std::string flow;
    Failure failure;
    Id128 mid;
    std::string envelope, body;
};
struct HistoryRow {
    std::uint64_t no = 0;      // of the unit
    std::int64_t at = 0;
    std::string flow;
    std::string plan;          // hash
    Outcome outcome = Outcome::done;
    Id128 mid;
    Position in;
    std::uint32_t attempt = 1;
    std::vector<std::pair<std::string, RowId>> out;  // channel, row; files as path, 0
};
struct ChannelFigures {
    std::string name;
    std::uint64_t depth = 0, in_flight = 0;
    std::int64_t oldest = 0;   // wall time of the oldest row nobody has taken; 0: none
};

// The store of one engine. `commit` and `on_tail` may be called from any thread; their continuations run on `home`.
// Promise: a fate `durable` is given after COMMIT returned under synchronous=FULL, and after the lines of its unit were synced.
struct Store {
    virtual ~Store() = default;
    // Numbers for names; the same name gets the same number for ever. Before the first commit, or between commits.
    virtual No number(NameKind kind, std::string_view name) = 0;
    virtual void keep_plan(std::string_view hash, std::string_view texts) = 0;
    virtual std::vector<PartState> parts(Position::Sort sort, No no) = 0;          // where a source or consumer stands
    virtual std::uint64_t tail(No channel) = 0;                                    // number of the newest row
    virtual void subscribe(No subscription, No channel, bool since_oldest) = 0;    // C4; a known one stays where it is
    virtual void commit(Commit commit, Executor& home, Then<Committed> then) = 0;
    // Rows with `after` < id, at most `rows` and `bytes` (at least one). On the caller's thread, from a read-only view.
    virtual Result<std::vector<Row>> read(No channel, RowId after, std::size_t rows, std::size_t bytes) = 0;
    // Calls `woken` on `home` after each commit that put into the channel (coalesced). Stays until the store ends.
    virtual void on_put(No channel, Executor& home, std::function<void()> woken) = 0;
    virtual void stop(Task then) = 0;                                              // writes what is pending, marks clean (N3)
    virtual Id128 secret() const { return {}; }                                    // I4, K1: made with the store, never shown
    virtual Id128 incarnation() const { return {}; }                               // I6: another one after a backup was restored
};

}  // namespace weir
