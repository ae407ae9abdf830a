#include <doctest/doctest.h>

#include "dsl/names/nearest.hpp"
#include "dsl/types/types.hpp"

using namespace weir;
using plan::TypeKind;

TEST_CASE("what fits what") {
    plan::Plan plan;
    Types t(plan);
    const auto text = t.of(TypeKind::string), whole = t.of(TypeKind::int_), decimal = t.of(TypeKind::decimal), flag = t.of(TypeKind::bool_);
    const auto one = t.literal(std::int64_t{1}), range = t.range(whole, std::int64_t{1}, std::int64_t{9});
    CHECK(t.fits(t.any(), text) == Fit::maybe);
    CHECK(t.fits(text, t.any()) == Fit::yes);
    CHECK(t.fits(whole, decimal) == Fit::yes);
    CHECK(t.fits(decimal, whole) == Fit::maybe);
    CHECK(t.fits(whole, text) == Fit::no);
    CHECK(t.fits(one, range) == Fit::yes);
    CHECK(t.fits(t.literal(std::int64_t{10}), range) == Fit::no);
    CHECK(t.fits(whole, range) == Fit::maybe);
    CHECK(t.fits(t.maybe(text), text) == Fit::maybe);
    CHECK(t.fits(t.of(TypeKind::null_), text) == Fit::no);
    CHECK(t.fits(t.of(TypeKind::null_), t.maybe(text)) == Fit::yes);
    CHECK(t.fits(t.one_of({text, flag}), text) == Fit::maybe);
    CHECK(t.fits(text, t.one_of({whole, text})) == Fit::yes);
    CHECK(t.fits(flag, t.one_of({whole, text})) == Fit::no);
    CHECK(t.fits(t.array(text), text) == Fit::no);
}

TEST_CASE("records: what is made here has no other fields, what is declared may") {
    plan::Plan plan;
    Types t(plan);
    plan::Field id;
    id.name = "id";
    id.type = t.of(TypeKind::string);
    plan::Field total;
    total.name = "total";
    total.type = t.of(TypeKind::int_);
    const auto wanted = t.record({id, total}, false);
    CHECK(t.fits(t.record({id}, true), wanted) == Fit::no);
    CHECK(t.fits(t.record({id}, false), wanted) == Fit::maybe);
    CHECK(t.fits(t.record({id, total}, true), wanted) == Fit::yes);
    total.optional = true;
    CHECK(t.fits(t.record({id}, true), t.record({id, total}, false)) == Fit::yes);
    CHECK(t.field(wanted, "none").never);
    CHECK(t.field(wanted, "id").certain);
    CHECK_FALSE(t.field(t.any(), "id").never);
    const auto changed = t.with_field(wanted, {"a", "b"}, 0, t.of(TypeKind::bool_));
    CHECK(t.is(t.field(t.field(changed, "a").type, "b").type, TypeKind::bool_));
    CHECK(t.field(wanted, "a").never);
}

TEST_CASE("near misses: what the graph lacks before what is nearer") {
    CHECK(nearest("orders.vaildated", std::vector<Candidate>{{"orders.valid", false}, {"orders.validated", true}}) == "orders.validated");
    CHECK(nearest("orderz", std::vector<Candidate>{{"orders", false}, {"border", true}}) == "border");
    CHECK(nearest("rooute", std::vector<std::string>{"route", "repeat"}) == "route");
    CHECK(nearest("abc", std::vector<std::string>{"xyz"}).empty());
    CHECK(nearest("y", std::vector<std::string>{"x"}).empty());
    CHECK(edit_distance("abcd", "abdc") == 1);
}
