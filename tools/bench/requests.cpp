#include "tools/bench/requests.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "tools/bench/measure.hpp"

namespace weir::bench {
namespace {

sockaddr_in here(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

// The status of a whole answer, 0 while it is not whole. What the servers here send has a length.
int whole(const std::string& in, std::string_view& content) {
    const std::size_t head = in.find("\r\n\r\n");
    if (head == std::string::npos || in.size() < 12) return 0;
    std::size_t body = 0;
    for (const char* name : {"\r\nContent-Length: ", "\r\ncontent-length: "})
        if (const std::size_t at = in.find(name); at < head) body = static_cast<std::size_t>(std::atol(in.c_str() + at + 18));
    if (in.size() < head + 4 + body) return 0;
    content = std::string_view(in).substr(head + 4, body);
    return std::atoi(in.c_str() + 9);
}

}  // namespace

std::string post(const std::string& path, const std::string& body) {
    return "POST " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

Requests::Requests(std::uint16_t port, std::size_t connections) : port_(port), turns_(epoll_create1(EPOLL_CLOEXEC)), connections_(connections) {
    if (turns_ < 0) give_up("no epoll");
    for (std::size_t n = connections; n > 0; --n) free_.push_back(n - 1);
}

Requests::~Requests() {
    for (Connection& connection : connections_)
        if (connection.socket >= 0) close(connection.socket);
    close(turns_);
}

void Requests::hang_up(Connection& connection) {
    close(connection.socket);  // leaves the epoll with it
    connection.socket = -1;
    connection.in.clear();
}

bool Requests::ask(std::uint64_t tag, double since, const std::string& request) {
    const std::size_t at = free_.back();
    Connection& connection = connections_[at];
    if (connection.socket < 0) {
        connection.socket = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const sockaddr_in address = here(port_);
        const int on = 1;
        if (connection.socket < 0) give_up("no socket");
        setsockopt(connection.socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.u64 = at;
        if (connect(connection.socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || epoll_ctl(turns_, EPOLL_CTL_ADD, connection.socket, &event) != 0) {
            hang_up(connection);
            return false;
        }
    }
    if (send(connection.socket, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
        hang_up(connection);
        return false;
    }
    free_.pop_back();
    connection.busy = true;
    connection.tag = tag;
    connection.since = since;
    return true;
}

void Requests::look(double most, const std::function<void(const Answered&)>& then) {
    std::array<epoll_event, 256> events;
    std::array<char, 16384> bytes;
    const timespec patience{static_cast<time_t>(most), static_cast<long>((most - std::floor(most)) * 1e9)};
    const int count = epoll_pwait2(turns_, events.data(), static_cast<int>(events.size()), &patience, nullptr);
    for (int n = 0; n < count; ++n) {
        const std::size_t at = events[static_cast<std::size_t>(n)].data.u64;
        Connection& connection = connections_[at];
        const ssize_t got = recv(connection.socket, bytes.data(), bytes.size(), 0);
        Answered answer;
        if (got > 0) {
            connection.in.append(bytes.data(), static_cast<std::size_t>(got));
            answer.status = whole(connection.in, answer.body);
            if (answer.status == 0) continue;
        } else {
            hang_up(connection);
        }
        if (connection.busy) {
            connection.busy = false;
            free_.push_back(at);
            answer.tag = connection.tag;
            answer.waited = seconds() - connection.since;
            then(answer);
        }
        connection.in.clear();
    }
}

std::uint16_t free_port() {
    const int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address = here(0);
    socklen_t length = sizeof address;
    if (one < 0 || bind(one, reinterpret_cast<const sockaddr*>(&address), length) != 0 || getsockname(one, reinterpret_cast<sockaddr*>(&address), &length) != 0) give_up("no port is free");
    close(one);
    return ntohs(address.sin_port);
}

Waits waits(std::vector<float>& all) {
    if (all.empty()) return {};
    std::sort(all.begin(), all.end());
    return {all[all.size() / 2], all[all.size() * 99 / 100]};
}

}  // namespace weir::bench
