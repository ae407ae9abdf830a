// Flows that read what has failed elsewhere, and fail themselves.
#include "small_world.hpp"

namespace weir {

TEST_CASE("a message that came with a failure still has it when it is tried again, out of a channel and out of dead letters") {
    const std::string mend = R"(
  on unavailable retry 2 times backoff 1s
{
  filter meta.attempt > 1 else fail unavailable "later"
  -> out { class: meta.failure.class, why: meta.failure.message, flow: meta.failure.flow, attempt: meta.attempt }
}
)";
    const std::string declared = "queue work, failed, out\n";
    std::string flows;
    SUBCASE("a channel that a failure line names") { flows = declared + "flow f\n  from work\n  on any -> failed\n{\n  fail rejected \"no stock\"\n}\nflow mend\n  from failed" + mend; }
    SUBCASE("the dead letters of a flow") { flows = declared + "flow f from work {\n  fail rejected \"no stock\"\n}\nflow mend\n  from f.dead" + mend; }
    SmallWorld world;
    world.put("work", {R"({"n":1})"});
    world.start(flows);
    CHECK(world.rows("out").empty());
    world.advance(std::chrono::seconds(10));
    CHECK(world.rows("out") == std::vector<std::string>{R"({"class":"rejected","why":"no stock","flow":"f","attempt":2})"});
}

}  // namespace weir
