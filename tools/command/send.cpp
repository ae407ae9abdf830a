#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "connectors/catalog.hpp"
#include "engine/message/text.hpp"
#include "engine/store/view.hpp"
#include "engine/system/files.hpp"
#include "tools/command/command.hpp"
#include "tools/command/control.hpp"
#include "tools/command/load.hpp"
#include "tools/command/output.hpp"
#include "tools/command/put.hpp"
#include "tools/command/take.hpp"

namespace weir::command {
namespace {

constexpr std::size_t largest_body = std::size_t{16} << 20;

Result<std::string> read_input() {
    std::string text;
    char block[65536];
    for (;;) {
        const ssize_t got = ::read(0, block, sizeof block);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return Error{errno, std::string("standard input can't be read: ") + std::strerror(errno)};
        if (got == 0) return text;
        text.append(block, static_cast<std::size_t>(got));
        if (text.size() > largest_body) return Error{EFBIG, "the body is larger than 16 MiB"};
    }
}

Result<std::string> send_to_running(const std::string& store, const Sending& sending) {
    if (!is_utf8(sending.body)) return Error{0, "a running engine takes text only, and the body is no UTF-8: stop the engine to send it"};
    std::string request = "{\"verb\":\"send\",\"args\":{\"channel\":";
    write_string(request, sending.channel);
    request += ",\"body\":";
    write_string(request, sending.body);
    request += ",\"headers\":{";
    for (const Header& header : sending.headers) {
        if (request.back() != '{') request += ',';
        write_string(request, header.name);
        request += ':';
        write_string(request, header.value);
    }
    Result<std::string> answer = ask_engine(store, request + "}}}");
    if (!answer) return answer;
    if (const std::string why = refusal(*answer); !why.empty()) return Error{0, why};
    return std::string("sent to ") + sending.channel;
}

Result<std::string> send_to_stopped(const std::string& folder, const Sending& sending) {
    Result<std::unique_ptr<StoreView>> view = open_view(folder);
    if (!view) return view.error();
    Result<std::optional<PlanRow>> kept = (*view)->newest_plan();
    if (!kept) return kept.error();
    std::vector<std::string> roots;
    std::map<std::string, std::string> texts;
    if (!*kept || !read_texts((*kept)->texts, roots, texts)) return Error{0, "the store `" + folder + "` knows no flows yet: run them once"};
    view->reset();
    Loaded loaded;
    load_texts(loaded, roots, std::move(texts), builtin_specs());
    if (!loaded.good()) return Error{0, "the flows in the store `" + folder + "` are of another weir: run them with this one first"};
    const Result<Done> kept_it = take_store(folder, [&](TakenStore& own) -> Result<Done> {
        Result<Prepared> prepared = prepare(loaded.plan, sending, own.store, own.clock, own.random);
        if (!prepared) return prepared.error();
        std::optional<Committed> how;
        own.store.commit(std::move(prepared->commit), own.turn, [&](Committed committed) { how = std::move(committed); });
        own.turn.run();
        if (!how || how->fates.empty() || how->fates[0] != Fate::durable) return Error{0, "the message was not kept: " + (how && !how->why.empty() ? how->why : "the store refuses it")};
        return Done{};
    });
    if (!kept_it) return kept_it.error();
    return "sent to " + sending.channel + "; no engine runs on `" + folder + "`, it waits there";
}

int send(const Arguments& arguments) {
    Sending sending;
    sending.channel = arguments.operands[0];
    for (const std::string& text : arguments.all("header"))
        if (!read_header(text, sending.headers)) return fail_outside("--header wants name=value without a line end, not `" + visible(text, 100) + "`");
    if (arguments.operands.size() > 1) {
        sending.body = arguments.operands[1];
    } else {
        Result<std::string> body = read_input();
        if (!body) return fail_outside(body.error().text);
        sending.body = std::move(*body);
    }
    const std::string store = arguments.store();
    Result<std::string> done = send_to_running(store, sending);
    if (!done && nobody_listens(done.error())) {
        if (!PosixFiles().status(store)) return fail_outside("there is no store `" + store + "`");
        done = send_to_stopped(store, sending);
    } else if (!done && done.error().text.find("no UTF-8") != std::string::npos && engine_state(store) == EngineState::stopped) {
        done = send_to_stopped(store, sending);
    }
    if (!done) return fail_outside(done.error().text);
    return print_out(*done + "\n") ? fine : outside;
}

}  // namespace

Command send_command() {
    Command command;
    command.name = "send";
    command.operands = "CHANNEL [BODY]";
    command.summary = "Puts one message into a channel; without BODY it is read from standard input.";
    command.options = {store_option, {"header", "NAME=VALUE", "a header of the message", true, {}}};
    command.examples = "  weir send orders.new '{ \"id\": \"A-1\", \"total\": 12.50 }'\n  weir send orders.new --header region=north < order.json\n";
    command.least = 1;
    command.most = 2;
    command.run = send;
    return command;
}

}  // namespace weir::command
