#include "connectors/http/limits.hpp"

#include <algorithm>

#include "connectors/http/listening.hpp"

namespace weir::http {

void Lines::stand(Connection& c, Line line, EngineTime now) {
    std::list<Connection*>& to = lines_[static_cast<std::size_t>(line)];
    if (c.line == Line::none) {
        if (spare_.empty()) spare_.push_back(nullptr);
        to.splice(to.end(), spare_, spare_.begin());
        c.place = std::prev(to.end());
        *c.place = &c;
    } else {
        to.splice(to.end(), lines_[static_cast<std::size_t>(c.line)], c.place);
    }
    c.line = line;
    c.since = now;
    c.moved = 0;
}

void Lines::leave(Connection& c) {
    if (c.line == Line::none) return;
    spare_.splice(spare_.begin(), lines_[static_cast<std::size_t>(c.line)], c.place);
    c.line = Line::none;
}

Connection* Lines::late(Line line, EngineTime now, EngineTime limit) const {
    const std::list<Connection*>& all = members(line);
    return all.empty() || now - all.front()->since < limit ? nullptr : all.front();
}

bool Lines::empty() const {
    return std::all_of(lines_.begin(), lines_.end(), [](const auto& line) { return line.empty(); });
}

void Listening::stand(Connection& c, Line line) {
    lines_.stand(c, line, world_.clock.engine());
    if (sweep_ == 0) arm();
}

// The one that has kept us waiting longest for the beginning of a request, then one between two requests, then a body: never one that waits for us.
void Listening::make_room() {
    for (const Line line : {Line::lingering, Line::reading, Line::idle}) {
        if (lines_.members(line).empty()) continue;
        return drop(*lines_.members(line).front());
    }
    for (Connection* c : lines_.members(Line::moving)) {
        if (c->state != State::body) continue;
        return drop(*c);
    }
}

void Listening::arm() {
    const EngineTime shortest = std::min({options_.head_time, options_.idle_time, options_.window, options_.linger_time});
    sweep_ = world_.executor.after(std::clamp<EngineTime>(shortest / 4, std::chrono::milliseconds(5), std::chrono::seconds(1)), [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->sweep();
    });
}

void Listening::sweep() {
    sweep_ = 0;
    const EngineTime now = world_.clock.engine();
    const auto late = [&](Line line, EngineTime limit) -> ConnectionPtr {
        const Connection* c = lines_.late(line, now, limit);
        return c == nullptr ? nullptr : slots_[c->slot];
    };
    while (const ConnectionPtr c = late(Line::reading, options_.head_time)) {
        if (c->begin == c->end) {
            drop(*c);  // it never said a word
        } else {
            c->begin = c->end;
            refuse(c, 408, "the head of the request did not come in time", true);
        }
    }
    while (const ConnectionPtr c = late(Line::idle, options_.idle_time)) drop(*c);
    while (const ConnectionPtr c = late(Line::lingering, options_.linger_time)) drop(*c);
    while (const ConnectionPtr c = late(Line::moving, options_.window)) {
        if (c->moved >= options_.slowest) {
            stand(*c, Line::moving);
        } else if (c->state == State::body) {
            refuse(c, 408, "the body came too slowly", true);
        } else {
            drop(*c);  // it does not read
        }
    }
    if (!lines_.empty() && sweep_ == 0) arm();
}

}  // namespace weir::http
