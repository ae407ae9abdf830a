#include <algorithm>

#include "dsl/names/nearest.hpp"
#include "engine/store/view.hpp"
#include "engine/system/world.hpp"
#include "tools/command/act.hpp"
#include "tools/command/command.hpp"
#include "tools/command/kept.hpp"
#include "tools/command/numbers.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

std::string near_channel(StoreView& view, const std::string& name) {
    std::vector<std::string> known;
    if (const Result<std::vector<ChannelFigures>> rows = view.channels(); rows)
        for (const ChannelFigures& row : *rows) known.push_back(row.name);
    const std::string near = nearest(name, known);
    return near.empty() ? "" : "; did you mean `" + near + "`?";
}

int peek(const Arguments& arguments, const std::string& channel) {
    std::size_t limit = 0;
    if (!read_count(arguments.get("limit", "10"), limit)) return fail_outside("--limit is a number from 1 to 1000000, not `" + visible(arguments.get("limit"), 100) + "`");
    Result<std::unique_ptr<StoreView>> view = open_view(arguments.store());
    if (!view) return fail_outside(view.error().text);
    const Result<std::vector<Row>> rows = (*view)->standing(channel, 0, limit);
    if (!rows) return fail_outside(rows.error().text + near_channel(**view, channel));
    std::string page;
    for (const Row& row : *rows) {
        Headers headers;
        Meta meta;
        const bool reads = decode_envelope(row.envelope, headers, meta);
        if (arguments.json()) {
            page += "{\"row\":" + std::to_string(row.id) + ",\"at\":\"" + time_text(row.at) + "\",\"id\":\"" + to_text(row.mid) + "\",\"headers\":{";
            for (const Header& header : headers) {
                if (page.back() != '{') page += ',';
                write_string(page, header.name);
                page += ':';
                write_string(page, header.value);
            }
            page += "},";
            if (reads && meta.failure) {
                page += "\"class\":\"" + std::string(name_of(meta.failure->kind)) + "\",\"failure\":";
                write_string(page, meta.failure->message);
                page += ',';
            }
            write_body_member(page, "body", row.body);
            page += "}\n";
        } else {
            page += "#" + std::to_string(row.id) + "  " + time_text(row.at) + "  " + to_text(row.mid) + "  " + visible(row.body, arguments.has("full") ? std::size_t{1} << 20 : 200) + "\n";
            for (const Header& header : headers) page += "    " + visible(header.name, 200) + ": " + visible(header.value, 200) + "\n";
            if (reads && meta.failure) page += "    failed: " + visible(failure_text(*meta.failure), 500) + "\n";
        }
    }
    if (rows->empty() && !arguments.json()) page = "nothing waits in " + visible(channel, 300) + "\n";
    return print_out(page) ? fine : outside;
}

// What is purged or forgotten is gone, so it wants a reason.
int remove(const Arguments& arguments, bool purges) {
    Deed deed;
    deed.sort = purges ? Deed::Sort::purge : Deed::Sort::forget;
    deed.channel = arguments.operands[1];
    deed.why = arguments.get("discard");
    for (std::size_t n = 2; n < arguments.operands.size(); ++n) {
        RowId row = 0;
        if (!purges || !read_number(arguments.operands[n].starts_with('#') ? arguments.operands[n].substr(1) : arguments.operands[n], row)) return fail_outside("`" + visible(arguments.operands[n], 100) + "` is not the number of a row (weir channels peek " + visible(deed.channel, 100) + ")");
        deed.rows.push_back(row);
    }
    if (deed.why.empty()) return fail_outside(std::string("what is ") + (purges ? "purged" : "forgotten") + " is gone: say why with --discard \"why\"");
    return tell(act(arguments.store(), std::move(deed)), purges ? "purged:" : "forgotten; with it rows and places:");
}

int channels(const Arguments& arguments) {
    if (!arguments.operands.empty()) {
        const std::string& verb = arguments.operands[0];
        const bool known = verb == "peek" || verb == "purge" || verb == "forget";
        if (!known) {
            const std::string near = nearest(verb, std::vector<std::string>{"peek", "purge", "forget"});
            return fail_outside("`weir channels` has peek, purge and forget, not `" + visible(verb, 100) + "`" + (near.empty() ? "" : "; did you mean `" + near + "`?"));
        }
        if (arguments.operands.size() < 2) return fail_outside("`weir channels " + verb + "` wants a name");
        if (verb != "peek") return remove(arguments, verb == "purge");
        if (arguments.operands.size() > 2) return fail_outside("`weir channels peek` takes one channel");
        return peek(arguments, arguments.operands[1]);
    }
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
            page += ",\"waiting\":" + std::to_string(row.depth) + ",\"in_flight\":" + std::to_string(row.in_flight) + ",\"oldest\":" + (row.oldest == 0 ? "null" : "\"" + time_text(row.oldest) + "\"") + ",\"unread\":{";
            for (const auto& [subscription, count] : row.unread) {
                if (page.back() != '{') page += ',';
                write_string(page, subscription);
                page += ':' + std::to_string(count);
            }
            page += "}}\n";
        } else {
            page += padded(visible(row.name, 300), width + 2) + padded(std::to_string(row.depth), 10) + padded(std::to_string(row.in_flight), 11) + (row.oldest == 0 ? "-" : age_text(std::max<std::int64_t>(0, now - row.oldest))) + "\n";
            for (const auto& [subscription, count] : row.unread) page += "  " + visible(subscription, 300) + " missed " + std::to_string(count) + ": " + (count == 1 ? "it" : "they") + " went unread, by what the topic keeps (weir messages --outcome purged)\n";
        }
    }
    return print_out(page) ? fine : outside;
}

}  // namespace

Command channels_command() {
    Command command;
    command.name = "channels";
    command.operands = "[peek|purge|forget NAME [ROW..]]";
    command.summary = "Shows what waits in each channel: how many, the oldest, and how many are being worked on; peek shows the messages, purge drops them, forget drops what no flow uses any more.";
    command.options = {store_option,
                       {"limit", "N", "peek: so many at most; by default 10", false, {}},
                       {"full", "", "peek: whole bodies", false, {}},
                       {"discard", "WHY", "purge, forget: why it may go", false, {}},
                       format_option};
    command.examples =
        "  weir channels\n"
        "  weir channels peek orders.new\n"
        "  weir channels purge orders.new 3 4 --discard \"sent twice\"\n"
        "  weir channels purge orders.new --discard \"all of them were tests\"\n"
        "  weir channels forget orders.old --discard \"no flow uses it\"\n"
        "  weir channels --store /var/lib/orders --format json\n";
    command.most = 10'000;
    command.run = channels;
    return command;
}

}  // namespace weir::command
