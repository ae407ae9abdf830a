#pragma once
// Where each source and consumer stands: per part what is done, as one low mark and the ranges above it (C2).
// Owner: the store. Thread: the writer's, or a visitor while the writer rests; `parts` and `low` see only what COMMIT has made durable.
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/ports/store.hpp"
#include "engine/store/sqlite.hpp"

namespace weir {

// Marks [begin, end) as done.
void add_range(PartState& state, std::uint64_t begin, std::uint64_t end);
std::string encode_ranges(const PartState& state);
bool decode_ranges(std::string_view blob, PartState& state);  // low is set by the caller before

class Positions {
public:
    bool load(Database& database, std::string& why);

    // Between begin and adopt or drop everything is a proposal.
    void mark(const Position& position);
    void note(Position::Sort sort, No no, std::uint64_t part, std::string_view note);
    void start_at(Position::Sort sort, No no, std::uint64_t part, std::uint64_t low);
    void write();  // the proposal's rows; errors stick to the database
    void adopt();
    void drop();

    std::vector<PartState> parts(Position::Sort sort, No no) const;
    std::optional<std::uint64_t> low(Position::Sort sort, No no, std::uint64_t part) const;
    bool is_done(const Position& position) const;  // durable
    std::uint64_t open(Position::Sort sort, No no, std::uint64_t part, std::uint64_t end) const;  // how many below `end` are not done
    void erase(Position::Sort sort, No no);        // its rows are gone
    // The source that a part belongs to, if only one has it.
    std::optional<No> source_of(std::uint64_t part) const;

private:
    struct Key {
        Position::Sort sort;
        No no;
        std::uint64_t part;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const {
            return static_cast<std::size_t>((key.part ^ (static_cast<std::uint64_t>(key.no) << 8 | static_cast<std::uint64_t>(key.sort))) * 0x9e3779b97f4a7c15ULL);
        }
    };
    struct Entry {
        PartState state;
        RowId row = 0;      // 0: not durable yet
        int proposal = -1;  // index into proposals_
    };
    struct Proposal {
        Key key;
        Entry* entry;
        PartState next;
        RowId row = 0;
    };
    PartState& propose(const Key& key);

    std::unordered_map<Key, Entry, KeyHash> entries_;
    std::vector<Proposal> proposals_;
    RowId last_row_ = 0;
    Statement insert_, update_;
};

}  // namespace weir
