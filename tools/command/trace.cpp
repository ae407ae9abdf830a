#include "engine/store/view.hpp"
#include "tools/command/command.hpp"
#include "tools/command/output.hpp"
#include "tools/command/way.hpp"

namespace weir::command {
namespace {

constexpr std::size_t shortest_prefix = 6, short_body = 200, whole_body = std::size_t{64} << 20;

// A whole id, or the beginning of exactly one.
Result<Id128> find_id(StoreView& view, std::string text) {
    for (char& c : text) c = static_cast<char>(c >= 'A' && c <= 'F' ? c + 32 : c);
    Id128 id;
    if (read_id(text, id)) return id;
    if (text.size() < shortest_prefix || text.size() > 32 || text.find_first_not_of("0123456789abcdef") != std::string::npos) return Error{0, "an id is 32 hex digits, or at least its first 6 (weir messages), not `" + visible(text, 100) + "`"};
    Result<std::vector<Id128>> found = view.ids_with(text, 4);
    if (!found) return found.error();
    if (found->empty()) return Error{0, "the store knows no message whose id begins with " + text};
    if (found->size() == 1) return found->front();
    std::string why = "several ids begin with " + text + ":";
    for (const Id128& each : *found) why += " " + to_text(each);
    return Error{0, why};
}

int trace(const Arguments& arguments) {
    std::map<std::string, std::string> settings;
    for (const std::string& word : arguments.all("set")) {
        const std::size_t equals = word.find('=');
        if (equals == std::string::npos || equals == 0) return fail_outside("--set wants name=value, not `" + visible(word, 100) + "`");
        settings[word.substr(0, equals)] = word.substr(equals + 1);
    }
    Result<std::unique_ptr<StoreView>> view = open_view(arguments.store());
    if (!view) return fail_outside(view.error().text);
    const Result<Id128> id = find_id(**view, arguments.operands[0]);
    if (!id) return fail_outside(id.error().text);
    const Result<Way> way = find_way(**view, *id, settings);
    if (!way) return fail_outside(way.error().text);
    if (way->units.empty() && way->trace.standing.empty() && way->trace.due.empty() && way->trace.dead.empty()) return fail_outside("the store knows no message " + to_text(*id));
    return print_out(arguments.json() ? way_json(*way) : way_text(*way, arguments.has("full") ? whole_body : short_body)) ? fine : outside;
}

}  // namespace

Command trace_command() {
    Command command;
    command.name = "trace";
    command.operands = "ID";
    command.summary = "Shows the whole way of a message: the flows it went through, each step with what it made of the body, and where all of it is now.";
    command.options = {store_option,
                       {"full", "", "whole bodies; else 200 characters of each", false, {}},
                       {"set", "NAME=VALUE", "computes the steps again with this, not with the parameter that the run had", true, {}},
                       format_option};
    command.examples =
        "  weir trace 3f2a9c5b0d1e4f60718293a4b5c6d7e8\n"
        "  weir trace 3f2a9c --full\n"
        "  weir messages --outcome dead --limit 1        (shows an id)\n"
        "  weir trace 3f2a9c --format json\n";
    command.least = 1;
    command.most = 1;
    command.run = trace;
    return command;
}

}  // namespace weir::command
