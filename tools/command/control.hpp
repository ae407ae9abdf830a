#pragma once
// The socket through which commands speak to a running engine (semantics O1): `control` in the store's folder, 0600,
// one JSON object a line, { verb, args }, answered by { ok } or { error }.
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "engine/message/value.hpp"
#include "engine/ports/result.hpp"

namespace weir::command {

// Answers one request. Called on the socket's thread; `stopping` becomes true when waiting makes no sense any more.
using ControlAnswer = std::function<std::string(std::string_view verb, const Value& args, const std::atomic<bool>& stopping)>;

// Owner: the run. Thread: its own, one; ends in the destructor, which removes the socket.
// Bounds: 16 clients, 32 MiB a line; who asks more is cut off.
class ControlServer {
public:
    static Result<std::unique_ptr<ControlServer>> open(const std::string& store, ControlAnswer answer);
    ~ControlServer();

private:
    ControlServer() = default;
    struct Client;
    void serve();
    bool feed(Client& client);
    std::string answer(std::string_view line);
    std::string socket_path_;
    int listener_ = -1, wake_ = -1;
    ControlAnswer answer_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

std::string control_error(std::string_view why);
// One request and its answer, both lines without newline. The error has number ECONNREFUSED or ENOENT where no engine listens.
Result<std::string> ask_engine(const std::string& store, const std::string& request);
// What the answer says: empty where it is { ok }, else why not.
std::string refusal(const std::string& answer);

}  // namespace weir::command
