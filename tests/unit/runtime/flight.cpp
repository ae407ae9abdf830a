// What is kept of a batch between its steps and its commit.
#include <doctest/doctest.h>

#include "engine/runtime/flight.hpp"

using namespace weir;

namespace {

constexpr std::size_t count = 3;

struct Batch {
    std::shared_ptr<const std::string> bytes = std::make_shared<const std::string>("{\"n\":1}{\"n\":2}{\"n\":3}");
    Flight flight;
    Batch() {
        for (std::size_t n = 0; n < count; ++n) {
            Delivery& delivery = flight.deliveries.emplace_back();
            delivery.message.body.owner = bytes;
            delivery.message.body.bytes = std::string_view(*bytes).substr(7 * n, 7);
            delivery.message.body.format = Format::json;
            delivery.message.source = Value::integer(static_cast<std::int64_t>(n));
            delivery.message.meta.id = {7, n};
            delivery.message.meta.created = 11;
            delivery.position = {Position::Sort::source, 2, 5, 7 * n, 7 * n + 7};
            delivery.ticket = 40 + n;
            delivery.deadline = EngineTime(9);
        }
        for (Delivery& each : flight.deliveries) flight.units.emplace_back(each);
    }
};

}  // namespace

TEST_CASE("a batch of plain messages is folded small, and unfolded as it was") {
    Batch batch;
    Flight& flight = batch.flight;
    flight.units[1].outcome = Outcome::filtered;
    flight.fold();
    REQUIRE(flight.kept.size() == count);
    CHECK(flight.size() == count);
    CHECK(flight.deliveries.empty());
    CHECK(flight.units.empty());
    CHECK(batch.bytes.use_count() == 2);  // one share for the batch
    CHECK(flight.kept[2].ticket == 42);
    CHECK(flight.kept[1].outcome == Outcome::filtered);

    flight.unfold();
    CHECK(flight.kept.empty());
    REQUIRE(flight.units.size() == count);
    const Batch before;
    for (std::size_t n = 0; n < count; ++n) {
        const Delivery& is = flight.units[n].delivery;
        const Delivery& was = before.flight.deliveries[n];
        CHECK(&is == &flight.deliveries[n]);
        CHECK(is.message.body.owner == batch.bytes);
        CHECK(is.message.body.bytes == was.message.body.bytes);
        CHECK(is.message.body.format == Format::json);
        CHECK(is.message.source.i == was.message.source.i);
        CHECK(is.message.meta.id == was.message.meta.id);
        CHECK(is.message.meta.created == 11);
        CHECK(is.message.meta.attempt == 1);
        CHECK(is.position.sort == Position::Sort::source);
        CHECK(is.position.no == 2);
        CHECK(is.position.part == 5);
        CHECK(is.position.at == was.position.at);
        CHECK(is.position.end == was.position.end);
        CHECK(is.ticket == was.ticket);
        CHECK(is.deadline == EngineTime(9));
        CHECK(flight.units[n].outcome == (n == 1 ? Outcome::filtered : Outcome::done));
    }
}

TEST_CASE("a batch stays as it is where one of its messages has something of its own") {
    const std::string went = "f.dead";
    Batch batch;
    Flight& flight = batch.flight;
    Delivery& delivery = flight.deliveries[1];
    Flight::Unit& unit = flight.units[1];
    SUBCASE("other bytes") { delivery.message.body.owner = std::make_shared<const std::string>("x"); }
    SUBCASE("facts in another place") { delivery.message.source_owner = batch.bytes; }
    SUBCASE("another format") { delivery.message.body.format = Format::bytes; }
    SUBCASE("a tree") { delivery.message.body.tree = Value::null(); }
    SUBCASE("fields that were looked at") { delivery.message.body.picked = Value::null(); }
    SUBCASE("headers") { delivery.message.headers = std::make_shared<const Headers>(); }
    SUBCASE("a time") { delivery.message.meta.created = 12; }
    SUBCASE("an attempt") { delivery.message.meta.attempt = 2; }
    SUBCASE("a correlation") { delivery.message.meta.correlation = {1, 1}; }
    SUBCASE("a trace") { delivery.message.meta.trace = {1, 1}; }
    SUBCASE("a question") { delivery.message.meta.in_reply_to = {1, 1}; }
    SUBCASE("a way") { delivery.message.meta.history = std::make_shared<const std::vector<Hop>>(); }
    SUBCASE("a failure") { delivery.message.meta.failure = std::make_shared<const Failure>(); }
    SUBCASE("a return address") { delivery.message.meta.reply_to = "channel:a"; }
    SUBCASE("an end of its time") { delivery.message.meta.expires = 1; }
    SUBCASE("a replay") { delivery.message.meta.replays = 1; }
    SUBCASE("another sort of place") { delivery.position.sort = Position::Sort::none; }
    SUBCASE("another source") { delivery.position.no = 3; }
    SUBCASE("another part") { delivery.position.part = 6; }
    SUBCASE("a type") { delivery.type = 1; }
    SUBCASE("a channel") { delivery.origin = 1; }
    SUBCASE("a row's type") { delivery.row_type = 1; }
    SUBCASE("a row at rest") { delivery.due = std::make_shared<const DueRow>(); }
    SUBCASE("what the source could not read") { delivery.unreadable = std::make_shared<const Failure>(); }
    SUBCASE("what it waited for") { delivery.waits_for = std::make_shared<const Failure>(); }
    SUBCASE("a deadline") { delivery.deadline = EngineTime(10); }
    SUBCASE("somebody who asks") { delivery.asks = true; }
    SUBCASE("a key") { unit.has_key = true; }
    SUBCASE("a duplicate") { unit.skipped = true; }
    SUBCASE("a suspect") { unit.suspect = 1; }
    SUBCASE("poison") { unit.poison = std::make_shared<Failure>(); }
    SUBCASE("a dead letter") { unit.outcome = Outcome::dead; }
    SUBCASE("a rest") { unit.outcome = Outcome::resting; }
    SUBCASE("where it went") { unit.went = &went; }
    SUBCASE("an answer") { unit.answer = std::make_unique<Answer>(); }
    SUBCASE("one that waits for a key") { flight.units.pop_back(); }
    const std::size_t units = flight.units.size();
    flight.fold();
    CHECK(flight.kept.empty());
    CHECK(flight.deliveries.size() == count);
    CHECK(flight.size() == units);
}

TEST_CASE("the first of a batch is held to the same") {
    Batch batch;
    batch.flight.deliveries[0].message.meta.reply_to = "channel:a";
    batch.flight.fold();
    CHECK(batch.flight.kept.empty());
}
