#include "tools/bench/product_hop.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

#include "connectors/catalog.hpp"
#include "dsl/check/check.hpp"
#include "dsl/diagnostics/render.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/store/open.hpp"
#include "engine/system/files.hpp"
#include "engine/system/worker.hpp"
#include "engine/system/world.hpp"
#include "tools/bench/orders.hpp"

namespace weir::bench {
namespace {

struct Silence final : Log {
    void write(LogLevel, std::string_view, std::string_view, std::string_view) override {}
};

std::optional<std::string> read_file(const std::string& path) {
    std::ifstream in(path);
    if (!in) return std::nullopt;
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// Puts orders into a channel, a thousand to a commit, one commit behind the other.
class Filler {
public:
    Filler(Store& store, Worker& worker, const Clock& clock, long count) : store_(store), worker_(worker), clock_(clock), left_(count), channel_(store.number(NameKind::channel, "a")), flow_(store.number(NameKind::flow, "fill")) {}
    void go() {
        if (left_ == 0) return worker_.stop();
        Commit commit;
        commit.flow = flow_;
        commit.now = clock_.wall();
        commit.history = false;
        const long count = std::min(left_, 1000L);
        for (long n = 0; n < count; ++n) {
            Put put;
            put.channel = channel_;
            put.id = {static_cast<std::uint64_t>(left_ - n), 1};
            Meta meta;
            meta.id = meta.correlation = meta.trace = put.id;
            meta.created = commit.now;
            put.envelope = keep(commit.bytes, encode_envelope(nullptr, meta));
            std::string body;
            append_order(body, left_ - n);
            put.body = keep(commit.bytes, body);
            put.type = static_cast<std::uint32_t>(Format::json);
            commit.puts.push_back(put);
        }
        left_ -= count;
        UnitWrite unit;
        unit.id = commit.puts.front().id;
        unit.puts_end = static_cast<std::uint32_t>(commit.puts.size());
        commit.units.push_back(unit);
        store_.commit(std::move(commit), worker_, [this](Committed committed) {
            if (committed.fates.size() != 1 || committed.fates[0] != Fate::durable) give_up("the queue can't be filled: " + committed.why);
            go();
        });
    }

private:
    static Slice keep(std::string& bytes, std::string_view text) {
        const Slice slice{static_cast<std::uint32_t>(bytes.size()), static_cast<std::uint32_t>(text.size())};
        bytes += text;
        return slice;
    }
    Store& store_;
    Worker& worker_;
    const Clock& clock_;
    long left_;
    No channel_, flow_;
};

}  // namespace

Measured product_hop(const std::string& flow_path, const std::string& folder, long messages, long window) {
    Sources sources;
    Findings findings;
    const ConnectorCatalog specs = builtin_specs();
    const plan::Plan plan = check({flow_path}, read_file, specs, {}, sources, findings);
    if (findings.has_errors()) give_up(render_text(findings, sources));

    SystemClock clock;
    SystemRandom random;
    const SystemEnvironment environment;
    PosixFiles files;
    ConsoleFiles console;
    Silence log;
    const auto kinds = builtin_kinds();
    Worker filling(clock), worker(clock);  // before the store, which may still post to them
    StoreOptions options;
    options.folder = folder + "/store";
    Result<std::unique_ptr<Store>> store = open_store(options, files, clock, random, [](std::string why) { give_up(why); }, [](const std::string&) {});
    if (!store) give_up(store.error().text);

    Filler filler(**store, filling, clock, messages);
    filling.post([&filler] { filler.go(); });
    filling.run();
    EngineOptions engine_options;
    engine_options.until_idle = true;
    engine_options.window = static_cast<std::size_t>(window);
    Measured out;
    {
        Engine engine(plan, World{clock, random, environment, files, console, **store, log, specs, kinds, {&worker}}, engine_options);
        const double wall = seconds(), cpu = cpu_seconds();
        const Result<Done> started = engine.start([&](Result<Done> how) {
            if (!how) give_up(how.error().text);
            out.wall = seconds() - wall;
            out.cpu = cpu_seconds() - cpu;
            worker.stop();
        });
        if (!started) give_up(started.error().text);
        worker.run();
    }
    out.messages = messages;
    const std::uint64_t arrived = (*store)->tail((*store)->number(NameKind::channel, "b"));
    if (arrived != static_cast<std::uint64_t>(messages)) give_up("of " + std::to_string(messages) + " messages " + std::to_string(arrived) + " arrived");
    (*store)->stop([] {});
    return out;
}

}  // namespace weir::bench
