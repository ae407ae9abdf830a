#include "engine/runtime/flight.hpp"

namespace weir {
namespace {

// A part that is new to one of these has its word in `alike`, or it would be lost where a batch is folded.
static_assert(sizeof(Body) == 72 && sizeof(Message) == 280 && sizeof(Meta) == 160 && sizeof(Delivery) == 400);

// Nothing but what `Kept` has sets it apart from the first of its batch.
bool alike(const Delivery& first, const Delivery& each) {
    const Message& message = each.message;
    const Meta& meta = message.meta;
    const Position &at = each.position, &first_at = first.position;
    return message.body.owner == first.message.body.owner && message.source_owner == first.message.source_owner && message.body.format == first.message.body.format &&
           message.body.tree.is_missing() && message.body.picked.is_missing() && !message.headers && meta.created == first.message.meta.created &&
           meta.attempt == first.message.meta.attempt && meta.correlation.empty() && meta.trace.empty() && meta.in_reply_to.empty() && !meta.history &&
           !meta.failure && meta.reply_to.empty() && meta.expires == 0 && meta.replays == 0 && at.sort == first_at.sort && at.no == first_at.no &&
           at.part == first_at.part && each.type == first.type && each.origin == first.origin && each.row_type == first.row_type && !each.due &&
           !each.unreadable && !each.waits_for && each.deadline == first.deadline && !each.asks;
}

// Its end asks nothing of the flow but to count it, and to tell the source.
bool plain(const Flight::Unit& unit) {
    const bool passed = unit.outcome == Outcome::done || unit.outcome == Outcome::filtered || unit.outcome == Outcome::discarded;
    return passed && !unit.has_key && !unit.skipped && unit.suspect == 0 && !unit.poison && unit.went == nullptr && !unit.answer;
}

}  // namespace

bool Flight::fold() {
    if (units.size() != deliveries.size()) return false;  // some wait for the claim of a key
    const Delivery& first = deliveries.front();
    if (!alike(first, first)) return false;
    kept.reserve(units.size());
    for (const Unit& unit : units) {
        const Delivery& of = unit.delivery;
        if (!plain(unit) || !alike(first, of)) {
            kept = std::vector<Kept>();
            return false;
        }
        kept.push_back({of.message.body.bytes, of.message.source, of.message.meta.id, of.position.at, of.position.end, of.ticket, unit.outcome});
    }
    like = std::move(deliveries.front());
    units.clear();
    deliveries = std::vector<Delivery>();
    return true;
}

void Flight::unfold() {
    if (kept.empty()) return;
    deliveries.reserve(kept.size());
    units.reserve(kept.size());
    for (const Kept& each : kept) {
        Delivery& delivery = deliveries.emplace_back(like);
        delivery.message.body.bytes = each.bytes;
        delivery.message.source = each.source;
        delivery.message.meta.id = each.id;
        delivery.position.at = each.begin;
        delivery.position.end = each.end;
        delivery.ticket = each.ticket;
        units.emplace_back(delivery).outcome = each.outcome;
    }
    kept.clear();
    like = Delivery();
}

}  // namespace weir
