#include "tools/command/kept.hpp"

#include "connectors/catalog.hpp"
#include "engine/message/arena.hpp"
#include "engine/message/json.hpp"
#include "engine/message/text.hpp"
#include "engine/runtime/settings.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

void look_at(const plan::Plan& plan, const plan::Action& action, std::set<std::string>& into) {
    if (action.kind == plan::ActionKind::send && action.target.channel != plan::none) into.insert(plan.channels[action.target.channel].name);
    for (const plan::Action& then : action.then) look_at(plan, then, into);
}

}  // namespace

Result<std::unique_ptr<Loaded>> kept_flows(StoreView& view, const std::string& hash) {
    const Result<std::optional<PlanRow>> row = hash.empty() ? view.newest_plan() : view.plan(hash);
    if (!row) return row.error();
    std::vector<std::string> roots;
    std::map<std::string, std::string> texts;
    if (!*row || !read_texts((*row)->texts, roots, texts)) return Error{0, hash.empty() ? "the store knows no flows yet: run them once" : "the texts of its flows are not kept"};
    auto loaded = std::make_unique<Loaded>();
    load_texts(*loaded, roots, std::move(texts), builtin_specs());
    const std::string params = read_params((*row)->texts, loaded->params);
    if (!loaded->good() || row_hash(loaded->plan.hash, params) != (*row)->hash) return Error{0, "this weir reads the flows in the store otherwise than the one that ran them"};
    return loaded;
}

std::set<std::string> failure_channels(const plan::Plan& plan) {
    std::set<std::string> found;
    for (const plan::Flow& flow : plan.flows)
        for (const plan::FailureLine& line : flow.on) look_at(plan, line.action, found);
    for (const plan::Node& node : plan.nodes)
        for (const plan::FailureLine& line : node.on) look_at(plan, line.action, found);
    return found;
}

void write_body_member(std::string& out, std::string_view name, std::string_view body) {
    std::string padded(body);
    padded.append(json_padding, '\0');
    Arena arena;
    JsonReader reader;
    Value value;
    out += "\"" + std::string(name);
    if (reader.read(std::string_view(padded).substr(0, body.size()), arena, value)) {
        out += "\":";
        write_json(out, value);
    } else if (is_utf8(body)) {
        out += "_text\":";
        write_string(out, body);
    } else {
        out += "_base64\":\"";
        write_base64(out, body);
        out += '"';
    }
}

bool read_instant(const std::string& text, std::int64_t now, std::int64_t& out) {
    if (const auto at = read_timestamp(text)) {
        out = *at;
        return true;
    }
    const auto ago = read_duration(text);
    if (!ago || *ago < 0) return false;
    out = now - *ago;
    return true;
}

const char* outcome_text(Outcome outcome) {
    static constexpr const char* names[] = {"done", "filtered", "discarded", "dead", "moved", "refused", "resting", "duplicate", "undeliverable", "unsubscribed", "withdrawn", "purged"};
    const auto at = static_cast<std::size_t>(outcome);
    return at < std::size(names) ? names[at] : "unknown";
}

std::string failure_text(const Failure& failure) {
    std::string text(name_of(failure.kind));
    text += ": " + failure.message;
    if (!failure.path.empty()) text += " (" + failure.path + ")";
    return text;
}

}  // namespace weir::command
