// file.lines: one message a line, its position the bytes that it stands on.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "connectors/file/parts.hpp"
#include "connectors/held.hpp"
#include "connectors/lines.hpp"
#include "engine/message/line_ids.hpp"

namespace weir::file {
namespace {

constexpr std::size_t max_batch = 256;
constexpr unsigned fills_at_once = 16;  // 4 MiB, then others on this thread have their turn
constexpr std::uint64_t nowhere = ~std::uint64_t{0};

struct Names {
    std::string name, path;
};
// What the messages of one batch share: their bytes and the memory of `source`.
struct Shared {
    std::shared_ptr<const char[]> block;
    std::shared_ptr<const Names> names;
    std::unique_ptr<Member[]> facts;
};
constexpr std::size_t facts_per_line = 3;

// X5: `1 LENGTH HASH PATH`, the hash over the first LENGTH bytes of the file.
constexpr std::size_t beginning_size = 1024;
std::string note_of(std::string_view beginning, std::string_view path) {
    return "1 " + std::to_string(beginning.size()) + " " + to_text(sha256_128(beginning)) + " " + std::string(path);
}
bool note_fits(std::string_view note, std::string_view beginning) {
    if (note.empty()) return true;  // nothing known against it
    if (!note.starts_with("1 ")) return false;
    std::size_t length = 0;
    const char* from = note.data() + 2;
    const auto [end, error] = std::from_chars(from, note.data() + note.size(), length);
    if (error != std::errc() || length > beginning.size()) return false;
    const std::string_view hash = note.substr(static_cast<std::size_t>(end - note.data()) + 1).substr(0, 32);
    return hash == to_text(sha256_128(beginning.substr(0, length)));
}

class Lines final : public std::enable_shared_from_this<Lines> {
public:
    Lines(LinesOptions options, No number, ConnectorWorld world) : options_(std::move(options)), number_(number), world_(world) {}

    void start(Inlet& inlet, std::vector<PartState> known) {
        inlet_ = &inlet;
        known_ = std::move(known);
        schedule();
    }
    void resume() {
        if (!over_) schedule();
    }
    void settle(std::uint64_t, Verdict) {}  // the position stands in the commit, the file needs no word
    void stop() { over_ = true; }

private:
    void schedule() {
        if (scheduled_) return;
        scheduled_ = true;
        world_.executor.post([weak = weak_from_this()] {
            if (const auto self = weak.lock()) {
                self->scheduled_ = false;
                if (!self->over_) self->step();
            }
        });
    }
    void fail(Error error) {
        over_ = true;
        inlet_->failed(std::move(error));
    }

    // One batch, then back to the executor.
    void step() {
        if (!reader_ && !open()) return;
        if (ended_) return end();
        const std::size_t room = std::min(inlet_->room(), max_batch);
        if (room == 0) return;  // resume
        std::vector<Delivery> batch;
        for (unsigned fills = 0; batch.empty(); ++fills) {
            take(batch, room);
            if (!batch.empty()) break;
            if (fills == fills_at_once) return schedule();
            switch (reader_->fill()) {
                case LineReader::State::more: break;
                case LineReader::State::again: return schedule();
                case LineReader::State::failed: return fail(reader_->error());
                case LineReader::State::end: {
                    LineReader::Line line;
                    // What stands behind the last newline is taken as a line: this source is finite and won't see its end (X5).
                    if (reader_->cut_last(line) && !line.text.empty()) add(batch, line, room);
                    ended_ = true;
                    if (batch.empty()) return end();
                }
            }
        }
        shared_.reset();
        inlet_->deliver(std::move(batch));
        schedule();
    }
    void end() {
        over_ = true;
        inlet_->ended();
    }
    // Whole lines of the present block.
    void take(std::vector<Delivery>& batch, std::size_t room) {
        LineReader::Line line;
        while (batch.size() < room) {
            while (seen_ >= skip_from_) skip();
            if (!reader_->cut(line)) return;
            seen_ = line.end;
            if (line.text.empty()) [[unlikely]] continue;  // belongs to the next line's position
            add(batch, line, room);
        }
    }
    void add(std::vector<Delivery>& batch, const LineReader::Line& line, std::size_t room) {
        if (batch.empty()) {
            batch.reserve(room);
            shared_ = std::make_shared<Shared>(Shared{reader_->block(), names_, std::make_unique<Member[]>(facts_per_line * room)});
            now_ = world_.clock.wall();
        }
        Member* facts = shared_->facts.get() + facts_per_line * batch.size();
        facts[0] = {Value::string("name"), Value::string(names_->name)};
        facts[1] = {Value::string("path"), Value::string(names_->path)};
        facts[2] = {Value::string("offset"), Value::integer(static_cast<std::int64_t>(line.at))};
        Delivery& d = batch.emplace_back();
        d.message.source = Value::object(facts, facts_per_line);
        d.message.body.owner = shared_;  // of its source too: one share for each message, not two
        d.message.body.bytes = line.text;
        d.message.body.format = options_.format;
        d.message.meta.id = ids_->of(line.text, line.at);
        d.message.meta.created = now_;
        d.position = {Position::Sort::source, number_, part_, tiled_, line.end};
        tiled_ = seen_ = line.end;
        if (line.too_long != 0) [[unlikely]] refuse(d, line);
    }
    void refuse(Delivery& delivery, const LineReader::Line& line) {
        Message& message = delivery.message;
        message.body.bytes = message.body.bytes.substr(0, long_line_kept);
        message.body.format = Format::bytes;
        auto failure = std::make_shared<Failure>();
        failure->kind = FailureClass::too_large;
        failure->message = "line of " + std::to_string(line.too_long) + " bytes is over 16 MiB; its first 64 KiB are kept";
        failure->path = "body";
        failure->at = now_;
        delivery.unreadable = std::move(failure);
    }

    bool open() {
        Result<std::unique_ptr<File>> file = world_.files.open(options_.path, OpenMode::read);
        if (!file) {
            fail({file.error().number, explain(file.error(), options_.path, world_.files.working_folder(), "file")});
            return false;
        }
        std::array<char, beginning_size> buffer{};
        Result<FileStatus> status = (*file)->status();
        Result<std::size_t> got = (*file)->read_at(0, buffer);
        if (!status || !got) {
            fail(status ? got.error() : status.error());
            return false;
        }
        const std::string_view beginning(buffer.data(), *got);
        const PartState* state = recognise(*status, beginning);
        names_ = std::make_shared<Names>(Names{std::string(name_of(options_.path)), options_.path});
        ids_.emplace(options_.name, std::array{status->device, status->inode, static_cast<std::uint64_t>(status->born), generation_});
        if (state != nullptr) {
            tiled_ = state->low;
            done_ = state->done;
        }
        seen_ = tiled_;
        skip_from_ = done_.empty() ? nowhere : done_.front().begin;
        reader_ = std::make_unique<LineReader>(std::move(*file), tiled_);
        inlet_->note(part_, note_of(beginning, options_.path));
        return true;
    }
    // X5: the state that belongs to this file. Another beginning, or fewer bytes than were read: another file behind the same inode, so
    // a part of its own, by generation, and it starts at 0.
    const PartState* recognise(const FileStatus& status, std::string_view beginning) {
        for (;; ++generation_) {
            part_ = identity("file.lines part", status, generation_).a;
            const auto found = std::find_if(known_.begin(), known_.end(), [&](const PartState& s) { return s.part == part_; });
            if (found == known_.end()) return nullptr;
            const std::uint64_t read_to = found->done.empty() ? found->low : found->done.back().end;
            const bool cut = read_to > status.size;
            if (!cut && note_fits(found->note, beginning)) return &*found;
            // Of the generations that stand in the store only the newest tells something new.
            const std::uint64_t later = identity("file.lines part", status, generation_ + 1).a;
            if (std::any_of(known_.begin(), known_.end(), [&](const PartState& s) { return s.part == later; })) continue;
            inlet_->warn(shown(options_.path) + (cut ? ": is shorter than what was read of it; starts at its beginning"
                                                     : ": begins with other bytes than what was read; starts at its beginning"));
        }
    }
    void skip() {
        tiled_ = seen_ = done_[next_done_].end;
        reader_->jump(tiled_);
        ++next_done_;
        skip_from_ = next_done_ < done_.size() ? done_[next_done_].begin : nowhere;
    }

    LinesOptions options_;
    No number_;
    ConnectorWorld world_;
    Inlet* inlet_ = nullptr;
    std::vector<PartState> known_;
    std::unique_ptr<LineReader> reader_;
    std::shared_ptr<const Names> names_;
    std::shared_ptr<Shared> shared_;
    std::optional<LineIds> ids_;
    std::vector<Range> done_;
    std::size_t next_done_ = 0;
    std::uint64_t part_ = 0, generation_ = 0;
    std::uint64_t tiled_ = 0;              // positions cover everything below
    std::uint64_t seen_ = 0;               // lines cut up to here
    std::uint64_t skip_from_ = nowhere;    // begin of the next range that is done
    std::int64_t now_ = 0;
    bool scheduled_ = false, over_ = false, ended_ = false;
};

}  // namespace

std::unique_ptr<Source> lines_source(LinesOptions options, No number, ConnectorWorld world) {
    return std::make_unique<Held<Lines>>(std::make_shared<Lines>(std::move(options), number, world));
}

}  // namespace weir::file
