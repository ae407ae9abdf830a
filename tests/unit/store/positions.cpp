// The ranges of a part, against a plain set of numbers.
#include <algorithm>
#include <random>
#include <set>

#include "engine/store/positions.hpp"
#include "world.hpp"

using namespace weir;

TEST_CASE("ranges of a part are what a set of numbers says, in any order and with overlaps") {
    std::mt19937 random(7);
    for (int round = 0; round < 300; ++round) {
        PartState state;
        state.low = random() % 5;
        std::set<std::uint64_t> model;
        for (std::uint64_t i = 0; i < state.low; ++i) model.insert(i);
        for (int step = 0; step < 60; ++step) {
            const std::uint64_t begin = random() % 80, end = begin + random() % 6;
            add_range(state, begin, end);
            for (std::uint64_t i = begin; i < end; ++i) model.insert(i);
            std::uint64_t low = 0;
            while (model.contains(low)) ++low;
            REQUIRE(state.low == low);
            std::set<std::uint64_t> seen;
            for (std::uint64_t i = 0; i < state.low; ++i) seen.insert(i);
            std::uint64_t last = state.low;
            for (const Range& range : state.done) {
                REQUIRE(range.begin > last);  // sorted, disjoint, not touching
                REQUIRE(range.end > range.begin);
                last = range.end;
                for (std::uint64_t i = range.begin; i < range.end; ++i) seen.insert(i);
            }
            REQUIRE(seen == model);
            PartState again;
            again.low = state.low;
            REQUIRE(decode_ranges(encode_ranges(state), again));
            REQUIRE(again.done.size() == state.done.size());
            for (std::size_t i = 0; i < again.done.size(); ++i) {
                REQUIRE(again.done[i].begin == state.done[i].begin);
                REQUIRE(again.done[i].end == state.done[i].end);
            }
        }
    }
}

TEST_CASE("a damaged list of ranges is refused") {
    PartState state;
    CHECK(!decode_ranges("", state));
    CHECK(!decode_ranges("\x02", state));
    CHECK(!decode_ranges("\x01\x05", state));
    CHECK(!decode_ranges(std::string_view("\x01\x05\x00", 3), state));
    CHECK(!decode_ranges("\x01\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", state));
}
