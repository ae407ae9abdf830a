#pragma once
// A thread that asks an HTTP server on this machine over many kept connections, one request at a time on each.
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace weir::bench {

struct Answered {
    std::uint64_t tag = 0;
    int status = 0;    // 0: the connection was lost before there was an answer
    double waited = 0;  // seconds, from the moment given to ask()
    std::string_view body;  // while it is told
};

std::string post(const std::string& path, const std::string& body);

class Requests {
public:
    Requests(std::uint16_t port, std::size_t connections);
    ~Requests();
    Requests(const Requests&) = delete;
    Requests& operator=(const Requests&) = delete;

    bool free() const { return !free_.empty(); }
    std::size_t open() const { return connections_.size() - free_.size(); }
    // Asks on a free connection. False: nobody listens there.
    bool ask(std::uint64_t tag, double since, const std::string& request);
    // What has been answered or lost by now; waits at most so many seconds for the first.
    void look(double most, const std::function<void(const Answered&)>& then);

private:
    struct Connection {
        int socket = -1;
        bool busy = false;
        std::uint64_t tag = 0;
        double since = 0;
        std::string in;
    };
    void hang_up(Connection& connection);
    std::uint16_t port_;
    int turns_;
    std::vector<Connection> connections_;
    std::vector<std::size_t> free_;
};

// Nobody listens there now.
std::uint16_t free_port();

struct Waits {
    double half = 0, most = 0;  // seconds: p50, p99
};
Waits waits(std::vector<float>& all);

}  // namespace weir::bench
