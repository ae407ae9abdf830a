// console.lines: standard input, line by line. It can't be read twice, so there is no position, and ids are random (I1).
#include <algorithm>

#include "connectors/console/parts.hpp"
#include "connectors/held.hpp"
#include "connectors/lines.hpp"

namespace weir::console {
namespace {

constexpr std::size_t max_batch = 256;
constexpr EngineTime shortest_wait = std::chrono::milliseconds(1), longest_wait = std::chrono::milliseconds(20);

struct Shared {
    std::shared_ptr<const char[]> block;
    std::vector<Member> facts;
};

class Lines final : public std::enable_shared_from_this<Lines> {
public:
    Lines(Format format, ConnectorWorld world) : format_(format), world_(world) {}
    void start(Inlet& inlet, std::vector<PartState>) {
        inlet_ = &inlet;
        schedule();
    }
    void resume() {
        if (!over_ && timer_ == 0) schedule();
    }
    void settle(std::uint64_t, Verdict) {}
    void stop() {
        over_ = true;
        if (timer_ != 0) world_.executor.cancel(timer_);
        timer_ = 0;
    }

private:
    void schedule() {
        if (scheduled_) return;
        scheduled_ = true;
        world_.executor.post([weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self) return;
            self->scheduled_ = false;
            if (!self->over_) self->step();
        });
    }
    void end() {
        over_ = true;
        inlet_->ended();
    }
    void step() {
        if (!reader_) {
            Result<std::unique_ptr<File>> file = world_.console.open("-", OpenMode::read);
            if (!file) {
                over_ = true;
                return inlet_->failed(file.error());
            }
            reader_ = std::make_unique<LineReader>(std::move(*file), 0);
        }
        if (ended_) return end();
        const std::size_t room = std::min(inlet_->room(), max_batch);
        if (room == 0) return;  // resume
        std::vector<Delivery> batch;
        take(batch, room);
        if (batch.empty()) {
            switch (reader_->fill()) {
                case LineReader::State::more: wait_ = shortest_wait; break;
                case LineReader::State::again: return sleep();
                case LineReader::State::failed: over_ = true; return inlet_->failed(reader_->error());
                case LineReader::State::end: {
                    LineReader::Line line;
                    if (reader_->cut_last(line) && !line.text.empty()) add(batch, line, room);
                    ended_ = true;
                    if (batch.empty()) return end();
                }
            }
            take(batch, room);
        }
        shared_.reset();
        if (!batch.empty()) inlet_->deliver(std::move(batch));
        schedule();
    }
    // Nobody tells when a pipe has something to read: look again, less often the longer nothing comes.
    void sleep() {
        timer_ = world_.executor.after(wait_, [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self) return;
            self->timer_ = 0;
            if (!self->over_) self->step();
        });
        wait_ = std::min(2 * wait_, longest_wait);
    }
    void take(std::vector<Delivery>& batch, std::size_t room) {
        LineReader::Line line;
        while (batch.size() < room && reader_->cut(line)) {
            ++number_;
            if (!line.text.empty()) add(batch, line, room);
        }
    }
    void add(std::vector<Delivery>& batch, const LineReader::Line& line, std::size_t room) {
        if (batch.empty()) {
            batch.reserve(room);
            shared_ = std::make_shared<Shared>();
            shared_->block = reader_->block();
            shared_->facts.resize(room);
        }
        Member& fact = shared_->facts[batch.size()];
        fact = {Value::string("line"), Value::integer(number_)};
        Delivery& d = batch.emplace_back();
        d.message.source = Value::object(&fact, 1);
        d.message.source_owner = shared_;
        d.message.body.owner = shared_;
        d.message.body.bytes = line.text;
        d.message.body.format = format_;
        d.message.meta.id = {world_.random.next(), world_.random.next()};
        d.message.meta.created = world_.clock.wall();
        if (line.too_long == 0) return;
        d.message.body.bytes = line.text.substr(0, long_line_kept);
        d.message.body.format = Format::bytes;
        auto failure = std::make_shared<Failure>();
        failure->kind = FailureClass::too_large;
        failure->message = "line of " + std::to_string(line.too_long) + " bytes is over 16 MiB; its first 64 KiB are kept";
        failure->path = "body";
        failure->at = d.message.meta.created;
        d.unreadable = std::move(failure);
    }

    Format format_;
    ConnectorWorld world_;
    Inlet* inlet_ = nullptr;
    std::unique_ptr<LineReader> reader_;
    std::shared_ptr<Shared> shared_;
    std::int64_t number_ = 0;
    std::uint64_t timer_ = 0;
    EngineTime wait_ = shortest_wait;
    bool scheduled_ = false, over_ = false, ended_ = false;
};

}  // namespace

std::unique_ptr<Source> lines_source(Format format, ConnectorWorld world) {
    return std::make_unique<Held<Lines>>(std::make_shared<Lines>(format, world));
}

}  // namespace weir::console
