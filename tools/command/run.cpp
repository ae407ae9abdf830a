#include <unistd.h>

#include <future>
#include <thread>

#include "connectors/catalog.hpp"
#include "dsl/names/nearest.hpp"
#include "engine/runtime/engine.hpp"
#include "engine/store/open.hpp"
#include "engine/store/view.hpp"
#include "engine/system/files.hpp"
#include "engine/system/flight.hpp"
#include "engine/system/worker.hpp"
#include "engine/system/world.hpp"
#include "tools/command/act.hpp"
#include "tools/command/command.hpp"
#include "tools/command/control.hpp"
#include "tools/command/load.hpp"
#include "tools/command/nothing_new.hpp"
#include "tools/command/orphans.hpp"
#include "tools/command/output.hpp"
#include "tools/command/put.hpp"
#include "tools/command/reporter.hpp"
#include "tools/command/signals.hpp"
#include "tools/command/tally.hpp"

namespace weir::command {
namespace {

constexpr EngineTime patience = std::chrono::seconds(30);          // N3
constexpr EngineTime between_looks = std::chrono::milliseconds(250);  // of the line of progress
constexpr auto control_look = std::chrono::milliseconds(50);

// One run: what the threads share. Ended from the first worker; `stop` may be asked from any thread.
class Run {
public:
    Run(const plan::Plan& plan, EngineOptions options, World world, Reporter& reporter, std::vector<std::unique_ptr<Worker>>& workers)
        : plan_(plan), store_(world.store), clock_(world.clock), random_(world.random), reporter_(reporter), workers_(workers), engine_(plan_, std::move(world), std::move(options)) {}

    Result<Done> run(const std::string& folder) {
        started_ = clock_.engine();
        const Result<Done> begun = engine_.start([this](Result<Done> how) {
            how_ = std::move(how);
            first().stop();
        });
        if (!begun) return begun;
        Result<std::unique_ptr<ControlServer>> control = ControlServer::open(folder, [this](std::string_view verb, const Value& args, const std::atomic<bool>& stopping) { return answer(verb, args, stopping); });
        tell_orphans(folder);
        if (!control) reporter_.write(LogLevel::warn, {}, control.error().text + "; commands can't reach this engine", {});
        {
            const StopSignals signals([this] {
                reporter_.write(LogLevel::info, {}, "stopping: what is in flight has 30 s; a second signal ends at once", {});
                stop();
            });
            if (!engine_.ends()) reporter_.write(LogLevel::info, {}, "running " + counted(plan_.flows.size(), "flow") + " until a signal comes", {});
            if (reporter_.shows_progress()) first().after(between_looks, [this] { show(); });
            std::vector<std::thread> threads;
            for (std::size_t n = 1; n < workers_.size(); ++n) threads.emplace_back([worker = workers_[n].get()] { worker->run(); });
            first().run();
            for (const auto& worker : workers_) worker->stop();
            for (std::thread& thread : threads) thread.join();
            if (control) control->reset();
        }
        return how_;
    }
    Tally figures() const { return tally(plan_, engine_.report()); }
    double seconds() const { return std::chrono::duration<double>(clock_.engine() - started_).count(); }

private:
    Worker& first() { return *workers_.front(); }
    void stop() {
        first().post([this] {
            if (stopping_) return;
            stopping_ = true;
            first().after(patience, [this] {
                reporter_.write(LogLevel::warn, {}, "what was in flight did not end within 30 s; it is offered again at the next start", {});
                first().stop();
            });
            engine_.stop();
        });
    }
    void show() {
        const Tally now = figures();
        const double passed = seconds();
        reporter_.progress(progress_text(now, passed > shown_at_ ? static_cast<double>(now.in - shown_in_) / (passed - shown_at_) : 0));
        shown_at_ = passed;
        shown_in_ = now.in;
        first().after(between_looks, [this] { show(); });
    }
    std::string answer(std::string_view verb, const Value& args, const std::atomic<bool>& ending) {
        if (verb == "status") return status();
        if (verb == "stop") {
            stop();
            return "{\"ok\":{}}";
        }
        if (verb == "send") return send(args, ending);
        if (verb == "act") return act_on(args, ending);
        if (verb == "pause" || verb == "resume") return pause(args, verb == "pause");
        return control_error("the engine has no verb `" + std::string(verb.substr(0, 100)) + "`; it has act, pause, resume, send, status, stop");
    }
    void tell_orphans(const std::string& folder);
    std::string status() const;
    std::string act_on(const Value& args, const std::atomic<bool>& ending);
    std::string pause(const Value& args, bool paused);
    std::string send(const Value& args, const std::atomic<bool>& ending);

    const plan::Plan& plan_;
    Store& store_;
    const Clock& clock_;
    Random& random_;
    Reporter& reporter_;
    std::vector<std::unique_ptr<Worker>>& workers_;
    Engine engine_;
    Result<Done> how_ = Done{};
    EngineTime started_{};
    bool stopping_ = false;
    double shown_at_ = 0;
    std::uint64_t shown_in_ = 0;
};

// C5: what stands for names that no flow has any more holds its rows until somebody says that they may go.
void Run::tell_orphans(const std::string& folder) {
    Result<std::unique_ptr<StoreView>> view = open_view(folder);
    if (!view) return;
    for (const std::string& name : orphans(**view, plan_)) reporter_.write(LogLevel::warn, {}, "`" + name + "` stands in the store and no flow has it any more; it is kept (weir channels forget)", {});
}

std::string Run::status() const {
    std::string out = "{\"ok\":" + summary_json(figures(), seconds());
    out.back() = ',';  // into the object of the summary
    out += "\"paused\":[";
    for (const Pause& each : engine_.pauses()) {
        out += out.back() == '[' ? "{\"flow\":" : ",{\"flow\":";
        write_string(out, each.flow);
        out += ",\"what\":";
        write_string(out, each.what);
        out += ",\"why\":";
        write_string(out, each.why);
        out += '}';
    }
    return out + "]}}";
}

std::string Run::send(const Value& args, const std::atomic<bool>& ending) {
    Sending sending;
    const Value* channel = args.find("channel");
    const Value* body = args.find("body");
    const Value* headers = args.find("headers");
    if (channel == nullptr || channel->kind() != Kind::string || body == nullptr || body->kind() != Kind::string) return control_error("send needs a channel and a body, both texts");
    sending.channel = channel->text();
    sending.body = body->text();
    for (std::uint32_t n = 0; headers != nullptr && headers->kind() == Kind::object && n < headers->length(); ++n)
        if (headers->o[n].value.kind() != Kind::string || !read_header(std::string(headers->o[n].key.text()) + "=" + std::string(headers->o[n].value.text()), sending.headers)) return control_error("a header is a text without a line end");
    Result<Prepared> prepared = prepare(plan_, sending, store_, clock_, random_);
    if (!prepared) return control_error(prepared.error().text);
    // Shared with the continuation, which may come after the client gave up.
    const auto promise = std::make_shared<std::promise<Committed>>();
    std::future<Committed> committed = promise->get_future();
    first().post([this, promise, commit = std::move(prepared->commit)]() mutable {
        store_.commit(std::move(commit), first(), [promise](Committed how) { promise->set_value(std::move(how)); });
    });
    for (EngineTime waited{}; committed.wait_for(control_look) != std::future_status::ready; waited += control_look)
        if (ending.load() || waited > patience) return control_error("the engine did not say in time whether the message was kept");
    const Committed how = committed.get();
    if (how.fates.empty() || how.fates[0] != Fate::durable) return control_error("the message was not kept: " + (how.why.empty() ? "the store refuses it" : how.why));
    return "{\"ok\":{\"id\":\"" + to_text(prepared->id) + "\"}}";
}

// A deed may take long: who asks is told in time that it goes on.
std::string Run::act_on(const Value& args, const std::atomic<bool>& ending) {
    Deed deed;
    std::string why;
    if (!read_deed(args, deed, why)) return control_error(why);
    deed.now = clock_.wall();
    const auto promise = std::make_shared<std::promise<Deeds>>();
    std::future<Deeds> done = promise->get_future();
    first().post([this, promise, what = std::move(deed)]() mutable {
        store_.act(std::move(what), first(), [promise](Deeds deeds) { promise->set_value(std::move(deeds)); });
    });
    for (EngineTime waited{}; done.wait_for(control_look) != std::future_status::ready; waited += control_look)
        if (ending.load() || waited > patience) return control_error("it is not done yet and goes on: look with `weir status`");
    return deeds_answer(done.get());
}

std::string Run::pause(const Value& args, bool paused) {
    const Value* flow = args.find("flow");
    if (flow == nullptr || flow->kind() != Kind::string) return control_error("a flow is named by a text");
    const std::string name(flow->text());
    if (engine_.pause(name, paused)) {
        reporter_.write(LogLevel::info, name, paused ? "paused by hand" : "goes on", {});
        return "{\"ok\":{}}";
    }
    std::vector<std::string> known;
    for (const plan::Flow& each : plan_.flows) known.push_back(each.name);
    const std::string near = nearest(name, known);
    return control_error("there is no flow `" + name + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?"));
}

bool read_settings(const std::vector<std::string>& words, std::map<std::string, std::string>& settings, std::string& why) {
    for (const std::string& word : words) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos || equals == 0) {
            why = "--set wants name=value, not `" + word + "`";
            return false;
        }
        if (!settings.emplace(word.substr(0, equals), word.substr(equals + 1)).second) {
            why = "--set gives `" + word.substr(0, equals) + "` twice";
            return false;
        }
    }
    return true;
}

int run_files(const Arguments& arguments) {
    EngineOptions options;
    std::string why;
    if (!read_settings(arguments.all("set"), options.settings, why)) return fail_outside(why);
    options.until_idle = arguments.has("until-idle");
    PosixFiles files;
    const ConnectorCatalog specs = builtin_specs();
    Loaded loaded;
    const Result<Done> read = load(loaded, arguments.operands, files, specs, false);
    if (!read) return fail_outside(read.error().text);
    show_findings(loaded);
    if (!loaded.good()) return findings;
    options.texts = write_texts(arguments.operands, loaded.texts);

    SystemClock clock;
    SystemRandom random;
    const SystemEnvironment environment;
    ConsoleFiles console;
    Reporter reporter(clock, is_terminal(2), arguments.json());
    const auto kinds = builtin_kinds();
    std::vector<std::unique_ptr<Worker>> workers;
    const std::size_t cores = std::max(1u, std::thread::hardware_concurrency());
    for (std::size_t n = 0; n < std::max<std::size_t>(1, std::min(cores, loaded.plan.flows.size())); ++n) workers.push_back(std::make_unique<Worker>(clock));

    // Threads of the store inherit what is blocked here: the signals go to the one that waits for them.
    block_stop_signals();
    StoreOptions where;
    where.folder = arguments.store();
    const auto fatal = [&](std::string text) {
        reporter.write(LogLevel::error, {}, text, {});
        ::_exit(outside);  // S3: nothing that is still pending may be acknowledged
    };
    Result<std::unique_ptr<Store>> store = open_store(where, files, clock, random, fatal, [&](std::string text) { reporter.write(LogLevel::warn, {}, text, {}); });
    if (!store) return fail_outside(store.error().text);

    World world{clock, random, environment, files, console, **store, reporter, specs, kinds, {}};
    for (const auto& worker : workers) world.executors.push_back(worker.get());
    const Result<std::unique_ptr<MappedFlight>> flight = MappedFlight::open(where.folder + "/flight", workers.size());  // behind the store's lock
    if (flight) world.flight = flight->get();
    else reporter.write(LogLevel::warn, {}, flight.error().text + "; should the engine die in the middle of a message, the next start won't know which", {});
    Tally figures;
    double seconds = 0;
    Result<Done> how = Done{};
    {
        Run run(loaded.plan, std::move(options), std::move(world), reporter, workers);
        how = run.run(where.folder);
        figures = run.figures();
        seconds = run.seconds();
    }
    std::promise<void> stopped;
    (*store)->stop([&] { stopped.set_value(); });
    stopped.get_future().wait();
    *store = nullptr;
    if (!how) {
        reporter.say("weir: " + how.error().text);
        return outside;
    }
    if (arguments.json()) {
        reporter.say(summary_json(figures, seconds));
    } else {
        const std::string old = figures.units == 0 ? nothing_new(loaded.plan, files, where.folder) : std::string();
        reporter.say(old.empty() ? summary_text(loaded.plan, figures, seconds, where.folder) : old);
    }
    return fine;
}

}  // namespace

Command run_command() {
    Command command;
    command.name = "run";
    command.operands = "FILE..";
    command.summary = "Checks flow files and runs them, until their sources end or a signal comes.";
    command.options = {store_option,
                       {"set", "NAME=VALUE", "gives a parameter its value", true, {}},
                       {"until-idle", "", "ends when every source was asked once and nothing is left to do", false, {}},
                       {"format", "text|json", "everything on standard error as JSON lines", false, {"text", "json"}}};
    command.examples = "  weir run orders.flow\n  weir run --store /var/lib/orders --set limit=500 orders.flow billing.flow\n  weir run --until-idle orders.flow\n";
    command.least = 1;
    command.most = 1000;
    command.run = run_files;
    return command;
}

}  // namespace weir::command
