#include "engine/store/view.hpp"
#include "engine/system/world.hpp"
#include "tools/command/command.hpp"
#include "tools/command/kept.hpp"
#include "tools/command/numbers.hpp"
#include "tools/command/output.hpp"
#include "tools/command/taken.hpp"
#include "tools/command/where.hpp"

namespace weir::command {
namespace {

constexpr const char* outcomes[] = {"done", "filtered", "discarded", "dead", "moved", "refused", "resting", "duplicate", "undeliverable", "unsubscribed", "withdrawn", "purged"};

std::string place(const std::pair<std::string, RowId>& out) { return out.second == 0 ? out.first : out.first + "#" + std::to_string(out.second); }

std::string as_json(const HistoryRow& row) {
    std::string line = "{\"no\":" + std::to_string(row.no) + ",\"at\":\"" + time_text(row.at) + "\",\"flow\":";
    write_string(line, row.flow);
    line += std::string(",\"outcome\":\"") + outcomes[static_cast<std::size_t>(row.outcome)] + "\",\"id\":\"" + to_text(row.mid) + "\",\"attempt\":" + std::to_string(row.attempt) + ",\"out\":[";
    for (const auto& out : row.out) {
        if (line.back() != '[') line += ',';
        line += "{\"to\":";
        write_string(line, out.first);
        if (out.second != 0) line += ",\"row\":" + std::to_string(out.second);
        line += '}';
    }
    line += "]";
    if (!row.from.empty()) {
        line += ",\"from\":";
        write_string(line, row.from);
    }
    if (!row.who.empty()) {
        line += ",\"who\":";
        write_string(line, row.who);
        line += ",\"why\":";
        write_string(line, row.why);
    }
    return line + "}\n";
}

std::string as_text(const HistoryRow& row) {
    std::string line = time_text(row.at) + "  " + to_text(row.mid) + "  " + visible(row.flow, 200) + "  " + outcomes[static_cast<std::size_t>(row.outcome)];
    const char* before = " -> ";
    for (const auto& out : row.out) {
        line += before + visible(place(out), 300);
        before = ", ";
    }
    if (!row.who.empty()) line += "  (by " + visible(row.who, 200) + (row.why.empty() ? "" : ": " + visible(row.why, 300)) + ")";
    if (row.attempt > 1) line += "  (attempt " + std::to_string(row.attempt) + ")";
    return line + "\n";
}

int messages(const Arguments& arguments) {
    std::size_t limit = 0;
    if (!read_count(arguments.get("limit", "20"), limit)) return fail_outside("--limit is a number from 1 to 1000000, not `" + visible(arguments.get("limit"), 100) + "`");
    HistoryFilter filter;
    filter.flow = arguments.get("flow");
    filter.channel = arguments.get("channel");
    for (std::size_t n = 0; n < std::size(outcomes); ++n)
        if (arguments.get("outcome") == outcomes[n]) filter.outcome = static_cast<Outcome>(n);
    if (arguments.has("id")) {
        Id128 id;
        if (!read_id(arguments.get("id"), id)) return fail_outside("--id is 32 hex digits");
        filter.mid = id;
    }
    const std::int64_t now = SystemClock().wall();
    if (arguments.has("since") && !read_instant(arguments.get("since"), now, filter.since)) return fail_outside("--since is a duration back from now (1h30m) or a timestamp, not `" + visible(arguments.get("since"), 100) + "`");
    if (arguments.has("until") && !read_instant(arguments.get("until"), now, filter.until)) return fail_outside("--until is a duration back from now (1h30m) or a timestamp, not `" + visible(arguments.get("until"), 100) + "`");
    std::unique_ptr<Where> where;
    if (arguments.has("where")) {
        std::string why;
        where = Where::make(arguments.get("where"), why);
        if (!where) {
            print_error(why);
            return findings;
        }
    }
    Result<std::unique_ptr<StoreView>> view = open_view(arguments.store());
    if (!view) return fail_outside(view.error().text);
    std::uint64_t gone = 0;  // what --where could not look at
    if (where)
        filter.wanted = [&](const HistoryRow& row) {
            Taken input = what_it_took(**view, row);
            if (!input.there) {
                ++gone;
                return false;
            }
            return where->holds(std::move(input.delivery.message));
        };
    const Result<std::vector<HistoryRow>> rows = (*view)->messages(limit, filter);
    if (!rows) return fail_outside(rows.error().text);
    std::string page;
    for (const HistoryRow& row : *rows) page += arguments.json() ? as_json(row) : as_text(row);
    if (rows->empty() && !arguments.json()) page = "no messages\n";
    if (gone > 0) print_error("weir: --where did not look at " + counted(gone, "message") + ", whose bodies are not in the store any more\n");
    return print_out(page) ? fine : outside;
}

}  // namespace

Command messages_command() {
    Command command;
    command.name = "messages";
    command.summary = "Lists what happened to messages, the newest first.";
    command.options = {store_option,
                       {"flow", "FLOW", "of this flow only", false, {}},
                       {"channel", "CHANNEL", "that came from it or went there", false, {}},
                       {"outcome", "OUTCOME", "that ended so: done, filtered, discarded, dead, moved, refused, resting, duplicate, undeliverable, unsubscribed, withdrawn, purged", false, {outcomes, outcomes + std::size(outcomes)}},
                       {"id", "ID", "of this message", false, {}},
                       {"since", "TIME", "not before: a timestamp, or how long ago (1h30m)", false, {}},
                       {"until", "TIME", "before: a timestamp, or how long ago", false, {}},
                       {"where", "EXPRESSION", "for which this holds, over body, header and meta as the flow took them", false, {}},
                       {"limit", "N", "so many at most; by default 20", false, {}},
                       format_option};
    command.examples = "  weir messages --flow orders --outcome dead\n  weir messages --since 1h --where 'body.total > 1000'\n  weir messages --channel orders.new --since 2026-01-31T00:00:00Z\n  weir messages --limit 1000 --format json\n";
    command.run = messages;
    return command;
}

}  // namespace weir::command
