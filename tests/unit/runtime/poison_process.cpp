// R9, W25 with real processes: an engine of two workers, on a store and a flight record on disk, that a message brings down.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "dsl/diagnostics/render.hpp"
#include "engine/store/view.hpp"
#include "engine/system/files.hpp"
#include "engine/system/flight.hpp"
#include "engine/system/worker.hpp"
#include "engine/system/world.hpp"
#include "tests/unit/runtime/accident.hpp"
#include "tests/unit/runtime/small_world.hpp"

using namespace weir;

namespace {

constexpr int lines = 2000, poison_at = 700;
constexpr int others = 200'000;  // of the other worker: more than it can do before the third end

const std::string text = R"(
flow first from file.lines("first.jsonl") { -> file.append("${body.to}") }
flow second from file.lines("second.jsonl") { -> file.append("${body.to}") }
)";

// One life of the engine, in a process of its own. Its exit: 0 it has ended by itself, 2 something else is wrong.
[[noreturn]] void live(const std::string& folder, int life, int told) {
    std::signal(SIGABRT, SIG_DFL);
    if (::chdir(folder.c_str()) != 0) ::_exit(2);
    Sources sources;
    Findings findings;
    const ConnectorCatalog specs = builtin_specs();
    const ReadFile read = [](const std::string& path) -> std::optional<std::string> { return path == "test.flow" ? std::optional(text) : std::nullopt; };
    const plan::Plan plan = check({"test.flow"}, read, specs, {}, sources, findings);
    PosixFiles files;
    SystemClock clock;
    SystemRandom random;
    const SystemEnvironment environment;
    CollectedLog log;
    Worker one(clock), two(clock);
    StoreOptions options;
    options.folder = folder + "/store";
    auto store = open_store(options, files, clock, random, [](std::string) { ::_exit(2); }, [](std::string) {});
    if (findings.has_errors() || !store) ::_exit(2);
    auto flight = MappedFlight::open(folder + "/store/flight", 2);
    if (!flight) ::_exit(2);
    auto kinds = builtin_kinds();
    AccidentKind::among(kinds, [&](const std::string& path) {
        if (path != "die") return;
        // A suspect looks around for a while: whoever else is at a message would be named with it.
        char running = '0';
        const EngineTime until = clock.engine() + (life > 1 ? std::chrono::milliseconds(100) : std::chrono::milliseconds(0));
        do {
            char now = '0';
            for (const FlightSlot& slot : (*flight)->slots()) now = static_cast<char>(now + (slot.running.load() != 0));
            running = std::max(running, now);
        } while (clock.engine() < until);
        if (::write(told, &running, 1) != 1) ::_exit(2);
        std::abort();
    });
    {
        Engine engine(plan, World{clock, random, environment, files, files, **store, log, specs, kinds, {&one, &two}, flight->get()}, {});
        bool well = true;
        const auto started = engine.start([&](Result<Done> how) {
            well = static_cast<bool>(how);
            one.stop();
        });
        if (!started) ::_exit(2);
        std::thread other([&] { two.run(); });
        one.run();
        two.stop();
        other.join();
        if (!well) ::_exit(2);
    }
    (*store)->stop([] { ::_exit(0); });
    for (;;) ::pause();
}

std::string whole(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("R9, W25: three times a message aborts the process, alone from the second time on; then it is a dead letter and all others have gone through") {
    std::string folder = (std::filesystem::temp_directory_path() / "weir-poison-XXXXXX").string();
    REQUIRE(::mkdtemp(folder.data()) != nullptr);
    std::string expected;
    {
        std::ofstream first(folder + "/first.jsonl"), second(folder + "/second.jsonl");
        for (int n = 0; n < lines; ++n) {
            const std::string line = "{\"n\":" + std::to_string(n) + ",\"to\":\"one\"}\n";
            first << (n == poison_at ? "{\"n\":" + std::to_string(n) + ",\"to\":\"die\"}\n" : line);
            if (n != poison_at) expected += line;
        }
        for (int n = 0; n < others; ++n) second << "{\"n\":" << n << ",\"to\":\"two\"}\n";
    }
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    for (int life = 1; life <= 4; ++life) {
        const pid_t child = ::fork();
        REQUIRE(child >= 0);
        if (child == 0) live(folder, life, ends[1]);
        int status = 0;
        ::waitpid(child, &status, 0);
        CAPTURE(life);
        if (life == 4) {
            REQUIRE(WIFEXITED(status));
            CHECK(WEXITSTATUS(status) == 0);
            break;
        }
        REQUIRE(WIFSIGNALED(status));
        CHECK(WTERMSIG(status) == SIGABRT);
        char running = 0;
        REQUIRE(::read(ends[0], &running, 1) == 1);
        if (life > 1) CHECK(running == '1');
    }
    ::close(ends[0]);
    ::close(ends[1]);
    CHECK((whole(folder + "/one") == expected));
    const std::string two = whole(folder + "/two");
    CHECK(std::count(two.begin(), two.end(), '\n') == others);
    {
        auto view = open_view(folder + "/store");
        REQUIRE(static_cast<bool>(view));
        const auto dead = (*view)->dead(10);
        REQUIRE(static_cast<bool>(dead));
        REQUIRE(dead->size() == 1);
        const DeadRow& row = dead->front();
        CHECK(row.flow == "first");
        CHECK(row.failure.kind == FailureClass::internal);
        CHECK(row.failure.message.find("3 times") != std::string::npos);
        CHECK(row.failure.step.find("file.append") != std::string::npos);
        CHECK(row.body == "{\"n\":" + std::to_string(poison_at) + ",\"to\":\"die\"}");
    }
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
}
