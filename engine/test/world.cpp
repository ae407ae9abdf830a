#include "engine/test/world.hpp"

#include <algorithm>

#include "engine/store/open.hpp"

namespace weir {

void TestWorld::Lines::write(LogLevel level, std::string_view flow, std::string_view text, std::string_view details) {
    if (level == LogLevel::warn || level == LogLevel::error) lines.push_back(std::string(flow) + ": " + std::string(text) + (details.empty() ? "" : " ") + std::string(details));
}

TestWorld::TestWorld(const TestSetup& from, std::optional<std::uint64_t> seed) : setup(from), random(seed.value_or(0)), environment(from.environment), executor(clock, seed), real(from.kinds()) {
    for (const auto& kind : real) {
        if (kind->name() == "timer") {
            kinds_.push_back(nullptr);  // it lives by the virtual clock
            continue;
        }
        const ConnectorSpec* spec = setup.specs.find(std::string(kind->name()));
        const bool appends = spec != nullptr && std::any_of(spec->operations.begin(), spec->operations.end(), [](const OperationSpec& o) { return o.append; });
        kinds_.push_back(recorder.kind(std::string(kind->name()), appends ? kind.get() : nullptr, kind.get()));
    }
    for (std::size_t n = 0; n < kinds_.size(); ++n)
        if (!kinds_[n]) kinds_[n] = std::move(real[n]);
    std::erase(real, nullptr);
}

TestWorld::~TestWorld() {
    engine_.reset();
    if (store) {
        store->stop([] {});
        executor.run_until_idle();
    }
}

void TestWorld::fail(std::string why) {
    if (broken_.empty()) broken_ = std::move(why);
}

Result<Done> TestWorld::open() {
    StoreOptions options;
    options.memory = true;
    options.inline_writer = true;
    Result<std::unique_ptr<Store>> opened = open_store(options, files, clock, random, [this](std::string why) { fail(std::move(why)); }, [this](std::string text) { log.push_back(std::move(text)); });
    if (!opened) return opened.error();
    store = std::move(*opened);
    watched = std::make_unique<WatchedStore>(*store);
    start();
    run();
    if (!broken_.empty()) return Error{0, broken_};
    return Done{};
}

void TestWorld::start() {
    EngineOptions options;
    options.settings = setup.settings;
    options.paused = paused_;
    engine_ = std::make_unique<Engine>(setup.plan, World{clock, random, environment, files, files, *watched, lines_, setup.specs, kinds_, {&executor}}, std::move(options));
    const Result<Done> started = engine_->start([this](Result<Done> how) {
        if (!how) fail(how.error().text);
    });
    if (!started) fail(started.error().text);
}

void TestWorld::die() {
    ++crashes;
    engine_.reset();
    recorder.crash();
    executor.forget_timers();
    executor.run_until_idle();
    watched->revive();
    start();
}

void TestWorld::run() {
    while (executor.run_one())
        if (watched->died()) die();
}

bool TestWorld::advance(EngineTime by, const std::function<bool()>& look) {
    const EngineTime end = clock.engine() + by;
    run();
    if (look && look()) return true;
    for (std::optional<EngineTime> next = executor.next_timer(); next && *next <= end; next = executor.next_timer()) {
        clock.advance(std::max(EngineTime{0}, *next - clock.engine()));
        run();
        if (look && look()) return true;
    }
    clock.advance(end - clock.engine());
    return look && look();
}

void TestWorld::crash() {
    die();
    run();
}

void TestWorld::pause(const std::string& flow, bool paused) {
    if (paused) paused_.insert(flow);
    else paused_.erase(flow);
    if (engine_) engine_->pause(flow, paused);
    run();
}

}  // namespace weir
