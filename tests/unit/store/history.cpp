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
        std::vector<std::int64_t> times;
        const int count = 1 + static_cast<int>(random() % 40);
        for (int i = 0; i < count; ++i) {
            UnitWrite unit;
            unit.id = {random(), random()};
            unit.outcome = static_cast<Outcome>(random() % 6);
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
            times.push_back(random() % 2 == 0 ? 5000 : static_cast<std::int64_t>(random() % 10000));
            packer.add(times.back(), unit, out);
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
