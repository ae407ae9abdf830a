#include "tools/command/taken.hpp"

#include "engine/message/arena.hpp"
#include "engine/message/arrival.hpp"
#include "engine/message/json.hpp"
#include "engine/message/line_ids.hpp"
#include "engine/runtime/row.hpp"
#include "engine/system/files.hpp"

namespace weir::command {
namespace {

constexpr std::string_view lines_sign = "/file.lines/";
constexpr std::uint64_t longest_line = std::uint64_t{16} << 20;
constexpr std::uint64_t most_generations = 16;  // of files behind one inode

// The facts of a delivery, kept as JSON with the row.
struct Facts {
    std::string text;
    Arena arena;
};
void read_facts(std::string source, Message& into) {
    if (source.empty()) return;
    auto facts = std::make_shared<Facts>();
    const std::size_t size = source.size();
    facts->text = std::move(source);
    facts->text.resize(size + json_padding);
    JsonReader reader;
    if (reader.read(std::string_view(facts->text).substr(0, size), facts->arena, into.source)) into.source_owner = std::move(facts);
    else into.source = Value();
}

bool is_json(const std::string& text) {
    std::string padded = text + std::string(json_padding, '\0');
    Arena arena;
    JsonReader reader;
    Value value;
    return reader.read(std::string_view(padded).substr(0, text.size()), arena, value);
}

void of_text(const HistoryRow& unit, const std::string& body, Taken& out) {
    out.there = true;
    out.delivery.message.body = Body::copy_of(body, is_json(body) ? Format::json : Format::text);
    out.delivery.message.meta.id = unit.mid;
    out.delivery.message.meta.correlation = unit.mid;
    out.delivery.message.meta.created = unit.at;
}

// The bytes of the file as it is now. That they are the line which was read, its id proves: it is made from the file's identity, the line's place
// and its text. Where the connector makes ids otherwise than this, no line is found, never a wrong one.
void of_line(const HistoryRow& unit, Taken& out) {
    const std::string path = unit.from.substr(unit.from.find(lines_sign) + lines_sign.size());
    out.why = "`" + path + "` is not there as it was";
    PosixFiles files;
    const std::uint64_t length = unit.in.end - unit.in.at;
    if (length > longest_line) return;
    Result<std::unique_ptr<File>> file = files.open(path, OpenMode::read);
    if (!file) return;
    const Result<FileStatus> status = (*file)->status();
    std::string text(length, '\0');
    const Result<std::size_t> got = (*file)->read_at(unit.in.at, std::span(text.data(), text.size()));
    if (!status || !got || *got != length) return;
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    std::size_t begin = text.find_last_of('\n');  // empty lines before it belong to its position
    begin = begin == std::string::npos ? 0 : begin + 1;
    const std::string_view line = std::string_view(text).substr(begin);
    for (std::uint64_t generation = 0; generation < most_generations; ++generation) {
        const LineIds ids(unit.from, {status->device, status->inode, static_cast<std::uint64_t>(status->born), generation});
        if (ids.of(line, unit.in.at + begin) == unit.mid) return of_text(unit, std::string(line), out);
    }
}

using Open = void (*)(const Id128&, std::string, std::string_view, std::uint32_t, Delivery&);
void of_row(const Id128& mid, std::string body, std::string_view envelope, std::uint32_t type, std::string source, Taken& out, Open open = open_row) {
    out.there = true;
    open(mid, std::move(body), envelope, type, out.delivery);
    read_facts(std::move(source), out.delivery.message);
}

}  // namespace

std::string place_of(const HistoryRow& unit) {
    switch (unit.in.sort) {
        case Position::Sort::consumer: return unit.from + "#" + std::to_string(unit.in.end - 1);
        case Position::Sort::source: {
            const std::size_t sign = unit.from.find(lines_sign);
            if (sign != std::string::npos) return unit.from.substr(sign + lines_sign.size()) + ", bytes " + std::to_string(unit.in.at) + " to " + std::to_string(unit.in.end);
            const std::size_t slash = unit.from.find('/');
            return slash == std::string::npos ? unit.from : unit.from.substr(slash + 1);
        }
        case Position::Sort::due: return "its rest " + std::to_string(unit.in.at);
        case Position::Sort::dead: return "dead letter " + std::to_string(unit.in.at);
        case Position::Sort::none: break;
    }
    return unit.flow == "(weir send)" ? "by hand" : "a source";
}

Taken what_it_took(StoreView& view, const HistoryRow& unit) {
    Taken out;
    out.why = "its input is not in the store any more";
    if (unit.who.empty()) {
        for (const RowId id : unit.dead) {
            Result<std::optional<DeadRow>> row = view.dead_row(id);
            if (!row || !*row) continue;
            DeadRow& letter = **row;
            of_row(letter.mid, std::move(letter.body), letter.envelope, letter.type, std::move(letter.source), out);
            out.memo = std::move(letter.memo);
            out.failure = std::move(letter.failure);
        }
        for (const RowId id : unit.due) {
            Result<std::optional<DueRow>> row = view.due_row(id);
            if (!row || !*row || !((*row)->mid == unit.mid) || (*row)->attempt != unit.attempt + 1) continue;
            DueRow& rest = **row;
            of_row(rest.mid, std::move(rest.body), rest.envelope, rest.type, std::move(rest.source), out, open_rest);
            (void)take_deadline(rest.memo);
            out.memo = std::move(rest.memo);
            if (out.delivery.waits_for) out.failure = *out.delivery.waits_for;
        }
    }
    if (!out.there && unit.in.sort == Position::Sort::consumer) {
        Result<std::optional<Row>> row = view.row(unit.from, unit.in.end - 1);
        if (row && *row) of_row((*row)->mid, std::move((*row)->body), (*row)->envelope, (*row)->type, {}, out);
        else out.why = "its row of `" + unit.from + "` is not there any more";
    }
    if (!out.there && unit.arrival) {
        Result<std::optional<std::string>> body = view.arrival(unit.no);
        Arrived arrived;
        if (body && *body && decode_arrival(**body, arrived)) {
            if (arrived.envelope.empty()) of_text(unit, std::string(arrived.body), out);
            else of_row(unit.mid, std::string(arrived.body), arrived.envelope, static_cast<std::uint32_t>(arrived.format), std::string(arrived.source), out);
        }
    }
    if (!out.there && unit.in.sort == Position::Sort::source) out.why = "its input stands at its source, not in the store";
    if (!out.there && unit.in.sort == Position::Sort::source && unit.from.find(lines_sign) != std::string::npos) of_line(unit, out);
    if (out.there) out.delivery.message.meta.attempt = unit.attempt;
    return out;
}

}  // namespace weir::command
