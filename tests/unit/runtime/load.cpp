// Two routes of one listener, and what reads behind them, on the real executor with several threads: under load nothing is lost, doubled, or answered to another one.
// With `-DWEIR_SANITIZE=thread` the same test says whether two threads meet.
#include <atomic>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "connectors/catalog.hpp"
#include "dsl/check/check.hpp"
#include "dsl/diagnostics/render.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/store/open.hpp"
#include "engine/system/files.hpp"
#include "engine/system/worker.hpp"
#include "engine/system/world.hpp"
#include "tests/contract/http_rig.hpp"
#include "tests/unit/system/folder.hpp"

#include <doctest/doctest.h>

using namespace weir;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t threads = 4, senders = 8, requests = 60;  // requests: of each sender to each route

const char* const flows = R"(
connector web = http(listen: "127.0.0.1:0")
connector other = http(listen: "127.0.0.1:0")
queue orders
queue kept
flow take from web.post("/take") {
  -> orders
  reply 202 { id: body.id }
}
flow square from web.post("/square/{n}") {
  reply { id: body.id, path: source.path.n, by: header["x-sender"] }
}
flow elsewhere from other.post("/take") { -> orders }
flow carry from orders {
  -> kept
}
)";

// An engine as `weir run` makes one: workers, a store on the disk with its writer thread, files, clock.
struct Running {
    TemporaryFolder folder;
    SystemClock clock;
    SystemRandom random;
    SystemEnvironment environment;
    PosixFiles files;
    NoConsole console;
    KeptLog log;
    ConnectorCatalog specs = builtin_specs();
    std::vector<std::unique_ptr<ConnectorKind>> kinds = builtin_kinds();
    std::vector<std::unique_ptr<Worker>> workers;
    std::vector<std::thread> running;
    std::unique_ptr<Store> store;
    plan::Plan plan;
    std::unique_ptr<Engine> engine;
    std::promise<void> over;

    Running() {
        Sources sources;
        Findings findings;
        plan = check({"test.flow"}, [](const std::string& path) -> std::optional<std::string> { return path == "test.flow" ? std::optional<std::string>(flows) : std::nullopt; }, specs, {}, sources, findings);
        if (findings.has_errors()) throw std::runtime_error(render_text(findings, sources));
        StoreOptions options;
        options.folder = folder.path + "/store";
        const auto told = [this](std::string text) { log.write(LogLevel::warn, "store", text, {}); };
        auto opened = open_store(options, files, clock, random, told, told);
        if (!opened) throw std::runtime_error(opened.error().text);
        store = std::move(*opened);
        World world{clock, random, environment, files, console, *store, log, specs, kinds, {}};
        for (std::size_t n = 0; n < threads; ++n) world.executors.push_back(workers.emplace_back(std::make_unique<Worker>(clock)).get());
        engine = std::make_unique<Engine>(plan, std::move(world), EngineOptions{});
        const Result<Done> started = engine->start([this](Result<Done>) { over.set_value(); });
        if (!started) throw std::runtime_error(started.error().text);
        for (const auto& worker : workers) running.emplace_back([w = worker.get()] { w->run(); });
    }
    // As after a signal: nothing new is taken, what is in flight ends.
    void stop() {
        workers.front()->post([this] { engine->stop(); });
        REQUIRE(over.get_future().wait_for(patience) == std::future_status::ready);
        end();
    }
    void end() {
        for (const auto& worker : workers) worker->stop();
        for (std::thread& thread : running) thread.join();
        running.clear();
        engine.reset();
    }
    ~Running() {
        end();
        std::promise<void> stopped;
        store->stop([&] { stopped.set_value(); });
        stopped.get_future().wait();
    }
    // In the order in which the connectors stand in the text.
    std::vector<std::uint16_t> ports() {
        const std::lock_guard lock(log.mutex);
        std::vector<std::uint16_t> out;
        for (const std::string& line : log.lines)
            if (line.starts_with("listens on ")) out.push_back(static_cast<std::uint16_t>(std::stoi(line.substr(line.rfind(':') + 1))));
        return out;
    }
    std::uint64_t done(const std::string& flow) {
        for (const FlowReport& report : engine->report())
            if (report.name == flow) return report.figures->done;
        return 0;
    }
    std::vector<std::string> rows(const std::string& channel) {
        std::vector<std::string> out;
        const auto read = store->read(store->number(NameKind::channel, channel), 0, 100'000, 1u << 26);
        REQUIRE(static_cast<bool>(read));
        for (const Row& row : *read) out.push_back(row.body);
        return out;
    }
};

std::string post(const std::string& path, const std::string& body, const std::string& sender) {
    return "POST " + path + " HTTP/1.1\r\nHost: h\r\nX-Sender: " + sender + "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("two routes of one listener on several threads, under load and while it stops: each request has its own answer, each accepted one stands once") {
    Running w;
    const std::vector<std::uint16_t> ports = w.ports();
    REQUIRE(ports.size() == 2);
    std::mutex mutex;
    std::set<std::string> accepted;
    std::string wrong;  // the first that was
    std::atomic<std::size_t> answered{0};
    std::atomic<bool> stopping{false};
    const auto blame = [&](const std::string& what, const Reply& reply) {
        const std::lock_guard lock(mutex);
        if (wrong.empty()) wrong = what + ": " + std::to_string(reply.status) + " " + reply.body;
    };
    const auto send = [&](std::size_t number) {
        const std::string sender = "s" + std::to_string(number);
        const std::uint16_t port = ports[number % 4 == 3 ? 1 : 0];
        std::optional<Wire> wire;
        const auto ask = [&](const std::string& path, const std::string& body) {
            if (!wire) wire.emplace(port);
            if (!wire->send(post(path, body, sender))) return Reply{};
            return wire->read();
        };
        for (std::size_t n = 0; n < requests || !stopping; ++n) {
            const std::string id = sender + "." + std::to_string(n), body = "{\"id\":\"" + id + "\"}";
            const Reply taken = ask("/take", body);
            if (taken.status == 202) {
                // Stored, and its flow ended before it could answer: 202 without a body.
                if (port == ports[0] && taken.body != body && !(stopping && taken.body.empty())) blame("taken " + body, taken);
                const std::lock_guard lock(mutex);
                accepted.insert(body);
            } else if (taken.status != 503 && !stopping) {
                blame("not taken " + body, taken);
            }
            if (taken.status == 0 || taken.field("connection") == "close") return;
            if (port == ports[0]) {
                const Reply squared = ask("/square/" + std::to_string(n), body);
                if (squared.status == 200 && squared.body != "{\"id\":\"" + id + "\",\"path\":\"" + std::to_string(n) + "\",\"by\":\"" + sender + "\"}") blame("of another " + body, squared);
                if (squared.status != 200 && squared.status != 503 && !stopping) blame("not squared " + body, squared);
                if (squared.status == 0 || squared.field("connection") == "close") return;
            }
            ++answered;
            if (stopping && taken.status != 202) return;
        }
    };
    std::vector<std::thread> clients;
    for (std::size_t n = 0; n < senders; ++n)
        clients.emplace_back([&, n] {
            try {
                send(n);
            } catch (const std::exception&) {  // nobody listens any more
                if (!stopping) blame("nobody listens", {});
            }
        });
    const Deadline deadline;
    while (answered < senders * requests && !deadline.over()) std::this_thread::yield();
    CHECK(answered >= senders * requests);
    while (w.done("carry") < senders * requests / 2 && !deadline.over()) std::this_thread::yield();
    stopping = true;
    w.stop();  // in the middle of what they send
    for (std::thread& client : clients) client.join();
    CHECK(wrong == "");
    const std::vector<std::string> orders = w.rows("orders"), kept = w.rows("kept");
    const std::set<std::string> different(orders.begin(), orders.end());
    CHECK(different.size() == orders.size());
    std::size_t missing = 0;
    for (const std::string& body : accepted) missing += different.count(body) == 0;
    CHECK(missing == 0);
    // What was carried stands in the order in which it came, without a gap.
    CHECK(kept.size() <= orders.size());
    CHECK(std::equal(kept.begin(), kept.end(), orders.begin()));
    CHECK(kept.size() >= senders * requests / 2);
}
