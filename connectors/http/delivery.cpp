// Requests on their way to flows: one batch for all that came in one turn of the loop.
#include "connectors/http/listening.hpp"
#include "engine/message/id.hpp"

namespace weir::http {

void Listening::submit(const ConnectionPtr& c) {
    give_back(*c);
    if (!has_room(c->route)) return refuse(c, 503, "busy; try again", false, "retry-after: 1\r\n");
    Route& route = *c->route;
    Delivery& d = route.pending.emplace_back();
    d.message = std::move(c->message);
    if (c->key.empty()) {
        d.message.meta.id = {world_.random.next(), world_.random.next()};
    } else {
        std::string identity = "http";
        identity += '\0';
        identity += route.options.name;
        identity += '\0';
        identity += c->key;
        identity += '\0';
        d.message.meta.id = sha256_128(identity, d.message.body.bytes);
    }
    d.message.meta.created = world_.clock.wall();
    c->id = d.message.meta.id;
    d.asks = true;
    c->ticket = d.ticket = (++requests_ << slot_bits) | c->slot;
    c->stored = false;
    c->state = State::waiting;
    lines_.leave(*c);
    if (route.flush_posted) return;
    route.flush_posted = true;
    // Behind all that has come in the same turn: one batch, one commit.
    world_.executor.post([weak = weak_from_this(), held = c->route] {
        const std::shared_ptr<Listening> self = weak.lock();
        if (self) self->flush(*held);
    });
}

// An inlet takes one batch at a time: what has gathered is handed over before anybody is sent away.
bool Listening::has_room(const std::shared_ptr<Route>& route) {
    if (route->inlet == nullptr) return false;
    if (route->inlet->room() > route->pending.size()) return true;
    if (route->pending.empty()) return false;
    deliver(*route);
    return route->inlet != nullptr && route->inlet->room() > route->pending.size();
}

void Listening::flush(Route& route) {
    route.flush_posted = false;
    deliver(route);
}

void Listening::deliver(Route& route) {
    std::vector<Delivery> batch = std::move(route.pending);
    route.pending.clear();
    const std::size_t room = route.inlet == nullptr ? 0 : route.inlet->room();
    while (batch.size() > room) {
        const Connection* waits = waiting(batch.back().ticket);
        batch.pop_back();
        if (waits == nullptr) continue;
        const ConnectionPtr c = slots_[waits->slot];
        refuse(c, 503, "busy; try again", false, "retry-after: 1\r\n");
    }
    if (!batch.empty()) route.inlet->deliver(std::move(batch));
}

Connection* Listening::waiting(std::uint64_t ticket) {
    const std::size_t slot = ticket & ((std::size_t{1} << slot_bits) - 1);
    if (slot >= slots_.size() || !slots_[slot]) return nullptr;
    Connection* c = slots_[slot].get();
    return c->state == State::waiting && c->ticket == ticket ? c : nullptr;
}

}  // namespace weir::http
