#include <algorithm>
#include <map>
#include <utility>

#include "dsl/names/nearest.hpp"
#include "engine/store/view.hpp"
#include "tools/command/act.hpp"
#include "tools/command/command.hpp"
#include "tools/command/kept.hpp"
#include "tools/command/numbers.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

// A message that failed: a row of FLOW.dead, or one in a channel that a failure line sent it to.
struct Letter {
    std::string name;  // as the command takes it: 3, or CHANNEL#3
    std::string channel;
    std::int64_t at = 0;
    Failure failure;
    Id128 mid;
    std::string envelope, body;
};

Letter letter_of(DeadRow row) {
    Letter letter{std::to_string(row.id), row.flow + ".dead", row.at, std::move(row.failure), row.mid, std::move(row.envelope), std::move(row.body)};
    letter.failure.flow = row.flow;
    return letter;
}

// False: the row has not failed.
bool letter_of(const std::string& channel, Row row, Letter& out) {
    Headers headers;
    Meta meta;
    if (!decode_envelope(row.envelope, headers, meta) || !meta.failure) return false;
    out = Letter{channel + "#" + std::to_string(row.id), channel, row.at, *meta.failure, row.mid, std::move(row.envelope), std::move(row.body)};
    return true;
}

std::string as_json(const Letter& row) {
    std::string line = "{\"no\":";
    if (row.name.find('#') == std::string::npos) line += row.name;
    else write_string(line, row.name);
    line += ",\"at\":\"" + time_text(row.at) + "\",\"flow\":";
    write_string(line, row.failure.flow);
    line += ",\"channel\":";
    write_string(line, row.channel);
    line += ",\"class\":\"" + std::string(name_of(row.failure.kind)) + "\",\"failure\":";
    write_string(line, row.failure.message);
    line += ",\"path\":";
    write_string(line, row.failure.path);
    line += ",\"step\":";
    write_string(line, row.failure.step);
    line += ",\"attempts\":" + std::to_string(row.failure.attempts) + ",\"id\":\"" + to_text(row.mid) + "\"";
    Headers headers;
    Meta meta;
    if (decode_envelope(row.envelope, headers, meta)) {
        line += ",\"replays\":" + std::to_string(meta.replays) + ",\"headers\":{";
        for (const Header& header : headers) {
            if (line.back() != '{') line += ',';
            write_string(line, header.name);
            line += ':';
            write_string(line, header.value);
        }
        line += '}';
    }
    line += ',';
    write_body_member(line, "body", row.body);
    return line + "}\n";
}

std::string page_of(const Letter& row) {
    std::string page = (row.name.find('#') == std::string::npos ? "dead letter " + row.name + " of " + visible(row.channel, 300) : "failed message " + visible(row.name, 300)) + "\n";
    page += "  at       " + time_text(row.at) + "\n";
    page += "  failure  " + visible(failure_text(row.failure), 4000) + "\n";
    if (!row.failure.step.empty()) page += "  step     " + visible(row.failure.step, 500) + "\n";
    page += "  attempts " + std::to_string(row.failure.attempts) + "\n";
    page += "  message  " + to_text(row.mid) + "\n";
    Headers headers;
    Meta meta;
    if (decode_envelope(row.envelope, headers, meta)) {
        if (meta.replays > 0) page += "  replays  " + std::to_string(meta.replays) + "\n";
        for (const Header& header : headers) page += "  header   " + visible(header.name, 200) + ": " + visible(header.value, 1000) + "\n";
    }
    return page + "  body     " + visible(row.body, 65536) + "\n";
}

// Channels of failure lines, where the store still reads its flows.
std::set<std::string> named_channels(StoreView& view) {
    const Result<std::unique_ptr<Loaded>> flows = kept_flows(view);
    return flows ? failure_channels((*flows)->plan) : std::set<std::string>();
}

// Those of one flow or of all, newest first: of the flows themselves, and those in the channels of failure lines.
Result<std::vector<Letter>> letters_of(StoreView& view, const std::string& flow, std::size_t limit) {
    Result<std::vector<DeadRow>> rows = view.dead(flow.empty() ? limit : 1'000'000);
    if (!rows) return rows.error();
    std::vector<Letter> letters;
    for (DeadRow& row : *rows)
        if (flow.empty() || row.flow == flow) letters.push_back(letter_of(std::move(row)));
    for (const std::string& channel : named_channels(view)) {
        Result<std::vector<Row>> standing = view.standing(channel, 0, 1'000'000);
        if (!standing) continue;  // nothing was ever sent there
        Letter letter;
        for (Row& row : *standing)
            if (letter_of(channel, std::move(row), letter) && (flow.empty() || letter.failure.flow == flow)) letters.push_back(std::move(letter));
    }
    std::stable_sort(letters.begin(), letters.end(), [](const Letter& a, const Letter& b) { return a.at > b.at; });
    if (letters.size() > limit) letters.resize(limit);
    return letters;
}

int list(StoreView& view, const Arguments& arguments) {
    std::size_t limit = 0;
    if (!read_count(arguments.get("limit", "50"), limit)) return fail_outside("--limit is a number from 1 to 1000000, not `" + visible(arguments.get("limit"), 100) + "`");
    const Result<std::vector<Letter>> letters = letters_of(view, arguments.operands.size() > 1 ? arguments.operands[1] : "", limit);
    if (!letters) return fail_outside(letters.error().text);
    std::string page;
    for (const Letter& row : *letters)
        page += arguments.json() ? as_json(row) : visible(row.name, 300) + "  " + time_text(row.at) + "  " + visible(row.failure.flow, 200) + "  " + visible(failure_text(row.failure), 300) + "  " + visible(row.body, 60) + "\n";
    if (letters->empty() && !arguments.json()) page = "no dead letters\n";
    return print_out(page) ? fine : outside;
}

int show(StoreView& view, const Arguments& arguments) {
    Letter letter;
    if (arguments.operands.size() > 1) {
        const std::string& name = arguments.operands[1];
        const std::size_t sign = name.rfind('#');
        RowId id = 0;
        if (!read_number(sign == std::string::npos ? name : name.substr(sign + 1), id)) return fail_outside("a dead letter has a number (weir dead-letters list), not `" + visible(name, 100) + "`");
        if (sign == std::string::npos) {
            Result<std::optional<DeadRow>> row = view.dead_row(id);
            if (!row) return fail_outside(row.error().text);
            if (!*row) return fail_outside("there is no dead letter " + std::to_string(id));
            letter = letter_of(std::move(**row));
        } else {
            Result<std::optional<Row>> row = view.row(name.substr(0, sign), id);
            if (!row) return fail_outside(row.error().text);
            if (!*row || !letter_of(name.substr(0, sign), std::move(**row), letter)) return fail_outside("there is no failed message `" + visible(name, 300) + "`");
        }
    } else {
        Result<std::vector<Letter>> newest = letters_of(view, "", 1);
        if (!newest) return fail_outside(newest.error().text);
        if (newest->empty()) return fail_outside("there are no dead letters");
        letter = std::move(newest->front());
    }
    return print_out(arguments.json() ? as_json(letter) : page_of(letter)) ? fine : outside;
}

// The channel by which a flow's messages are read again: the only one that it reads.
std::string origin_of(const plan::Plan& plan, const std::string& name) {
    for (const plan::Flow& flow : plan.flows)
        if (flow.name == name && flow.sources.size() == 1 && flow.sources[0].channel != plan::none) return plan.channels[flow.sources[0].channel].name;
    return {};
}

// Rows of a channel that failure lines name: what is replayed went through one flow, by whose channel it is read.
int change_in_channel(const Arguments& arguments, Deed deed) {
    if (deed.sort == Deed::Sort::discard) {
        deed.sort = Deed::Sort::purge;
        return tell(act(arguments.store(), std::move(deed)), "discarded:");
    }
    Result<std::unique_ptr<StoreView>> view = open_view(arguments.store());
    if (!view) return fail_outside(view.error().text);
    const Result<std::unique_ptr<Loaded>> flows = kept_flows(**view);
    if (!flows) return fail_outside(flows.error().text);
    for (const RowId id : deed.rows) {
        Result<std::optional<Row>> row = (*view)->row(deed.channel, id);
        if (!row) return fail_outside(row.error().text);
        Letter letter;
        if (!*row || !letter_of(deed.channel, std::move(**row), letter)) return fail_outside("there is no failed message `" + visible(deed.channel, 300) + "#" + std::to_string(id) + "`");
        if (!deed.flow.empty() && deed.flow != letter.failure.flow) return fail_outside("`" + visible(letter.name, 300) + "` failed in `" + visible(letter.failure.flow, 300) + "`, not in `" + visible(deed.flow, 300) + "`: one flow at a time");
        deed.flow = letter.failure.flow;
    }
    deed.origin = origin_of((*flows)->plan, deed.flow);
    view->reset();
    return tell(act(arguments.store(), std::move(deed)), "replayed:");
}

// All failed messages of a channel that failure lines name: those of one flow after the other, as each is read again by its own channel.
int change_whole_channel(const Arguments& arguments, const Deed& wanted) {
    Result<std::unique_ptr<StoreView>> view = open_view(arguments.store());
    if (!view) return fail_outside(view.error().text);
    const Result<std::unique_ptr<Loaded>> flows = kept_flows(**view);
    if (!flows) return fail_outside(flows.error().text);
    const Result<std::vector<Row>> standing = (*view)->standing(wanted.channel, 0, 1'000'000);
    if (!standing) return fail_outside(standing.error().text);
    std::map<std::string, std::vector<RowId>> by_flow;
    Letter letter;
    for (const Row& row : *standing)
        if (letter_of(wanted.channel, row, letter)) by_flow[letter.failure.flow].push_back(row.id);
    view->reset();
    Deeds sum;
    for (auto& [flow, rows] : by_flow) {
        Deed deed = wanted;
        if (deed.sort == Deed::Sort::discard) {
            deed.sort = Deed::Sort::purge;
            deed.rows = std::move(rows);
        } else {
            deed.flow = flow;
            deed.origin = origin_of((*flows)->plan, flow);
        }
        const Result<Deeds> came = act(arguments.store(), std::move(deed));
        if (!came) return fail_outside((sum.rows > 0 ? std::to_string(sum.rows) + " are done; then: " : "") + came.error().text);
        sum.rows += came->rows;
        if (!came->refused.empty()) {
            sum.refused = came->refused;
            break;
        }
    }
    return tell(sum, wanted.sort == Deed::Sort::discard ? "discarded:" : "replayed:");
}

// Whose dead letters `--all NAME` means: NAME.dead and a flow's name are a flow's own, a channel's name are those that failure lines sent there.
int change_all(const Arguments& arguments, Deed deed) {
    if (deed.flow.ends_with(".dead")) deed.flow.resize(deed.flow.size() - 5);
    Result<std::unique_ptr<StoreView>> view = open_view(arguments.store());
    if (!view) return fail_outside(view.error().text);
    if (deed.flow + ".dead" != arguments.operands[1] && named_channels(**view).contains(deed.flow)) {
        const Result<std::unique_ptr<Loaded>> flows = kept_flows(**view);
        for (const plan::Flow& each : (*flows)->plan.flows)
            if (each.name == deed.flow) return fail_outside("`" + visible(deed.flow, 300) + "` is a flow and a channel: `" + visible(deed.flow, 300) + ".dead` means the flow's dead letters, and those in the channel go by their rows, CHANNEL#ROW");
        deed.channel = std::exchange(deed.flow, {});
        view->reset();
        return change_whole_channel(arguments, deed);
    }
    view->reset();
    const char* what = deed.sort == Deed::Sort::replay ? "replayed:" : "discarded:";
    return tell(act(arguments.store(), std::move(deed)), what);
}

// replay and discard: numbers, or --all with the flow's name; the flow may stand beside numbers too.
int change(const Arguments& arguments, bool replays) {
    Deed deed;
    deed.sort = replays ? Deed::Sort::replay : Deed::Sort::discard;
    deed.why = replays ? arguments.get("why") : arguments.get("discard");
    deed.afresh = arguments.has("afresh");
    bool plain = false;
    for (std::size_t n = 1; n < arguments.operands.size(); ++n) {
        const std::string& word = arguments.operands[n];
        const std::size_t sign = word.rfind('#');
        RowId row = 0;
        if (sign != std::string::npos && sign > 0 && read_number(word.substr(sign + 1), row)) {
            if (plain || (!deed.channel.empty() && deed.channel != word.substr(0, sign))) return fail_outside("one channel at a time: `" + visible(word, 100) + "` stands in another one");
            deed.channel = word.substr(0, sign);
            deed.rows.push_back(row);
        } else if (read_number(word, row)) {
            if (!deed.channel.empty()) return fail_outside("one channel at a time: `" + visible(word, 100) + "` stands in another one");
            plain = true;
            deed.rows.push_back(row);
        } else if (deed.flow.empty()) {
            deed.flow = word;
        } else {
            return fail_outside("one flow at a time: `" + visible(deed.flow, 100) + "` or `" + visible(word, 100) + "`");
        }
    }
    const std::string verb = replays ? "replay" : "discard";
    if (arguments.has("all")) {
        if (!deed.rows.empty()) return fail_outside("either numbers or --all");
        if (deed.flow.empty()) return fail_outside("--all wants the flow whose dead letters are meant, or the channel that they stand in: weir dead-letters " + verb + " --all FLOW|CHANNEL");
    } else if (deed.rows.empty()) {
        return fail_outside("which? Give numbers (weir dead-letters list), or --all FLOW|CHANNEL");
    }
    if (!replays && deed.why.empty()) return fail_outside("what is discarded is gone: say why with --discard \"why\"");
    if (deed.afresh && !replays) return fail_outside("--afresh belongs to replay");
    if (arguments.has("all")) return change_all(arguments, std::move(deed));
    if (!deed.channel.empty()) return change_in_channel(arguments, std::move(deed));
    return tell(act(arguments.store(), std::move(deed)), replays ? "replayed:" : "discarded:");
}

int dead_letters(const Arguments& arguments) {
    const std::string& verb = arguments.operands[0];
    if (verb == "replay" || verb == "discard") return change(arguments, verb == "replay");
    if (verb != "list" && verb != "show") {
        const std::string near = nearest(verb, std::vector<std::string>{"list", "show", "replay", "discard"});
        return fail_outside("`weir dead-letters` has list, show, replay and discard, not `" + visible(verb, 100) + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?"));
    }
    RowId number = 0;
    if (verb == "list" && arguments.operands.size() > 1 && read_number(arguments.operands[1], number)) return fail_outside("`weir dead-letters list` takes the name of a flow; `weir dead-letters show " + visible(arguments.operands[1], 100) + "` shows one");
    if (arguments.operands.size() > 2) return fail_outside("`weir dead-letters " + verb + "` takes no further word: `" + visible(arguments.operands[2], 100) + "`");
    Result<std::unique_ptr<StoreView>> view = open_view(arguments.store());
    if (!view) return fail_outside(view.error().text);
    return verb == "list" ? list(**view, arguments) : show(**view, arguments);
}

}  // namespace

Command dead_letters_command() {
    Command command;
    command.name = "dead-letters";
    command.operands = "list|show|replay|discard [NUMBER|CHANNEL#ROW..] [FLOW]";
    command.summary = "Lists the messages that failed, shows one (without NUMBER the newest), sends them through their flow again, or discards them.";
    command.options = {store_option,
                       {"limit", "N", "list: so many at most; by default 50", false, {}},
                       {"all", "", "replay, discard: all of FLOW, or all failed messages in CHANNEL", false, {}},
                       {"afresh", "", "replay: under new ids and as if nothing had been done, for receivers that must see it again", false, {}},
                       {"why", "TEXT", "replay: why, for the history", false, {}},
                       {"discard", "WHY", "discard: why they may go", false, {}},
                       format_option};
    command.examples =
        "  weir dead-letters list\n"
        "  weir dead-letters show 3\n"
        "  weir dead-letters show orders.rejected#7\n"
        "  weir dead-letters replay 3 4\n"
        "  weir dead-letters replay orders.rejected#7\n"
        "  weir dead-letters replay --all orders\n"
        "  weir dead-letters replay --all orders.rejected\n"
        "  weir dead-letters discard 5 --discard \"a test of mine\"\n"
        "  weir dead-letters list --limit 1000 --format json\n";
    command.least = 1;
    command.most = 10'000;
    command.run = dead_letters;
    return command;
}

}  // namespace weir::command
