#include <algorithm>

#include "engine/store/view.hpp"
#include "engine/system/world.hpp"
#include "tools/command/act.hpp"
#include "tools/command/command.hpp"
#include "tools/command/kept.hpp"
#include "tools/command/numbers.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

struct Resting {
    DueEntry entry;
    DueRow row;     // whole
    Meta meta;
    Headers headers;
    std::shared_ptr<const Failure> waits_for;
};

std::string when_text(std::int64_t at, std::int64_t now) { return at > now ? "in " + age_text(at - now) : "now"; }

std::string as_json(const Resting& one) {
    std::string line = "{\"no\":" + std::to_string(one.row.id) + ",\"kind\":\"" + (one.row.kind == DueKind::retry ? "retry" : "replay") + "\",\"flow\":";
    write_string(line, one.entry.flow);
    line += ",\"due\":\"" + time_text(one.entry.at) + "\",\"attempt\":" + std::to_string(one.row.attempt) + ",\"id\":\"" + to_text(one.row.mid) + "\",\"holds_key\":" + (one.row.key ? "true" : "false");
    if (one.waits_for) {
        line += ",\"class\":\"" + std::string(name_of(one.waits_for->kind)) + "\",\"failure\":";
        write_string(line, one.waits_for->message);
        line += ",\"step\":";
        write_string(line, one.waits_for->step);
    }
    line += ',';
    write_body_member(line, "body", one.row.body);
    return line + "}\n";
}

std::string as_line(const Resting& one, std::int64_t now) {
    std::string line = std::to_string(one.row.id) + "  " + time_text(one.entry.at) + " (" + when_text(one.entry.at, now) + ")  " + visible(one.entry.flow, 200) + "  " + (one.row.kind == DueKind::retry ? "attempt " + std::to_string(one.row.attempt) : "replay");
    line += "  " + to_text(one.row.mid);
    if (one.waits_for) line += "  " + visible(failure_text(*one.waits_for), 300);
    if (one.row.key) line += "  (holds its key)";
    return line + "\n";
}

std::string as_page(const Resting& one, std::int64_t now) {
    std::string page = std::string(one.row.kind == DueKind::retry ? "retry " : "replay ") + std::to_string(one.row.id) + " of " + visible(one.entry.flow, 300) + "\n";
    page += "  due      " + time_text(one.entry.at) + " (" + when_text(one.entry.at, now) + ")\n";
    page += "  attempt  " + std::to_string(one.row.attempt) + "\n";
    if (one.waits_for) {
        page += "  failure  " + visible(failure_text(*one.waits_for), 4000) + "\n";
        if (!one.waits_for->step.empty()) page += "  step     " + visible(one.waits_for->step, 500) + "\n";
    }
    page += "  key      " + std::string(one.row.key ? "held until it ends" : "none") + "\n";
    page += "  message  " + to_text(one.row.mid) + "\n";
    for (const Header& header : one.headers) page += "  header   " + visible(header.name, 200) + ": " + visible(header.value, 1000) + "\n";
    return page + "  body     " + visible(one.row.body, 65536) + "\n";
}

// release and drop: numbers, or --all with the flow's name.
int change(const Arguments& arguments, bool drops) {
    Deed deed;
    deed.sort = drops ? Deed::Sort::drop : Deed::Sort::release;
    deed.why = drops ? arguments.get("discard") : arguments.get("why");
    for (std::size_t n = 1; n < arguments.operands.size(); ++n) {
        const std::string& word = arguments.operands[n];
        RowId row = 0;
        if (read_number(word, row)) deed.rows.push_back(row);
        else if (deed.flow.empty()) deed.flow = word;
        else return fail_outside("one flow at a time: `" + visible(deed.flow, 100) + "` or `" + visible(word, 100) + "`");
    }
    if (arguments.has("all") ? !deed.rows.empty() || deed.flow.empty() : deed.rows.empty()) return fail_outside("which? Give numbers (weir waiting), or --all FLOW");
    if (drops && deed.why.empty()) return fail_outside("what is dropped is gone: say why with --discard \"why\"");
    return tell(act(arguments.store(), std::move(deed)), drops ? "dropped:" : "let go:");
}

int waiting(const Arguments& arguments) {
    if (!arguments.operands.empty() && (arguments.operands[0] == "release" || arguments.operands[0] == "drop")) return change(arguments, arguments.operands[0] == "drop");
    const bool shows = !arguments.operands.empty() && arguments.operands[0] == "show";
    RowId wanted = 0;
    if (shows && (arguments.operands.size() != 2 || !read_number(arguments.operands[1], wanted))) return fail_outside("`weir waiting show` wants one number (weir waiting)");
    if (!shows && arguments.operands.size() > 1) return fail_outside("`weir waiting` takes one flow; or show, release or drop with a number");
    const std::string flow = shows || arguments.operands.empty() ? "" : arguments.operands[0];
    std::size_t limit = 0;
    if (!read_count(arguments.get("limit", "50"), limit)) return fail_outside("--limit is a number from 1 to 1000000, not `" + visible(arguments.get("limit"), 100) + "`");
    Result<std::unique_ptr<StoreView>> view = open_view(arguments.store());
    if (!view) return fail_outside(view.error().text);
    const Result<std::vector<DueEntry>> entries = (*view)->due(SIZE_MAX);
    if (!entries) return fail_outside(entries.error().text);
    const std::int64_t now = SystemClock().wall();
    std::string page;
    std::size_t shown = 0, more = 0;
    for (const DueEntry& entry : *entries) {
        if (shows ? entry.row.id != wanted : !flow.empty() && entry.flow != flow) continue;
        if (shown == limit) {
            ++more;
            continue;
        }
        Result<std::optional<DueRow>> row = (*view)->due_row(entry.row.id);
        if (!row) return fail_outside(row.error().text);
        if (!*row) continue;  // it has run meanwhile
        Resting one{entry, std::move(**row), {}, {}, {}};
        if (!decode_rest(one.row.envelope, one.headers, one.meta, one.waits_for)) one.meta = Meta{};
        page += arguments.json() ? as_json(one) : shows ? as_page(one, now) : as_line(one, now);
        ++shown;
    }
    if (shows && shown == 0) return fail_outside("nothing waits under the number " + std::to_string(wanted));
    if (!arguments.json() && shown == 0) page = "nothing waits" + (flow.empty() ? std::string() : " in " + visible(flow, 300)) + "\n";
    if (!arguments.json() && more > 0) page += "and " + std::to_string(more) + " more (--limit)\n";
    return print_out(page) ? fine : outside;
}

}  // namespace

Command waiting_command() {
    Command command;
    command.name = "waiting";
    command.operands = "[FLOW | show NUMBER | release|drop NUMBER..]";
    command.summary = "Lists the messages at rest, those due first: retries and replays, when they run again and why they wait; release lets them run now, drop takes them out.";
    command.options = {store_option, {"limit", "N", "so many at most; by default 50", false, {}},
                       {"all", "", "release, drop: all of the flow that is named", false, {}},
                       {"why", "TEXT", "release: why, for the history", false, {}},
                       {"discard", "WHY", "drop: why they may go", false, {}},
                       format_option};
    command.examples = "  weir waiting\n  weir waiting orders\n  weir waiting show 3\n  weir waiting release 3 4\n  weir waiting release --all orders --why \"the printer is back\"\n  weir waiting drop 3 --discard \"sent by hand\"\n  weir waiting --format json\n";
    command.most = 10'000;
    command.run = waiting;
    return command;
}

}  // namespace weir::command
