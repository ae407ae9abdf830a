#pragma once
// A connector on a real network: a worker thread with its loop, an inlet that stands for a flow, and senders that speak bytes.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "engine/system/files.hpp"
#include "engine/system/worker.hpp"
#include "engine/system/world.hpp"
#include "tests/contract/rig.hpp"

namespace weir {

inline constexpr std::chrono::seconds patience{20};  // a deadline, never a wait: the machine may be busy

struct Deadline {
    std::chrono::steady_clock::time_point at = std::chrono::steady_clock::now() + patience;
    int milliseconds() const {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(at - std::chrono::steady_clock::now()).count();
        return static_cast<int>(std::max<std::int64_t>(left, 0));
    }
    bool over() const { return std::chrono::steady_clock::now() >= at; }
};

struct KeptLog final : Log {
    std::mutex mutex;
    std::vector<std::string> lines;
    void write(LogLevel, std::string_view, std::string_view text, std::string_view) override {
        const std::lock_guard lock(mutex);
        lines.emplace_back(text);
    }
};

// One thread with its loop and everything that a connector may ask for.
struct Network {
    SystemClock clock;
    SystemRandom random;
    PosixFiles files;
    NoConsole console;
    KeptLog log;
    Worker worker{clock};
    std::thread thread{[this] { worker.run(); }};
    Network() = default;
    ~Network() { halt(); }
    void halt() {
        if (!thread.joinable()) return;
        worker.stop();
        thread.join();
    }
    ConnectorWorld world() {
        ConnectorWorld out{clock, random, files, worker, console};
        out.network = worker.network();
        out.log = &log;
        return out;
    }
    // Runs on the loop's thread, and waits for it.
    template <class F> auto on(F f) -> decltype(f()) {
        std::packaged_task<decltype(f())()> task(std::move(f));
        auto result = task.get_future();
        worker.post([&task] { task(); });
        if (result.wait_for(patience) != std::future_status::ready) throw std::runtime_error("the loop is stuck");
        return result.get();
    }
    template <class F> bool until(F f) {
        const Deadline deadline;
        while (!on(f)) {
            if (deadline.over()) return false;
            std::this_thread::yield();
        }
        return true;
    }
};

// Stands for the engine: keeps what comes, and answers at once where a function says what.
struct Flow final : Inlet {
    Network& network;
    Source* source = nullptr;
    std::size_t window = 1000, in_flight = 0, most = 1000;  // most: in one batch
    std::function<Answer(const Delivery&)> reply;
    std::vector<Delivery> got;
    std::vector<std::uint64_t> gone_tickets;
    std::vector<std::size_t> batches;
    std::vector<std::string> warnings;
    explicit Flow(Network& n) : network(n) {}
    std::size_t room() const override { return std::min(window - std::min(window, in_flight), most); }
    void deliver(std::vector<Delivery> batch) override {
        if (batch.empty() || batch.size() > room()) throw std::logic_error("more than there is room for");
        in_flight += batch.size();
        batches.push_back(batch.size());
        for (Delivery& d : batch) got.push_back(std::move(d));
        if (!reply) return;
        network.worker.post([this] {
            while (!got.empty()) {
                std::vector<Delivery> all = std::move(got);
                got.clear();
                for (const Delivery& d : all) finish(d, reply(d));
            }
        });
    }
    void finish(const Delivery& d, Answer answer) {
        --in_flight;
        if (answer.id.empty()) answer.id = d.message.meta.id;
        source->settle(d.ticket, Verdict::done);
        source->answer(d.ticket, std::move(answer));
    }
    void note(std::uint64_t, std::string) override {}
    void ended() override {}
    void asked() override {}
    void failed(Error) override {}
    void gone(std::uint64_t ticket) override { gone_tickets.push_back(ticket); }
    void warn(std::string text) override { warnings.push_back(std::move(text)); }
};

struct Reply {
    int status = 0;
    std::string head, body;
    std::string field(std::string_view lower_case_name) const {
        const std::string wanted = "\r\n" + std::string(lower_case_name) + ": ";
        std::string lower = head;
        for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        const std::size_t at = lower.find(wanted);
        if (at == lower.npos) return {};
        return head.substr(at + wanted.size(), head.find("\r\n", at + 2) - at - wanted.size());
    }
};

// A sender that says exactly the bytes it is told.
class Wire {
public:
    explicit Wire(std::uint16_t port) {
        fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) throw std::runtime_error("can't connect");
        const int on = 1;
        ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    explicit Wire(int fd, bool) : fd_(fd) {}
    Wire(Wire&& other) noexcept : fd_(std::exchange(other.fd_, -1)), held_(std::move(other.held_)) {}
    Wire(const Wire&) = delete;
    ~Wire() { close(); }
    void close() {
        if (fd_ >= 0) ::close(fd_);
        fd_ = -1;
    }
    void finish() const { ::shutdown(fd_, SHUT_WR); }
    int fd() const { return fd_; }
    bool send(std::string_view bytes) const {
        const Deadline deadline;
        while (!bytes.empty()) {
            const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0) return false;
            bytes.remove_prefix(static_cast<std::size_t>(sent));
            if (deadline.over()) return false;
        }
        return true;
    }
    // Everything up to the end of one answer. Status 0: none came.
    Reply read(bool no_body = false) {
        Reply out;
        std::size_t end = 0;
        while ((end = held_.find("\r\n\r\n")) == std::string::npos)
            if (!more()) return out;
        out.head = held_.substr(0, end + 2);
        held_.erase(0, end + 4);
        out.status = std::atoi(out.head.c_str() + 9);
        const std::string length = out.field("content-length");
        const std::size_t size = no_body || length.empty() ? 0 : static_cast<std::size_t>(std::stoul(length));
        while (held_.size() < size)
            if (!more()) return {};
        out.body = held_.substr(0, size);
        held_.erase(0, size);
        return out;
    }
    // A request head with what may follow, as a server sees it.
    std::string read_request(std::size_t body) {
        std::size_t end = 0;
        while ((end = held_.find("\r\n\r\n")) == std::string::npos || held_.size() < end + 4 + body)
            if (!more()) return {};
        std::string out = held_.substr(0, end + 4 + body);
        held_.erase(0, end + 4 + body);
        return out;
    }
    // The other end hangs up, and said nothing more.
    bool ended() {
        while (held_.empty())
            if (!more()) return !late_;
        return false;
    }

private:
    bool more() {
        late_ = false;
        const Deadline deadline;
        pollfd wait{fd_, POLLIN, 0};
        if (::poll(&wait, 1, deadline.milliseconds()) != 1) {
            late_ = true;
            return false;
        }
        char bytes[65536];
        const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
        if (got <= 0) return false;
        held_.append(bytes, static_cast<std::size_t>(got));
        return true;
    }
    int fd_ = -1;
    std::string held_;
    bool late_ = false;
};

inline Value value_of(std::string_view text) { return Value::string(text); }

}  // namespace weir
