#include <algorithm>

#include "engine/message/arena.hpp"
#include "engine/message/json.hpp"
#include "engine/store/view.hpp"
#include "engine/system/world.hpp"
#include "tools/command/command.hpp"
#include "tools/command/control.hpp"
#include "tools/command/kept.hpp"
#include "tools/command/orphans.hpp"
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

std::string names_json(const std::vector<std::string>& names) {
    std::string out = "[";
    for (const std::string& name : names) {
        if (out.size() > 1) out += ',';
        write_string(out, name);
    }
    return out + "]";
}

// What takes nothing now, of a running engine's answer: a line for each.
std::string paused_lines(const std::string& answer) {
    std::string padded = answer, out;
    padded.append(json_padding, '\0');
    Arena arena;
    JsonReader reader;
    Value value;
    if (!reader.read(std::string_view(padded).substr(0, answer.size()), arena, value) || value.kind() != Kind::object) return out;
    const Value* ok = value.find("ok");
    const Value* paused = ok != nullptr && ok->kind() == Kind::object ? ok->find("paused") : nullptr;
    const auto text = [](const Value& of, const char* name) {
        const Value* found = of.kind() == Kind::object ? of.find(name) : nullptr;
        return found != nullptr && found->kind() == Kind::string ? visible(std::string(found->text()), 500) : std::string();
    };
    for (std::uint32_t n = 0; paused != nullptr && paused->kind() == Kind::array && n < paused->length(); ++n) {
        const Value& each = paused->a[n];
        const bool sources = text(each, "what") == "sources";
        out += "paused       " + std::string(sources ? "the sources of flow " : "flow ") + text(each, "flow") + ": " + text(each, "why") + "\n";
    }
    return out;
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
    std::vector<std::string> left;  // none where this weir can't read the flows
    if (const Result<std::unique_ptr<Loaded>> loaded = kept_flows(**view)) left = orphans(**view, (*loaded)->plan);
    std::string page;
    if (arguments.json()) {
        page = "{\"store\":";
        write_string(page, store);
        page += std::string(",\"engine\":\"") + state_text(now->engine) + "\",\"schema\":" + std::to_string(now->schema) + ",\"starts\":" + std::to_string(now->epoch) + ",\"commits\":" + std::to_string(now->commits) + ",\"messages\":" + std::to_string(now->units) +
                ",\"last_commit\":" + (now->last_commit == 0 ? "null" : "\"" + time_text(now->last_commit) + "\"") + ",\"ended_in_order\":" + (now->clean ? "true" : "false") + ",\"dead_letters\":" + std::to_string(now->dead) + ",\"quarantine\":" + std::to_string(now->quarantine) +
                ",\"bytes\":" + std::to_string(now->bytes) + ",\"log_bytes\":" + std::to_string(now->log_bytes) + ",\"waiting\":" + std::to_string(now->due) + ",\"keys\":" + std::to_string(now->keys) + ",\"suspects\":" + std::to_string(now->suspects) + ",\"orphans\":" + names_json(left) + (figures.empty() ? "" : ",\"run\":" + figures) + "}\n";
    } else {
        const std::int64_t ago = std::max<std::int64_t>(0, SystemClock().wall() - now->last_commit);
        page = "store        " + visible(store, 500) + "\n";
        page += std::string("engine       ") + state_text(now->engine) + (now->engine == EngineState::stopped && !now->clean ? ", and it did not end in order: the next start looks after that" : "") + "\n";
        page += "messages     " + std::to_string(now->units) + " in " + counted(now->commits, "commit") + (now->last_commit == 0 ? "" : ", the last one " + age_text(ago) + " ago") + "\n";
        page += "dead letters " + std::to_string(now->dead) + (now->dead > 0 ? " (weir dead-letters list)" : "") + "\n";
        page += "waiting      " + std::to_string(now->due) + (now->due > 0 ? " (weir waiting)" : "") + "\n";
        page += "keys         " + std::to_string(now->keys) + " remembered" + (now->keys >= 1000 ? " (about " + std::to_string(std::max<std::uint64_t>(1, now->keys * 40 / 1'000'000)) + " MB of memory)" : "") + "\n";
        page += "quarantine   " + std::to_string(now->quarantine) + "\n";
        if (now->suspects > 0) page += "suspects     " + std::to_string(now->suspects) + " (an engine died in the middle of them: each runs alone, and after three times is a dead letter)\n";
        page += "size         " + std::to_string((now->bytes + now->log_bytes + 512 * 1024) >> 20) + " MiB\n";
        page += paused_lines(figures);
        for (const std::string& name : left) page += "orphan       " + visible(name, 300) + "  (no flow has it any more: weir channels forget)\n";
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
