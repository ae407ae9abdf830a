#include "engine/store/positions.hpp"

#include <algorithm>

#include "engine/store/varint.hpp"

namespace weir {

void add_range(PartState& state, std::uint64_t begin, std::uint64_t end) {
    if (end <= begin || end <= state.low) return;
    auto& done = state.done;
    if (begin <= state.low) {
        state.low = end;
        auto stays = done.begin();
        for (; stays != done.end() && stays->begin <= state.low; ++stays) state.low = std::max(state.low, stays->end);
        done.erase(done.begin(), stays);
        return;
    }
    auto at = std::lower_bound(done.begin(), done.end(), begin, [](const Range& range, std::uint64_t value) { return range.end < value; });
    if (at == done.end() || at->begin > end) {
        done.insert(at, Range{begin, end});
        return;
    }
    at->begin = std::min(at->begin, begin);
    at->end = std::max(at->end, end);
    auto next = at + 1;
    for (; next != done.end() && next->begin <= at->end; ++next) at->end = std::max(at->end, next->end);
    done.erase(at + 1, next);
}

std::string encode_ranges(const PartState& state) {
    std::string out(1, '\x01');
    std::uint64_t last = state.low;
    for (const Range& range : state.done) {
        put_varint(out, range.begin - last);
        put_varint(out, range.end - range.begin);
        last = range.end;
    }
    return out;
}

bool decode_ranges(std::string_view blob, PartState& state) {
    VarintReader reader{blob};
    if (reader.byte() != 1) return false;
    std::uint64_t last = state.low;
    while (!reader.done()) {
        const std::uint64_t begin = last + reader.number();
        const std::uint64_t end = begin + reader.number();
        if (!reader.ok || end <= begin || begin < last) return false;
        state.done.push_back({begin, end});
        last = end;
    }
    return reader.ok;
}

bool Positions::load(Database& database, std::string& why) {
    insert_ = Statement(database, "INSERT INTO position(id, sort, no, part, low, done, note) VALUES(?,?,?,?,?,?,?)");
    update_ = Statement(database, "UPDATE position SET low=?, done=?, note=? WHERE id=?");
    Statement rows(database, "SELECT id, sort, no, part, low, done, note FROM position");
    while (rows.step()) {
        Entry entry;
        entry.row = rows.natural(0);
        entry.state.part = rows.natural(3);
        entry.state.low = rows.natural(4);
        entry.state.note = std::string(rows.blob(6));
        if (!decode_ranges(rows.blob(5), entry.state)) {
            why = "row " + std::to_string(entry.row) + " of `position` doesn't decode";
            return false;
        }
        last_row_ = std::max(last_row_, entry.row);
        const Key key{static_cast<Position::Sort>(rows.integer(1)), static_cast<No>(rows.integer(2)), entry.state.part};
        entries_.emplace(key, std::move(entry));
    }
    why = database.text();
    return database.code() == 0;
}

PartState& Positions::propose(const Key& key) {
    // Units of one commit mostly stand in one part.
    if (!proposals_.empty() && proposals_.back().key == key) return proposals_.back().next;
    Entry& entry = entries_[key];
    if (entry.proposal < 0) {
        entry.proposal = static_cast<int>(proposals_.size());
        entry.state.part = key.part;
        proposals_.push_back({key, &entry, entry.state, entry.row});
    }
    return proposals_[static_cast<std::size_t>(entry.proposal)].next;
}

void Positions::mark(const Position& position) {
    if (position.sort == Position::Sort::none || position.sort == Position::Sort::due || position.sort == Position::Sort::dead) return;
    add_range(propose({position.sort, position.no, position.part}), position.at, position.end);
}
void Positions::note(Position::Sort sort, No no, std::uint64_t part, std::string_view note) { propose({sort, no, part}).note = note; }
void Positions::start_at(Position::Sort sort, No no, std::uint64_t part, std::uint64_t low) { propose({sort, no, part}).low = low; }

void Positions::write() {
    RowId next_row = last_row_;
    for (Proposal& proposal : proposals_) {
        const std::string ranges = encode_ranges(proposal.next);
        if (proposal.entry->row == 0) {
            proposal.row = ++next_row;
            insert_.integer(1, proposal.row).integer(2, static_cast<int>(proposal.key.sort)).integer(3, proposal.key.no).integer(4, proposal.key.part);
            insert_.integer(5, proposal.next.low).blob(6, ranges).blob(7, proposal.next.note).run();
        } else {
            update_.integer(1, proposal.next.low).blob(2, ranges).blob(3, proposal.next.note).integer(4, proposal.row).run();
        }
    }
}

void Positions::adopt() {
    for (Proposal& proposal : proposals_) {
        proposal.entry->state = std::move(proposal.next);
        proposal.entry->row = proposal.row;
        proposal.entry->proposal = -1;
        last_row_ = std::max(last_row_, proposal.row);
    }
    proposals_.clear();
}

void Positions::drop() {
    for (Proposal& proposal : proposals_) {
        proposal.entry->proposal = -1;
        if (proposal.entry->row == 0) entries_.erase(proposal.key);
    }
    proposals_.clear();
}

std::vector<PartState> Positions::parts(Position::Sort sort, No no) const {
    std::vector<PartState> found;
    for (const auto& [key, entry] : entries_)
        if (key.sort == sort && key.no == no && entry.row != 0) found.push_back(entry.state);
    std::sort(found.begin(), found.end(), [](const PartState& a, const PartState& b) { return a.part < b.part; });
    return found;
}

std::optional<std::uint64_t> Positions::low(Position::Sort sort, No no, std::uint64_t part) const {
    const auto found = entries_.find({sort, no, part});
    if (found == entries_.end() || found->second.row == 0) return std::nullopt;
    return found->second.state.low;
}

std::uint64_t Positions::open(Position::Sort sort, No no, std::uint64_t part, std::uint64_t end) const {
    const auto found = entries_.find({sort, no, part});
    if (found == entries_.end()) return end > 0 ? end - 1 : 0;
    const PartState& state = found->second.state;
    std::uint64_t out = end > state.low ? end - state.low : 0;
    for (const Range& range : state.done) out -= std::min(out, range.end - range.begin);
    return out;
}

bool Positions::is_done(const Position& position) const {
    const auto found = entries_.find({position.sort, position.no, position.part});
    if (found == entries_.end()) return false;
    const PartState& state = found->second.state;
    if (position.end <= state.low) return true;
    const auto at = std::upper_bound(state.done.begin(), state.done.end(), position.at, [](std::uint64_t value, const Range& range) { return value < range.end; });
    return at != state.done.end() && at->begin <= position.at && position.end <= at->end;
}

void Positions::erase(Position::Sort sort, No no) {
    std::erase_if(entries_, [&](const auto& entry) { return entry.first.sort == sort && entry.first.no == no; });
}

std::optional<No> Positions::source_of(std::uint64_t part) const {
    std::optional<No> found;
    for (const auto& [key, entry] : entries_) {
        if (key.sort != Position::Sort::source || key.part != part) continue;
        if (found) return std::nullopt;
        found = key.no;
    }
    return found;
}

}  // namespace weir
