#include <algorithm>

#include "engine/store/view.hpp"
#include "engine/system/world.hpp"
#include "tools/command/command.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

int channels(const Arguments& arguments) {
    Result<std::unique_ptr<StoreView>> view = open_view(arguments.store());
    if (!view) return fail_outside(view.error().text);
    const Result<std::vector<ChannelFigures>> rows = (*view)->channels();
    if (!rows) return fail_outside(rows.error().text);
    const std::int64_t now = SystemClock().wall();
    std::string page;
    std::size_t width = 7;
    for (const ChannelFigures& row : *rows) width = std::max(width, row.name.size());
    const auto padded = [](std::string text, std::size_t to) {
        text.resize(std::max(text.size(), to), ' ');
        return text;
    };
    if (!arguments.json()) page = rows->empty() ? "no channels\n" : padded("channel", width + 2) + padded("waiting", 10) + padded("in flight", 11) + "oldest\n";
    for (const ChannelFigures& row : *rows) {
        if (arguments.json()) {
            page += "{\"channel\":";
            write_string(page, row.name);
            page += ",\"waiting\":" + std::to_string(row.depth) + ",\"in_flight\":" + std::to_string(row.in_flight) + ",\"oldest\":" + (row.oldest == 0 ? "null" : "\"" + time_text(row.oldest) + "\"") + "}\n";
        } else {
            page += padded(visible(row.name, 300), width + 2) + padded(std::to_string(row.depth), 10) + padded(std::to_string(row.in_flight), 11) + (row.oldest == 0 ? "-" : age_text(std::max<std::int64_t>(0, now - row.oldest))) + "\n";
        }
    }
    return print_out(page) ? fine : outside;
}

}  // namespace

Command channels_command() {
    Command command;
    command.name = "channels";
    command.summary = "Shows what waits in each channel: how many, the oldest, and how many are being worked on.";
    command.options = {store_option, format_option};
    command.examples = "  weir channels\n  weir channels --store /var/lib/orders --format json\n";
    command.run = channels;
    return command;
}

}  // namespace weir::command
