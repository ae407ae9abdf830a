#include <algorithm>

#include "engine/store/view.hpp"
#include "engine/system/world.hpp"
#include "tools/command/command.hpp"
#include "tools/command/control.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

const char* state_text(EngineState state) {
    switch (state) {
        case EngineState::running: return "running";
        case EngineState::stopped: return "stopped";
        case EngineState::unknown: return "unknown";
    }
    return "unknown";
}

int status(const Arguments& arguments) {
    const std::string store = arguments.store();
    Result<std::unique_ptr<StoreView>> view = open_view(store);
    if (!view) return fail_outside(view.error().text);
    const Result<StoreStatus> now = (*view)->status();
    if (!now) return fail_outside(now.error().text);
    std::string figures;  // of the engine itself, while it runs
    if (now->engine == EngineState::running)
        if (Result<std::string> answer = ask_engine(store, R"({"verb":"status","args":{}})"); answer && refusal(*answer).empty()) figures = std::move(*answer);
    std::string page;
    if (arguments.json()) {
        page = "{\"store\":";
        write_string(page, store);
        page += std::string(",\"engine\":\"") + state_text(now->engine) + "\",\"schema\":" + std::to_string(now->schema) + ",\"starts\":" + std::to_string(now->epoch) + ",\"commits\":" + std::to_string(now->commits) + ",\"messages\":" + std::to_string(now->units) +
                ",\"last_commit\":" + (now->last_commit == 0 ? "null" : "\"" + time_text(now->last_commit) + "\"") + ",\"ended_in_order\":" + (now->clean ? "true" : "false") + ",\"dead_letters\":" + std::to_string(now->dead) + ",\"quarantine\":" + std::to_string(now->quarantine) +
                ",\"bytes\":" + std::to_string(now->bytes) + ",\"log_bytes\":" + std::to_string(now->log_bytes) + (figures.empty() ? "" : ",\"run\":" + figures) + "}\n";
    } else {
        const std::int64_t ago = std::max<std::int64_t>(0, SystemClock().wall() - now->last_commit);
        page = "store        " + visible(store, 500) + "\n";
        page += std::string("engine       ") + state_text(now->engine) + (now->engine == EngineState::stopped && !now->clean ? ", and it did not end in order: the next start looks after that" : "") + "\n";
        page += "messages     " + std::to_string(now->units) + " in " + counted(now->commits, "commit") + (now->last_commit == 0 ? "" : ", the last one " + age_text(ago) + " ago") + "\n";
        page += "dead letters " + std::to_string(now->dead) + (now->dead > 0 ? " (weir dead-letters list)" : "") + "\n";
        page += "quarantine   " + std::to_string(now->quarantine) + "\n";
        page += "size         " + std::to_string((now->bytes + now->log_bytes + 512 * 1024) >> 20) + " MiB\n";
    }
    return print_out(page) ? fine : outside;
}

}  // namespace

Command status_command() {
    Command command;
    command.name = "status";
    command.summary = "Says how a store and its engine are.";
    command.options = {store_option, format_option};
    command.examples = "  weir status\n  weir status --store /var/lib/orders --format json\n";
    command.run = status;
    return command;
}

}  // namespace weir::command
