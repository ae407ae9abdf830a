#include "tools/command/control.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "engine/message/arena.hpp"
#include "engine/message/json.hpp"
#include "tools/command/output.hpp"

namespace weir::command {
namespace {

constexpr std::size_t most_clients = 16;
constexpr std::size_t longest_line = std::size_t{32} << 20;

class Descriptor {
public:
    explicit Descriptor(int number = -1) : number_(number) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    ~Descriptor() {
        if (number_ >= 0) ::close(number_);
    }
    int get() const { return number_; }
    int release() { return std::exchange(number_, -1); }

private:
    int number_;
};

// A socket's address holds 107 bytes: the folder is named through its descriptor, however long its path is.
sockaddr_un address_in(int folder) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = "/proc/self/fd/" + std::to_string(folder) + "/control";
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    return address;
}

Error error_of(const std::string& what) { return Error{errno, what + ": " + std::strerror(errno)}; }

bool send_whole(int socket, std::string_view text) {
    while (!text.empty()) {
        const ssize_t sent = ::send(socket, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent <= 0) return false;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void limit_waiting(int socket, int seconds) {
    const timeval limit{seconds, 0};
    ::setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
}

}  // namespace

struct ControlServer::Client {
    Descriptor socket;
    std::string line;
};

Result<std::unique_ptr<ControlServer>> ControlServer::open(const std::string& store, ControlAnswer answer) {
    const Descriptor folder(::open(store.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0) return error_of("the control socket in `" + store + "`");
    Descriptor listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    Descriptor wake(::eventfd(0, EFD_CLOEXEC));
    if (listener.get() < 0 || wake.get() < 0) return error_of("the control socket in `" + store + "`");
    ::unlinkat(folder.get(), "control", 0);  // left by a crash: the lock is ours, so nobody listens there
    const sockaddr_un address = address_in(folder.get());
    if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return error_of("the control socket in `" + store + "`");
    if (::fchmodat(folder.get(), "control", 0600, 0) != 0 || ::listen(listener.get(), 16) != 0) return error_of("the control socket in `" + store + "`");
    std::unique_ptr<ControlServer> made(new ControlServer());
    made->socket_path_ = store + "/control";
    made->listener_ = listener.release();
    made->wake_ = wake.release();
    made->answer_ = std::move(answer);
    made->thread_ = std::thread([server = made.get()] { server->serve(); });
    return made;
}

ControlServer::~ControlServer() {
    stopping_.store(true);
    const std::uint64_t one = 1;
    if (::write(wake_, &one, sizeof one) < 0) { /* an eventfd takes a 1 always */
    }
    thread_.join();
    ::close(listener_);
    ::close(wake_);
    ::unlink(socket_path_.c_str());
}

void ControlServer::serve() {
    std::vector<Client> clients;
    while (!stopping_.load()) {
        std::vector<pollfd> waits;
        waits.push_back({wake_, POLLIN, 0});
        // Nobody new while all places are taken: they wait in the kernel's queue.
        waits.push_back({clients.size() < most_clients ? listener_ : -1, POLLIN, 0});
        for (const Client& client : clients) waits.push_back({client.socket.get(), POLLIN, 0});
        if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) return;
        std::vector<Client> stay;
        for (std::size_t n = 0; n < clients.size(); ++n)
            if (waits[n + 2].revents == 0 || (!stopping_.load() && feed(clients[n]))) stay.push_back(std::move(clients[n]));
        clients = std::move(stay);
        if ((waits[1].revents & POLLIN) != 0) {
            Descriptor socket(::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC));
            if (socket.get() < 0) continue;
            limit_waiting(socket.get(), 5);
            clients.push_back({std::move(socket), {}});
        }
    }
}

// Reads what is there and answers each whole line. False: the client is done, or cut off.
bool ControlServer::feed(Client& client) {
    char block[65536];
    const ssize_t got = ::recv(client.socket.get(), block, sizeof block, MSG_DONTWAIT);
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    if (got == 0) return false;
    std::string_view fresh(block, static_cast<std::size_t>(got));
    for (std::size_t end; (end = fresh.find('\n')) != std::string_view::npos; fresh.remove_prefix(end + 1)) {
        client.line += fresh.substr(0, end);
        if (!send_whole(client.socket.get(), answer(client.line) + "\n")) return false;
        client.line.clear();
    }
    client.line += fresh;
    if (client.line.size() <= longest_line) return true;
    send_whole(client.socket.get(), control_error("a request is longer than 32 MiB") + "\n");
    return false;
}

std::string ControlServer::answer(std::string_view line) {
    std::string padded(line);
    padded.append(json_padding, '\0');
    Arena arena;
    JsonReader reader;
    Value request;
    if (!reader.read(std::string_view(padded).substr(0, line.size()), arena, request) || request.kind() != Kind::object) return control_error("a request is one JSON object: { verb, args }");
    const Value* verb = request.find("verb");
    const Value* args = request.find("args");
    if (verb == nullptr || verb->kind() != Kind::string) return control_error("a request needs a verb");
    if (args != nullptr && args->kind() != Kind::object) return control_error("args is an object");
    return answer_(verb->text(), args == nullptr ? Value::object(nullptr, 0) : *args, stopping_);
}

std::string control_error(std::string_view why) {
    std::string out = "{\"error\":";
    write_string(out, why);
    return out + "}";
}

Result<std::string> ask_engine(const std::string& store, const std::string& request) {
    const std::string what = "the engine on `" + store + "`";
    const Descriptor folder(::open(store.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (folder.get() < 0) return error_of("the store `" + store + "`");
    const Descriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (socket.get() < 0) return error_of(what);
    limit_waiting(socket.get(), 60);
    const sockaddr_un address = address_in(folder.get());
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return error_of(what);
    if (!send_whole(socket.get(), request + "\n")) return error_of(what);
    std::string answer;
    char block[65536];
    while (answer.find('\n') == std::string::npos) {
        const ssize_t got = ::recv(socket.get(), block, sizeof block, 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error_of(what);
        if (got == 0) return Error{0, what + " ended before it answered: look with `weir messages` if it was done"};
        answer.append(block, static_cast<std::size_t>(got));
    }
    return answer.substr(0, answer.find('\n'));
}

std::string refusal(const std::string& answer) {
    std::string padded = answer;
    padded.append(json_padding, '\0');
    Arena arena;
    JsonReader reader;
    Value value;
    if (!reader.read(std::string_view(padded).substr(0, answer.size()), arena, value) || value.kind() != Kind::object) return "the engine gave an answer that is no JSON";
    if (value.find("ok") != nullptr) return {};
    const Value* error = value.find("error");
    return error != nullptr && error->kind() == Kind::string ? std::string(error->text()) : "the engine gave an answer without a reason";
}

}  // namespace weir::command
