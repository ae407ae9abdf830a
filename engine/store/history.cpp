#include "engine/store/history.hpp"

#include <bit>
#include <cstring>

#include "engine/store/varint.hpp"

namespace weir {

namespace {

// A unit: head, id of 16 bytes, delta of time, position, attempt, outs, and what the head names beyond. The head's bits; the usual ones stand in
// its first byte. Version 1 had a head of one byte with fewer outcomes.
constexpr unsigned outcome_bits = 0x0f, has_position = 0x10, same_part = 0x20, has_attempt = 0x40, has_arrival = 0x80, other_time = 0x100, has_dead = 0x200,
                   has_due = 0x400, has_recorded = 0x800, has_why = 0x1000;

unsigned head_of_1(unsigned old) {
    unsigned head = old & 0x07;
    if (old & 0x08) head |= has_attempt;
    if (old & 0x10) head |= has_position;
    if (old & 0x20) head |= same_part;
    if (old & 0x40) head |= has_arrival;
    if (!(old & 0x80)) head |= other_time;
    return head;
}

char* put_word(char* to, std::uint64_t word) {  // big end first on every machine
    if constexpr (std::endian::native == std::endian::little) word = __builtin_bswap64(word);
    std::memcpy(to, &word, sizeof word);
    return to + sizeof word;
}
char* put_id(char* to, const Id128& id) { return put_word(put_word(to, id.a), id.b); }
Id128 get_id(std::string_view raw) {
    Id128 id;
    for (std::size_t i = 0; i < 8; ++i) {
        id.a = id.a << 8 | static_cast<unsigned char>(raw[i]);
        id.b = id.b << 8 | static_cast<unsigned char>(raw[8 + i]);
    }
    return id;
}
void put_rows(std::string& out, const std::vector<RowId>& rows) {
    put_varint(out, rows.size());
    for (const RowId row : rows) put_varint(out, row);
}
void put_text(std::string& out, std::string_view text) {
    put_varint(out, text.size());
    out.append(text);
}
bool get_rows(VarintReader& reader, std::vector<RowId>& rows) {
    const std::uint64_t count = reader.number();
    if (!reader.ok || count > reader.bytes.size()) return false;  // each takes a byte at least
    for (std::uint64_t i = 0; i < count; ++i) rows.push_back(reader.number());
    return reader.ok;
}
std::int64_t delta(std::uint64_t to, std::uint64_t from) { return static_cast<std::int64_t>(to - from); }

}  // namespace

void HistoryPacker::start(No new_flow, std::uint64_t first_unit) {
    flow = new_flow;
    first = first_unit;
    count = expected = 0;
    at = 0;
    blob.assign(1, '\x02');
    part_ = end_ = 0;
    sort_ = Position::Sort::none;
    no_ = 0;
    row_ = 0;
    who_.clear();
    why_.clear();
}

void HistoryPacker::add(std::int64_t unit_at, const UnitWrite& unit, const std::vector<UnitOut>& outs, const UnitMore& more) {
    if (count++ == 0) at = unit_at;
    unsigned head = static_cast<unsigned>(unit.outcome) & outcome_bits;
    const Position& in = unit.position;
    if (unit.attempt > 1) head |= has_attempt;
    if (unit.arrival.length > 0) head |= has_arrival;
    if (unit_at != at) head |= other_time;
    if (!more.dead.empty()) head |= has_dead;
    if (!more.due.empty()) head |= has_due;
    if (more.recorded) head |= has_recorded;
    if (!more.who.empty() || !more.why.empty()) head |= has_why;
    if (in.sort != Position::Sort::none) {
        head |= has_position;
        if (end_ != 0 && in.part == part_ && in.no == no_ && in.sort == sort_) head |= same_part;
    }
    // What most units have goes through a buffer: one growth of the blob for each.
    constexpr std::size_t most = 128, most_outs = 2;
    char buffer[most];
    char* to = put_varint(buffer, head);
    to = put_id(to, unit.id);
    if (head & other_time) to = put_signed(to, unit_at - at);
    if (head & has_position) {
        if (!(head & same_part)) {
            *to++ = static_cast<char>(in.sort);
            to = put_varint(to, in.no);
            to = put_varint(to, in.part);
        }
        to = put_signed(to, delta(in.at, end_));
        to = put_signed(to, delta(in.end, in.at));
        sort_ = in.sort;
        part_ = in.part;
        no_ = in.no;
        end_ = in.end;
    }
    if (head & has_attempt) to = put_varint(to, unit.attempt);
    to = put_varint(to, outs.size());
    for (std::size_t n = 0; n < outs.size(); ++n) {
        if (n % most_outs == 0 && n > 0) {
            blob.append(buffer, static_cast<std::size_t>(to - buffer));
            to = buffer;
        }
        to = put_varint(to, outs[n].no << 1 | (outs[n].file ? 1u : 0u));
        if (outs[n].file) continue;
        to = put_signed(to, delta(outs[n].row, row_));
        row_ = outs[n].row;
    }
    blob.append(buffer, static_cast<std::size_t>(to - buffer));
    if (head & has_dead) put_rows(blob, more.dead);
    if (head & has_due) put_rows(blob, more.due);
    if (head & has_why) {
        // Mostly many units share one reason: two empty texts stand for those of the unit before.
        const bool same = more.who == who_ && more.why == why_;
        put_text(blob, same ? std::string_view() : more.who);
        put_text(blob, same ? std::string_view() : more.why);
        who_ = more.who;
        why_ = more.why;
    }
}

bool unpack_history(std::uint64_t first, std::uint64_t count, std::int64_t at, std::string_view blob, std::vector<PackedUnit>& out) {
    VarintReader reader{blob};
    const unsigned version = reader.byte();
    if (version != 1 && version != 2) return false;
    std::string who, why;
    std::uint64_t part = 0, end = 0;
    No no = 0;
    auto sort = Position::Sort::none;
    RowId row = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        PackedUnit unit;
        unit.no = first + i;
        const std::uint64_t raw_head = version == 1 ? reader.byte() : reader.number();
        const unsigned head = version == 1 ? head_of_1(static_cast<unsigned>(raw_head)) : static_cast<unsigned>(raw_head);
        const auto id = reader.take(16);
        if (!reader.ok || raw_head > 0x1fff || (head & outcome_bits) > static_cast<unsigned>(version == 1 ? Outcome::refused : Outcome::purged)) return false;
        unit.outcome = static_cast<Outcome>(head & outcome_bits);
        unit.id = get_id(id);
        unit.at = head & other_time ? at + reader.signed_number() : at;
        unit.arrival = (head & has_arrival) != 0;
        if (head & has_position) {
            if (!(head & same_part)) {
                sort = static_cast<Position::Sort>(reader.byte());
                no = static_cast<No>(reader.number());
                part = reader.number();
            }
            unit.in.sort = sort;
            unit.in.no = no;
            unit.in.part = part;
            unit.in.at = end + static_cast<std::uint64_t>(reader.signed_number());
            unit.in.end = unit.in.at + static_cast<std::uint64_t>(reader.signed_number());
            end = unit.in.end;
        }
        if (head & has_attempt) unit.attempt = static_cast<std::uint32_t>(reader.number());
        const std::uint64_t outs = reader.number();
        if (!reader.ok || outs > reader.bytes.size()) return false;  // each takes a byte at least
        unit.outs.reserve(outs);
        for (std::uint64_t k = 0; k < outs; ++k) {
            const std::uint64_t raw = reader.number();
            UnitOut one{(raw & 1) != 0, raw >> 1, 0};
            if (!one.file) one.row = row += static_cast<std::uint64_t>(reader.signed_number());
            unit.outs.push_back(one);
        }
        if (head & has_dead && !get_rows(reader, unit.dead)) return false;
        if (head & has_due && !get_rows(reader, unit.due)) return false;
        unit.recorded = (head & has_recorded) != 0;
        if (head & has_why) {
            const auto some_who = reader.take(reader.number());
            const auto some_why = reader.take(reader.number());
            if (!some_who.empty() || !some_why.empty()) {
                who = some_who;
                why = some_why;
            }
            unit.who = who;
            unit.why = why;
        }
        if (!reader.ok) return false;
        out.push_back(std::move(unit));
    }
    return reader.done();
}

}  // namespace weir
