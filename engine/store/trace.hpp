#pragma once
// Searching the packed history, and following one message through it. There is no index: history is written for every message and asked for
// rarely, so asking pays.
// Thread: the one that uses the database.
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>

#include "engine/store/history.hpp"
#include "engine/store/sqlite.hpp"
#include "engine/store/view.hpp"

namespace weir {

class HistorySearch {
public:
    explicit HistorySearch(Database& database);
    struct Head {
        No flow = 0;
        std::uint64_t plan = 0;
    };
    // Newest first, until `each` says false or `most` units were looked at. False: a row doesn't decode.
    bool run(std::uint64_t most, std::string& why, const std::function<bool(const PackedUnit&, const Head&)>& each);
    bool reached_end() const { return reached_end_; }
    HistoryRow row(const PackedUnit& unit, const Head& head);
    std::string name(No no) const;
    No channel_of(No subscription) const;  // 0: unknown

private:
    Database& database_;
    std::map<No, std::string> names_;
    std::map<std::uint64_t, std::string> files_, plans_;
    std::map<No, No> channel_of_;
    bool reached_end_ = true;
};

class TraceSearch {
public:
    TraceSearch(Database& database, const TraceBounds& bounds) : database_(database), bounds_(bounds), history_(database) {}
    bool run(const Id128& mid, std::string& why);
    bool follows(const Id128& id) const { return down_.contains(id); }
    Trace take();

private:
    using Place = std::pair<No, RowId>;  // channel, row
    struct IdHash {
        std::size_t operator()(const Id128& id) const { return static_cast<std::size_t>(id.a ^ id.b); }
    };
    struct Found {
        PackedUnit unit;
        HistorySearch::Head head;
        std::vector<Id128> made;
    };
    bool wanted(const PackedUnit& unit) const;
    void add(const PackedUnit& unit, const HistorySearch::Head& head);
    std::optional<Id128> message_in(const Place& place);
    void find_in_channels(const Id128& mid);

    Database& database_;
    TraceBounds bounds_;
    HistorySearch history_;
    std::map<No, Statement> message_in_;
    std::map<std::uint64_t, Found> found_;           // by number of the unit
    std::unordered_set<Id128, IdHash> down_, up_;    // messages that are followed; those that they came from
    std::set<Place> makers_;                         // rows whose maker is looked for
    std::set<RowId> due_makers_, due_takers_;        // due rows whose maker, whose taker is looked for
    std::map<Place, Id128> rows_;                    // that followed messages stood in
    bool grown_ = false, whole_ = true;
};

}  // namespace weir
