// Which thread a flow runs on.
#include "tests/unit/runtime/small_world.hpp"

using namespace weir;

namespace {

// Only tells on which executors sources of it are made.
struct Watched final : Connector {
    std::vector<Executor*>& seen;
    explicit Watched(std::vector<Executor*>& s) : seen(s) {}
    Result<std::unique_ptr<Source>> source(const std::string&, No, const std::vector<Argument>&, std::int64_t, ConnectorWorld world) override {
        struct Silent final : Source {
            void start(Inlet&, std::vector<PartState>) override {}
            void resume() override {}
            void settle(std::uint64_t, Verdict) override {}
            void stop() override {}
        };
        seen.push_back(&world.executor);
        return std::unique_ptr<Source>(std::make_unique<Silent>());
    }
    Result<std::unique_ptr<Sink>> sink(const std::string&, ConnectorWorld) override { return Error{0, "no sink"}; }
    bool append_path(const std::vector<Argument>&, std::string&, Failure&) const override { return false; }
};
struct WatchedKind final : ConnectorKind {
    std::vector<Executor*>& seen;
    explicit WatchedKind(std::vector<Executor*>& s) : seen(s) {}
    std::string_view name() const override { return "http"; }
    Result<std::unique_ptr<Connector>> make(const std::string&, const std::vector<Argument>&, ConnectorWorld) override { return std::unique_ptr<Connector>(std::make_unique<Watched>(seen)); }
};

}  // namespace

TEST_CASE("flows that read from one pinned connection share a thread; others are dealt out in turn") {
    std::vector<Executor*> seen;
    SmallWorld w;
    SimulatedExecutor second{w.clock};
    w.executors = {&w.executor, &second};
    for (auto& kind : w.kinds)
        if (kind->name() == "http") kind = std::make_unique<WatchedKind>(seen);
    w.start(R"(
connector web = http(listen: "127.0.0.1:0")
connector other = http(listen: "127.0.0.1:0")
queue out
flow a from web.post("/a") { -> out }
flow b from web.post("/b") { -> out }
flow c from other.post("/c") { -> out }
)");
    REQUIRE(seen.size() == 3);
    CHECK(seen[0] == seen[1]);
    CHECK(seen[0] != seen[2]);
    w.crash();
    second.run_until_idle();
}
