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
    enum class Sort : std::uint8_t { none, consumer, source, due, dead } sort = Sort::none;
    No no = 0;              // subscription (consumer) or source; due: the flow; dead: the flow whose dead letter it was
    std::uint64_t part = 0; // of a source: for files a hash of device, inode and birth time; consumers: 0
                            // due: `at` is the row, deleted by the commit, or written over by a Due of the unit with that id
                            // dead: `at` is the row, deleted by the commit
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

// How a unit ended. moved: a failure action sent it elsewhere; resting: a due row has it; undeliverable: a reply nobody waited for.
// unsubscribed, purged (by hand, or by what a topic keeps) and withdrawn are written by the store or a command.
enum class Outcome : std::uint8_t { done, filtered, discarded, dead, moved, refused, resting, duplicate, undeliverable, unsubscribed, withdrawn, purged };

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
    Slice text;        // of that file's text, with its newline
};
struct FileLines {     // a file of a commit, and all that its lines are slices of: written as it stands, without another copy
    std::string path, text;
};
// K1, K2. Nothing is kept of a key but these.
struct Fingerprint {
    std::uint64_t high = 0, low = 0;
    bool operator==(const Fingerprint&) const = default;
};
struct Key {
    Fingerprint fingerprint;
    std::uint64_t body_hash = 0;   // K5
    bool operator==(const Key&) const = default;
};
struct Dead {          // a row of FLOW.dead (F3)
    Failure failure;
    Id128 id;
    Slice envelope, body;
    Slice source, memo;    // the facts of its delivery, as JSON; what it has done already (U5)
    No origin = 0;         // channel it came from; 0: an endpoint
    std::uint32_t type = 0;
};
enum class DueKind : std::uint8_t { retry, replay };
struct Due {           // a message at rest, with everything that its next unit needs (R1)
    DueKind kind = DueKind::retry;
    RowId id = 0;          // 0: a new row; else the one that this unit came from, written over in place (R5)
    EngineTime at{0};      // Store::now()
    Id128 mid;
    std::uint32_t attempt = 1;
    std::optional<Key> key;  // held by this row (K2)
    Slice envelope, body, source, memo;
    No origin = 0;
    std::uint32_t type = 0;
};
struct Seen {          // the unit's key is done (K3)
    Key key;
    EngineTime until{0};
    std::uint16_t status = 0;  // of the reply that was given, for the next that asks (K5); 0: none
    Slice headers, body;       // of that reply; headers as an envelope
    std::uint8_t format = 0;
};
struct Recorded {      // the reply of a call, so that a trace can compute again what came behind it (S9)
    std::uint64_t node = 0;    // identity hash
    Slice body;
};
// R9: a message that was in a step when the engine ended badly.
struct Suspect {
    RowId id = 0;
    Id128 name;                // of the message: its id, or a hash of its bytes where it has no identity
    No flow = 0;
    std::uint32_t crashes = 0;
    std::uint64_t step = 0;    // identity hash of the step that it was in at the last time; 0: before the first
};
struct UnitWrite {     // all or nothing (U3)
    Position position;
    Id128 id;
    Outcome outcome = Outcome::done;
    std::uint32_t attempt = 1;
    std::uint32_t puts_end = 0, lines_end = 0, dead_end = 0, due_end = 0, seen_end = 0, recorded_end = 0;  // its rows end there; they begin where the unit before ended
    std::int64_t now = 0;      // wall time of the run, where it is not the commit's
    Slice why;         // of what was discarded, for the history
    RowId suspect = 0; // its row of suspects, which goes with this commit; 0: it is none, or stays one
    Slice arrival;     // copied input of an edge source without a reference (S9); empty: the position is the reference
};
// What a run of units of one flow asks of the store, in one go.
struct Commit {
    No flow = 0;
    std::int64_t now = 0;
    bool history = true;
    bool more_follows = false;  // its flow is in the middle of a burst: waiting a moment for the next makes fewer, larger commits
    std::vector<UnitWrite> units;
    std::vector<Put> puts;
    std::vector<Line> lines;
    std::vector<Dead> dead;
    std::vector<Due> due;
    std::vector<Seen> seen;
    std::vector<Recorded> recorded;
    std::vector<FileLines> files;            // of `lines`
    std::vector<std::pair<std::uint64_t, std::string>> notes;  // (part, note) of sources in this commit that changed
    std::string bytes;

    std::size_t size() const {               // of what it carries
        std::size_t all = bytes.size();
        for (const FileLines& file : files) all += file.text.size();
        return all;
    }
};
enum class Fate : std::uint8_t {
    durable,      // committed
    waits,        // the world has no room now (disk full, a file that can't be written): nothing committed, offer again
    quarantined,  // S3: this one alone breaks the store
};
struct Committed {
    std::vector<Fate> fates;  // by unit
    std::vector<RowId> due, seen;  // numbers that the rows got, by index of Commit::due and Commit::seen
    std::string why;          // of the first that waits
    Commit spent;             // what was asked, for who wants to use its memory again
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
    std::string source, memo;
    No origin = 0;
    std::uint32_t type = 0;
};
struct DueRow {
    RowId id = 0;
    DueKind kind = DueKind::retry;
    EngineTime at{0};
    No flow = 0;
    Id128 mid;
    std::uint32_t attempt = 1;
    std::optional<Key> key;
    std::string envelope, body, source, memo;  // empty in a listing; body with json_padding behind it in capacity
    No origin = 0;
    std::uint32_t type = 0;
};
struct SeenRow {
    RowId id = 0;
    Key key;
    EngineTime until{0};
};
struct StoredReply {
    std::uint16_t status = 0;
    std::uint8_t format = 0;
    std::string headers, body;
};
// What people do to what stands (O1): one commit, with a history row that says who and why.
struct Deed {
    // release: what is at rest runs now; drop: it never does (a row that holds a key of a running flow can't be dropped)
    enum class Sort : std::uint8_t { replay, discard, purge, forget, release, drop } sort = Sort::replay;
    std::string flow;              // replay, discard: whose dead letters; release, drop: whose rests
    std::vector<RowId> rows;       // of `dead`; of the channel (purge); of `due` (release, drop); empty: all
    std::string origin;            // replay out of a channel: the channel by whose type the flow reads the messages again; empty: by none
    std::string channel;           // replay: a channel that failures were sent to, instead of `dead`; purge; forget: a subscription, channel, flow or source that nobody asked for in this run
    bool afresh = false;           // replay: without the memo, under ids of its own (F4)
    std::string who, why;
    std::int64_t now = 0;          // wall
};
struct Deeds {                     // what came of it
    std::uint64_t rows = 0;
    std::string refused;           // a sentence; with rows: it was so far
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
    std::vector<std::pair<std::string, RowId>> out;  // channel, row; a topic without subscription: row 0; files as path, 0
    std::string from;          // channel or source of `in`
    std::vector<RowId> dead, due;  // rows that it made; of a replay or a discard: the dead row that it took
    bool arrival = false;      // its input was kept
    bool recorded = false;     // replies of its calls were kept
    std::string who, why;      // of what a person did
};
// S5. low: sources from outside should take nothing; lower: nor should flows that put into channels.
enum class DiskLevel : std::uint8_t { enough, low, lower };
struct ChannelFigures {
    std::string name;
    std::uint64_t depth = 0, in_flight = 0;
    std::int64_t oldest = 0;   // wall time of the oldest row nobody has taken; 0: none
    std::uint64_t unsubscribed = 0;  // sent to it while nobody subscribed
    std::vector<std::pair<std::string, std::uint64_t>> unread;  // by subscription: what went before it had read it (C6)
};
// C6: how long, or how much of, what nobody has read stays in a topic. 0: for ever, all of it.
struct Keep {
    std::int64_t age = 0;      // nanoseconds of engine time
    std::uint64_t bytes = 0;   // of envelopes and bodies
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
    // M1: engine time as the store counts it, over restarts. Any thread.
    virtual EngineTime now() const = 0;
    // The due rows of a flow without their texts, oldest due first; one whole row; the keys that are done. At a flow's start, and `due_row` at any time.
    virtual std::vector<DueRow> due(No flow) = 0;
    virtual Result<DueRow> due_row(RowId id) = 0;
    virtual std::vector<SeenRow> seen(No flow) = 0;
    virtual Result<StoredReply> reply(RowId seen) = 0;
    // Calls `woken` on `home` after a commit that put due rows for the flow which the flow did not ask for itself (a replay).
    virtual void on_due(No flow, Executor& home, std::function<void()> woken) = 0;
    // The dead letters of a flow behind `after`, in order, for a flow that reads them; `woken` after each commit that put some.
    virtual Result<std::vector<DeadRow>> dead_letters(No flow, RowId after, std::size_t rows) = 0;
    virtual void on_dead(No flow, Executor& home, std::function<void()> woken) = 0;
    // A topic has rows only while somebody subscribes; what is sent to one without is counted and noted in the history as unsubscribed.
    virtual void topic(No channel) = 0;
    // C6, for this run. `removed` is called on `home` with the number of messages that went before somebody had read them, each of them purged in the history.
    virtual void keep(No channel, Keep what, Executor& home, std::function<void(std::uint64_t)> removed) {
        (void)channel, (void)what, (void)home, (void)removed;
    }
    // Like `read`, for a subscription: what it gets is not unread any more, and stays until it is finished.
    virtual Result<std::vector<Row>> take(No subscription, No channel, RowId after, std::size_t rows, std::size_t bytes) {
        (void)subscription;
        return read(channel, after, rows, bytes);
    }
    virtual void act(Deed deed, Executor& home, Then<Deeds> then) = 0;
    // One commit: each of `named` gets one crash more. Then all that stand. Before anything runs.
    virtual std::vector<Suspect> suspects(const std::vector<Suspect>& named) = 0;
    virtual void stop(Task then) = 0;                                              // writes what is pending, marks clean (N3)
    // P3: how many rows of the channel its slowest consumer is not done with; without a consumer all that stand. As of the last commit, for channels that are watched; any thread.
    virtual void watch(No channel) { (void)channel; }
    virtual std::uint64_t depth(No channel) const {
        (void)channel;
        return 0;
    }
    virtual DiskLevel disk() { return DiskLevel::enough; }                  // as of the last look, a second or 16 MB ago at most. Any thread.
    virtual Id128 secret() const { return {}; }                                    // I4, K1: made with the store, never shown
    virtual Id128 incarnation() const { return {}; }                               // I6: another one after a backup was restored
};

}  // namespace weir
