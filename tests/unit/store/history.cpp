// What a packed row says is what was packed; a damaged one is refused and not believed.
#include <random>

#include "engine/store/history.hpp"
#include "world.hpp"

using namespace weir;

TEST_CASE("units come out of a packed row as they went in") {
    std::mt19937_64 random(3);
    for (int round = 0; round < 200; ++round) {
        HistoryPacker packer;
        packer.start(4, 100);
        std::vector<UnitWrite> units;
        std::vector<std::vector<UnitOut>> outs;
        std::vector<UnitMore> more;
        std::vector<std::int64_t> times;
        const int count = 1 + static_cast<int>(random() % 40);
        for (int i = 0; i < count; ++i) {
            UnitWrite unit;
            unit.id = {random(), random()};
            unit.outcome = static_cast<Outcome>(random() % 12);
            unit.attempt = random() % 3 == 0 ? static_cast<std::uint32_t>(random() % 1000 + 1) : 1;
            unit.arrival.length = random() % 4 == 0 ? 5 : 0;
            unit.position.sort = static_cast<Position::Sort>(random() % 3);
            if (unit.position.sort != Position::Sort::none) {
                unit.position.no = static_cast<No>(random() % 3 + 10 * static_cast<unsigned>(unit.position.sort));
                unit.position.part = random() % 2 == 0 ? random() : 77;
                unit.position.at = random() % 2 == 0 ? random() : random() % 1000;
                unit.position.end = unit.position.at + random() % 500;
            }
            std::vector<UnitOut> out(random() % 4);
            for (UnitOut& one : out) {
                one.file = random() % 3 == 0;
                one.no = random() % 300;
                one.row = one.file ? 0 : random() % 100000;
            }
            UnitMore& other = more.emplace_back();
            for (auto n = random() % 3; n > 0; --n) other.dead.push_back(random() % 1000);
            for (auto n = random() % 3; n > 0; --n) other.due.push_back(random());
            other.recorded = random() % 2 == 0;
            if (random() % 3 == 0) other.who = random() % 2 == 0 ? "ann" : "bob";
            if (random() % 3 == 0) other.why = random() % 2 == 0 ? "twice" : "wrong";
            times.push_back(random() % 2 == 0 ? 5000 : static_cast<std::int64_t>(random() % 10000));
            packer.add(times.back(), unit, out, other);
            units.push_back(unit);
            outs.push_back(out);
        }
        std::vector<PackedUnit> got;
        REQUIRE(unpack_history(packer.first, packer.count, packer.at, packer.blob, got));
        REQUIRE(got.size() == units.size());
        for (std::size_t i = 0; i < got.size(); ++i) {
            CHECK(got[i].no == 100 + i);
            CHECK(got[i].at == times[i]);
            CHECK(got[i].id == units[i].id);
            CHECK(got[i].outcome == units[i].outcome);
            CHECK(got[i].attempt == units[i].attempt);
            CHECK(got[i].arrival == (units[i].arrival.length > 0));
            CHECK(got[i].in.sort == units[i].position.sort);
            CHECK(got[i].in.no == units[i].position.no);
            CHECK(got[i].in.part == units[i].position.part);
            CHECK(got[i].in.at == units[i].position.at);
            CHECK(got[i].in.end == units[i].position.end);
            CHECK(got[i].dead == more[i].dead);
            CHECK(got[i].due == more[i].due);
            CHECK(got[i].recorded == more[i].recorded);
            CHECK(got[i].who == more[i].who);
            CHECK(got[i].why == more[i].why);
            REQUIRE(got[i].outs.size() == outs[i].size());
            for (std::size_t k = 0; k < outs[i].size(); ++k) {
                CHECK(got[i].outs[k].file == outs[i][k].file);
                CHECK(got[i].outs[k].no == outs[i][k].no);
                CHECK(got[i].outs[k].row == outs[i][k].row);
            }
        }
        for (std::size_t cut = 0; cut < packer.blob.size(); ++cut) {
            std::vector<PackedUnit> ignored;
            CHECK(!unpack_history(packer.first, packer.count, packer.at, std::string_view(packer.blob).substr(0, cut), ignored));
        }
    }
}

TEST_CASE("the usual unit, from one row of a channel to one of another, takes 24 bytes at most") {
    HistoryPacker packer;
    packer.start(1, 1);
    for (RowId i = 1; i <= 1000; ++i) {
        UnitWrite unit;
        unit.id = {i, i};
        unit.position = {Position::Sort::consumer, 5, 0, 1'000'000 + i, 1'000'001 + i};
        packer.add(1, unit, {{false, 6, 2'000'000 + i}});
    }
    CHECK(packer.blob.size() <= 24 * 1000);
}

TEST_CASE("what version 1 packed is still read") {
    std::string blob = std::string("\x01\x9b", 2) + std::string(15, '\0') + '\x09';  // dead, attempt, position, at the first time; an id
    blob += std::string("\x01\x05\x00\xc8\x01\x02", 6);                             // consumer 5, part 0, from 100 to 101
    blob += std::string("\x04\x01\x0c\x0e", 4);                                      // attempt 4; one row: channel 6, row 7
    std::vector<PackedUnit> got;
    REQUIRE(unpack_history(50, 1, 1234, blob, got));
    CHECK(got[0].no == 50);
    CHECK(got[0].at == 1234);
    CHECK(got[0].id == Id128{0, 9});
    CHECK(got[0].outcome == Outcome::dead);
    CHECK(got[0].attempt == 4);
    CHECK(got[0].in.sort == Position::Sort::consumer);
    CHECK(got[0].in.no == 5);
    CHECK(got[0].in.at == 100);
    CHECK(got[0].in.end == 101);
    CHECK(!got[0].arrival);
    REQUIRE(got[0].outs.size() == 1);
    CHECK(got[0].outs[0].no == 6);
    CHECK(got[0].outs[0].row == 7);
    blob[1] = '\x9e';  // it had no outcome of that number
    CHECK(!unpack_history(50, 1, 1234, blob, got));
}
