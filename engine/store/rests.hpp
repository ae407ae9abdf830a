#pragma once
// What a flow keeps of messages beside its channels: due rows (R1), the keys that are done (K3) with the replies that were given (K5),
// the replies of calls (S9), and who is suspected of having ended the engine (R9). Keys and due times are looked up by their flow in memory; here they are rows alone, without an index.
// Owner: the store. Thread: who holds the database.
#include <string>
#include <vector>

#include "engine/ports/store.hpp"
#include "engine/store/sqlite.hpp"

namespace weir {

inline constexpr std::size_t most_recorded = 65536;  // replies of one unit that are kept

std::string due_row_sql();
std::string seen_reply_sql();
DueRow read_due(const Statement& row, bool whole);  // of a statement with the columns of due_row_sql
Result<DueRow> one_due(Statement& statement, RowId id);
Result<StoredReply> one_reply(Statement& statement, RowId id);

class Rests {
public:
    // `due`, `seen`: the highest numbers given so far.
    bool load(Database& database, RowId due, RowId seen, std::string& why);

    // Inside a transaction.
    RowId put_due(No flow, const Due& due, std::string_view bytes);
    void take_due(RowId id);
    RowId put_seen(No flow, const Seen& seen, std::string_view bytes);
    void forget_keys(No flow);
    // R9: one crash more for each; those of long ago go, who doesn't come again is no danger. False: nothing was changed.
    bool accuse(const std::vector<Suspect>& named, EngineTime now);
    void forget_suspect(RowId id);
    void put_recorded(std::uint64_t unit, std::size_t index, const Recorded& recorded, std::string_view bytes);
    RowId last_due() const { return next_due_; }
    RowId last_seen() const { return next_seen_; }
    void adopt();
    void drop();

    // K7: removes keys whose time is over, at most `most`. How many.
    std::uint64_t trim_seen(EngineTime now, std::uint64_t most);
    void trim_recorded(std::uint64_t before_unit);

    std::vector<DueRow> due_of(No flow);     // oldest due first, without texts
    std::vector<SeenRow> seen_of(No flow, EngineTime now);
    std::vector<Suspect> suspects();

private:
    Database* database_ = nullptr;
    RowId due_ = 0, seen_ = 0;            // durable
    RowId next_due_ = 0, next_seen_ = 0;  // proposed
    RowId sweep_ = 0;  // where the search for keys that end out of turn goes on; a proposal that is dropped is looked at in the next round
    Statement due_insert_, due_delete_, seen_insert_, seen_first_, seen_delete_, recorded_insert_, recorded_delete_, suspect_delete_;
};

}  // namespace weir
