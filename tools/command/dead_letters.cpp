#include "dsl/names/nearest.hpp"
#include "engine/message/arena.hpp"
#include "engine/message/json.hpp"
#include "engine/message/message.hpp"
#include "engine/message/text.hpp"
#include "engine/store/view.hpp"
#include "tools/command/command.hpp"
#include "tools/command/numbers.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

std::string reason(const Failure& failure) {
    std::string text(name_of(failure.kind));
    text += ": " + failure.message;
    if (!failure.path.empty()) text += " (" + failure.path + ")";
    return text;
}

// The body as JSON where it is, a text where it can be one, else base64.
void write_body_field(std::string& out, const std::string& body) {
    std::string padded = body;
    padded.append(json_padding, '\0');
    Arena arena;
    JsonReader reader;
    Value value;
    if (reader.read(std::string_view(padded).substr(0, body.size()), arena, value)) {
        out += ",\"body\":";
        write_json(out, value);
    } else if (is_utf8(body)) {
        out += ",\"body_text\":";
        write_string(out, body);
    } else {
        out += ",\"body_base64\":\"";
        write_base64(out, body);
        out += '"';
    }
}

std::string as_json(const DeadRow& row) {
    std::string line = "{\"no\":" + std::to_string(row.id) + ",\"at\":\"" + time_text(row.at) + "\",\"flow\":";
    write_string(line, row.flow);
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
        line += ",\"headers\":{";
        for (const Header& header : headers) {
            if (line.back() != '{') line += ',';
            write_string(line, header.name);
            line += ':';
            write_string(line, header.value);
        }
        line += '}';
    }
    write_body_field(line, row.body);
    return line + "}\n";
}

std::string page_of(const DeadRow& row) {
    std::string page = "dead letter " + std::to_string(row.id) + " of " + visible(row.flow, 300) + ".dead\n";
    page += "  at       " + time_text(row.at) + "\n";
    page += "  failure  " + visible(reason(row.failure), 4000) + "\n";
    if (!row.failure.step.empty()) page += "  step     " + visible(row.failure.step, 500) + "\n";
    page += "  attempts " + std::to_string(row.failure.attempts) + "\n";
    page += "  message  " + to_text(row.mid) + "\n";
    Headers headers;
    Meta meta;
    if (decode_envelope(row.envelope, headers, meta))
        for (const Header& header : headers) page += "  header   " + visible(header.name, 200) + ": " + visible(header.value, 1000) + "\n";
    return page + "  body     " + visible(row.body, 65536) + "\n";
}

int list(StoreView& view, const Arguments& arguments) {
    std::size_t limit = 0;
    if (!read_count(arguments.get("limit", "50"), limit)) return fail_outside("--limit is a number from 1 to 1000000, not `" + visible(arguments.get("limit"), 100) + "`");
    const Result<std::vector<DeadRow>> rows = view.dead(limit);
    if (!rows) return fail_outside(rows.error().text);
    std::string page;
    for (const DeadRow& row : *rows) {
        if (arguments.json()) page += as_json(row);
        else page += std::to_string(row.id) + "  " + time_text(row.at) + "  " + visible(row.flow, 200) + "  " + visible(reason(row.failure), 300) + "  " + visible(row.body, 60) + "\n";
    }
    if (rows->empty() && !arguments.json()) page = "no dead letters\n";
    return print_out(page) ? fine : outside;
}

int show(StoreView& view, const Arguments& arguments) {
    RowId id = 0;
    if (arguments.operands.size() > 1) {
        if (!read_number(arguments.operands[1], id)) return fail_outside("a dead letter has a number (weir dead-letters list), not `" + visible(arguments.operands[1], 100) + "`");
        const Result<std::optional<DeadRow>> row = view.dead_row(id);
        if (!row) return fail_outside(row.error().text);
        if (!*row) return fail_outside("there is no dead letter " + std::to_string(id));
        return print_out(arguments.json() ? as_json(**row) : page_of(**row)) ? fine : outside;
    }
    const Result<std::vector<DeadRow>> rows = view.dead(1);
    if (!rows) return fail_outside(rows.error().text);
    if (rows->empty()) return fail_outside("there are no dead letters");
    return print_out(arguments.json() ? as_json(rows->front()) : page_of(rows->front())) ? fine : outside;
}

int dead_letters(const Arguments& arguments) {
    const std::string& verb = arguments.operands[0];
    if (verb != "list" && verb != "show") {
        const std::string near = nearest(verb, std::vector<std::string>{"list", "show"});
        return fail_outside("`weir dead-letters` has list and show, not `" + visible(verb, 100) + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?"));
    }
    if (verb == "list" && arguments.operands.size() > 1) return fail_outside("`weir dead-letters list` takes no further word; `weir dead-letters show " + visible(arguments.operands[1], 100) + "` shows one");
    Result<std::unique_ptr<StoreView>> view = open_view(arguments.store());
    if (!view) return fail_outside(view.error().text);
    return verb == "list" ? list(**view, arguments) : show(**view, arguments);
}

}  // namespace

Command dead_letters_command() {
    Command command;
    command.name = "dead-letters";
    command.operands = "list|show [NUMBER]";
    command.summary = "Lists the messages that failed, or shows one with why it did; without NUMBER the newest.";
    command.options = {store_option, {"limit", "N", "so many at most; by default 50", false, {}}, format_option};
    command.examples = "  weir dead-letters list\n  weir dead-letters show 3\n  weir dead-letters list --limit 1000 --format json\n";
    command.least = 1;
    command.most = 2;
    command.run = dead_letters;
    return command;
}

}  // namespace weir::command
