#include "tools/command/nothing_new.hpp"

#include <cstring>

#include "engine/store/view.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

constexpr std::uint64_t most_looked_at = std::uint64_t{1} << 30;  // a larger file is not counted just to say a number

// Lines with something in them; 0 also where the file is too large or gone.
std::uint64_t count_lines(Files& files, const std::string& path) {
    Result<std::unique_ptr<File>> file = files.open(path, OpenMode::read);
    if (!file) return 0;
    const Result<FileStatus> status = (*file)->status();
    if (!status || status->size > most_looked_at) return 0;
    std::string block(std::size_t{1} << 18, '\0');
    std::uint64_t lines = 0, at = 0;
    bool filled = false;
    for (;;) {
        const Result<std::size_t> got = (*file)->read_at(at, block);
        if (!got || *got == 0) return lines + (filled ? 1 : 0);
        at += *got;
        std::string_view rest(block.data(), *got);
        for (std::size_t end; (end = rest.find('\n')) != std::string_view::npos; rest.remove_prefix(end + 1)) {
            if (filled || (end > 0 && rest.substr(0, end) != "\r")) ++lines;
            filled = false;
        }
        filled = filled || !rest.empty();
    }
}

const std::string* path_of(const plan::Plan& plan, const plan::Endpoint& endpoint) {
    for (const plan::Argument& argument : endpoint.arguments)
        if (argument.value != plan::none && (argument.name.empty() || argument.name == "path")) return std::get_if<std::string>(&plan.exprs[argument.value].constant);
    return nullptr;
}

}  // namespace

std::string nothing_new(const plan::Plan& plan, Files& files, const std::string& store) {
    Result<std::unique_ptr<StoreView>> view = open_view(store);
    if (!view) return {};
    std::string parts;
    for (const plan::Flow& flow : plan.flows)
        for (const plan::Source& source : flow.sources) {
            if (source.endpoint == plan::none || source.every != 0) continue;
            const plan::Endpoint& endpoint = plan.endpoints[source.endpoint];
            if (plan.connectors[endpoint.connector].kind != "file") continue;
            const std::string* path = path_of(plan, endpoint);
            if (path == nullptr) continue;
            HistoryFilter filter;
            filter.flow = flow.name;
            const auto newest = (*view)->messages(1, filter);
            if (!newest || newest->empty()) continue;
            std::string part;
            if (endpoint.operation == "lines") {
                const std::uint64_t lines = count_lines(files, *path);
                part = lines > 0 ? "all " + counted(lines, "line") + " of " + visible(*path, 300) + " were read on " : "all of " + visible(*path, 300) + " was read on ";
                if (lines == 1) part = "the one line of " + visible(*path, 300) + " was read on ";
            } else {
                part = "all files of " + visible(*path, 300) + " were read on ";
            }
            parts += (parts.empty() ? "" : "; ") + part + time_text(newest->front().at);
        }
    return parts.empty() ? std::string() : "nothing new: " + parts + " (another --store starts afresh)";
}

}  // namespace weir::command
