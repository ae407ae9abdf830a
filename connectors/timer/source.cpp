// timer.every and timer.once. A tick's number is its position: [ticks before it, its number) of part 0, so one tick can stand for those missed (G5).
#include <algorithm>
#include <charconv>

#include "connectors/held.hpp"
#include "connectors/timer/parts.hpp"

namespace weir::timer {
namespace {

struct Facts {
    Member members[3];
};

Delivery tick(const std::string& name, std::int64_t number, std::int64_t due, std::int64_t missed, std::int64_t now) {
    auto facts = std::make_shared<Facts>();
    facts->members[0] = {Value::string("tick"), Value::integer(number)};
    facts->members[1] = {Value::string("due"), Value::nanoseconds(Kind::timestamp, due)};
    facts->members[2] = {Value::string("missed"), Value::integer(missed)};
    Delivery d;
    d.message.body = Body::of(Value::null());
    d.message.source = Value::object(facts->members, 3);
    d.message.source_owner = std::move(facts);
    std::string identity = "timer";
    identity += '\0';
    identity += name;
    d.message.meta.id = sha256_128(identity + '\0', {reinterpret_cast<const char*>(&due), sizeof due});
    d.message.meta.created = now;
    return d;
}

// The first start stands in the note, by wall time: engine time has another zero in each run.
constexpr std::string_view note_begin = "1 first ";

class Every final : public std::enable_shared_from_this<Every> {
public:
    Every(std::string name, std::int64_t period, No number, ConnectorWorld world) : name_(std::move(name)), period_(period), number_(number), world_(world) {}
    void start(Inlet& inlet, std::vector<PartState> known) {
        inlet_ = &inlet;
        const std::int64_t wall = world_.clock.wall();
        first_ = wall;
        for (const PartState& state : known) {
            if (state.part != 0) continue;
            std::int64_t first = 0;
            const std::string_view note = state.note;
            if (note.starts_with(note_begin) && std::from_chars(note.data() + note_begin.size(), note.data() + note.size(), first).ec == std::errc()) first_ = first;
            // What stands between done ticks is sent again first, as the ticks that they were.
            std::uint64_t low = state.low;
            for (const Range& range : state.done) {
                if (range.begin > low) open_.push_back({low, range.begin});
                low = std::max(low, range.end);
            }
            last_ = static_cast<std::int64_t>(low);
        }
        std::reverse(open_.begin(), open_.end());  // taken from the back
        // The wall clock was set back since: the next tick is at most one period away.
        if (due(last_ + 1) - wall > period_) first_ = wall - last_ * period_;
        engine_first_ = world_.clock.engine() - EngineTime(wall - first_);
        inlet_->note(0, std::string(note_begin) + std::to_string(first_));
        if (open_.empty() && passed() <= last_) return arm();
        post();
    }
    void resume() {
        if (!over_ && (waits_ || !open_.empty())) post();
    }
    void settle(std::uint64_t, Verdict) {}
    void stop() {
        over_ = true;
        if (timer_ != 0) world_.executor.cancel(timer_);
        timer_ = 0;
    }

private:
    std::int64_t due(std::int64_t n) const { return first_ + n * period_; }
    // How many ticks are due by now, by engine time: a wall clock that is set while running changes nothing (M1).
    std::int64_t passed() const { return (world_.clock.engine() - engine_first_).count() / period_; }

    void post() {
        if (posted_) return;
        posted_ = true;
        world_.executor.post([weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self) return;
            self->posted_ = false;
            if (!self->over_) self->fire();
        });
    }
    void arm() {
        if (timer_ != 0) return;
        const EngineTime at = engine_first_ + EngineTime((last_ + 1) * period_);
        timer_ = world_.executor.after(at - world_.clock.engine(), [weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self) return;
            self->timer_ = 0;
            if (!self->over_) self->fire();
        });
        inlet_->asked();
    }
    void fire() {
        waits_ = true;
        while (!open_.empty()) {
            if (inlet_->room() == 0) return;
            const Range range = open_.back();
            open_.pop_back();
            send(static_cast<std::int64_t>(range.begin), static_cast<std::int64_t>(range.end));
            if (over_) return;
        }
        const std::int64_t now = passed();
        if (now > last_) {
            if (inlet_->room() == 0) return;  // those that pass meanwhile become one
            const std::int64_t before = last_;
            last_ = now;
            send(before, now);
            if (over_) return;
        }
        waits_ = false;
        arm();
    }
    void send(std::int64_t before, std::int64_t number) {
        std::vector<Delivery> batch;
        batch.push_back(tick(name_, number, due(number), number - before - 1, world_.clock.wall()));
        batch.back().position = {Position::Sort::source, number_, 0, static_cast<std::uint64_t>(before), static_cast<std::uint64_t>(number)};
        inlet_->deliver(std::move(batch));
    }

    std::string name_;
    std::int64_t period_;
    No number_;
    ConnectorWorld world_;
    Inlet* inlet_ = nullptr;
    std::int64_t first_ = 0, last_ = 0;   // tick n is due at first_ + n * period_; ticks up to last_ were sent
    EngineTime engine_first_{0};          // first_, by engine time
    std::vector<Range> open_;
    std::uint64_t timer_ = 0;
    bool posted_ = false, waits_ = false, over_ = false;
};

class OnceAtStart final : public std::enable_shared_from_this<OnceAtStart> {
public:
    OnceAtStart(std::string name, ConnectorWorld world) : name_(std::move(name)), world_(world) {}
    void start(Inlet& inlet, std::vector<PartState>) {
        inlet_ = &inlet;
        post();
    }
    void resume() {
        if (!over_) post();
    }
    void settle(std::uint64_t, Verdict) {}
    void stop() { over_ = true; }

private:
    void post() {
        if (posted_) return;
        posted_ = true;
        world_.executor.post([weak = weak_from_this()] {
            const auto self = weak.lock();
            if (!self) return;
            self->posted_ = false;
            if (!self->over_) self->fire();
        });
    }
    void fire() {
        if (inlet_->room() == 0) return;
        over_ = true;
        std::vector<Delivery> batch;
        const std::int64_t now = world_.clock.wall();
        batch.push_back(tick(name_, 1, now, 0, now));
        inlet_->deliver(std::move(batch));
        inlet_->ended();
    }
    std::string name_;
    ConnectorWorld world_;
    Inlet* inlet_ = nullptr;
    bool posted_ = false, over_ = false;
};

}  // namespace

std::unique_ptr<Source> every_source(std::string name, std::int64_t period, No number, ConnectorWorld world) {
    return std::make_unique<Held<Every>>(std::make_shared<Every>(std::move(name), period, number, world));
}
std::unique_ptr<Source> once_source(std::string name, ConnectorWorld world) {
    return std::make_unique<Held<OnceAtStart>>(std::make_shared<OnceAtStart>(std::move(name), world));
}

}  // namespace weir::timer
