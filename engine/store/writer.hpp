#pragma once
// Turns a set of jobs into lines in files and one transaction, and gives every unit its fate (S2, S3, X1).
// Owner: the store. Thread: one at a time, the one that holds the database.
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/store/append.hpp"
#include "engine/store/channels.hpp"
#include "engine/store/history.hpp"
#include "engine/store/positions.hpp"
#include "engine/store/queue.hpp"
#include "engine/store/rests.hpp"
#include "engine/store/schema.hpp"

namespace weir {

class Writer {
public:
    struct Parts {
        Database& database;
        Channels& channels;
        Positions& positions;
        Rests& rests;
        Appender& appender;
        Clock& clock;
        EngineTime credit;  // Store::now() is the clock plus this (M1)
        StoreMeta& meta;
        bool memory;
        std::function<std::string(No)> name;
        std::function<void(std::string)> warn;
    };
    explicit Writer(Parts parts);

    void use_plan(std::uint64_t no) { plan_ = no; }
    // False: the store must not go on; `fatal` says why, and no fate counts.
    bool write(std::vector<Job>& jobs);
    // Whatever else changes the store, as one transaction. `body` runs statements and tells if it wants a commit.
    enum class Ended : std::uint8_t { committed, nothing, no_room, this_row, broken };
    Ended transaction(const std::function<bool()>& body);
    const std::string& fatal() const { return fatal_; }
    // The channels that got rows since this was last asked.
    std::vector<No> take_fed() { return std::move(fed_); }
    // The flows that got dead letters since this was last asked.
    std::vector<No> take_buried() { return std::move(buried_); }
    // Inside a transaction: units that no commit brought. Gives them their numbers.
    void put_history(HistoryPacker& packer);
    // S7: the row's bytes are kept, and every consumer of the channel is done with it.
    Ended quarantine_row(No channel, RowId row, std::string_view why);

    EngineTime now() const { return p_.clock.engine() + p_.credit; }

private:
    struct Ref {
        std::uint32_t job, unit;
    };
    struct Lines {
        std::uint32_t begin, end;
    };
    std::optional<Appender::Failed> append(std::vector<Job>& jobs, std::span<const Ref> units);
    Ended commit(std::vector<Job>& jobs, std::span<const Ref> units);
    void put_unit(Job& job, std::uint32_t job_no, std::uint32_t unit_no);
    void mark(const Position& position);
    void put_rests(Job& job, const UnitWrite& unit, const UnitWrite& before);
    HistoryPacker& packer(No flow);
    void quarantine_unit(Job& job, const UnitWrite& unit, std::uint32_t unit_no, const std::string& why, bool with_raw, bool with_input);
    bool one_by_one(std::vector<Job>& jobs, std::span<const Ref> units);
    Lines lines_of(const Commit& commit, std::uint32_t unit) const;
    void forget_rows(Job& job, std::uint32_t unit);
    void wait(Job& job, std::uint32_t unit, const std::string& why);

    Parts p_;
    std::uint64_t plan_ = 0;
    std::uint64_t units_now_ = 0;  // proposed unit number
    std::string fatal_;
    std::vector<No> fed_, buried_, burying_;
    std::vector<std::vector<std::size_t>> slots_;  // by job: file of the commit -> slot of the appender
    std::vector<std::vector<std::uint64_t>> rows_;  // by job: file of the commit -> its number in file_out
    std::vector<HistoryPacker> packers_;
    std::size_t packers_used_ = 0;
    Position done_;                                // proposed, and not marked yet
    std::vector<UnitOut> outs_;
    UnitMore more_;
    Statement begin_, commit_, data_version_, history_, arrival_, dead_, quarantine_, meta_, dead_gone_;
    std::int64_t version_ = -1;
};

}  // namespace weir
