#pragma once
// One listening socket with its connections and routes. Split by reason: server.cpp takes connections, conversation.cpp reads requests,
// delivery.cpp hands them to flows, answer.cpp writes what comes back, limits.cpp ends what takes too long.
// Owner: the Connector and its sources. Thread: that of the world's network.
#include <algorithm>
#include <utility>

#include "connectors/http/limits.hpp"

namespace weir::http {

inline constexpr unsigned slot_bits = 20;  // of a ticket: the place of its connection; the rest counts requests

std::string error_body(std::string_view text);

class Listening final : public Listener, public std::enable_shared_from_this<Listening> {
public:
    Listening(ServerOptions options, ConnectorWorld world) : options_(std::move(options)), world_(world), acceptor_(*world.network) {}
    ~Listening() override {
        for (ConnectionPtr& c : slots_)
            if (c) drop(*c);
        if (sweep_ != 0) world_.executor.cancel(sweep_);
        boost::system::error_code ignored;
        acceptor_.close(ignored);
    }
    Result<Done> open();
    Result<std::unique_ptr<Source>> source(SourceOptions options) override;
    std::string address() const override { return address_; }
    std::size_t connections() const override { return open_; }

    void start(const std::shared_ptr<Route>& route, Inlet& inlet);
    void stop(Route& route) { route.inlet = nullptr; }
    void remove(const std::shared_ptr<Route>& route);
    void settle(std::uint64_t ticket, Verdict verdict) {
        Connection* c = waiting(ticket);
        if (c != nullptr) c->stored = verdict == Verdict::done || verdict == Verdict::accepted;
    }
    void answer(std::uint64_t ticket, Answer answer);

private:
    // taking connections: server.cpp
    void accept();
    void accepted(boost::asio::ip::tcp::socket socket);
    void drop(Connection& c);
    // one connection: conversation.cpp
    void compact(Connection& c);
    void read(const ConnectionPtr& c);
    void process(const ConnectionPtr& c);
    bool step(const ConnectionPtr& c);  // false: more bytes, or an answer, must come first
    bool read_head(const ConnectionPtr& c);
    void handle_head(const ConnectionPtr& c, std::size_t head_size);
    bool read_body(const ConnectionPtr& c);
    void ended_input(const ConnectionPtr& c);
    void give_back(Connection& c) {  // the place that its unfinished body took
        bodies_ -= std::exchange(c.counted, 0);
        if (c.body.capacity() > kept_buffer) c.body = std::string();
    }
    // whole requests, and who waits for an answer: delivery.cpp
    void submit(const ConnectionPtr& c);
    bool has_room(const std::shared_ptr<Route>& route);
    void flush(Route& route);
    void deliver(Route& route);
    Connection* waiting(std::uint64_t ticket);
    // answers: answer.cpp
    // `refuse`: what is wrong with a request, as an answer. The connection ends when the rest of the request can't be told from the next one.
    void refuse(const ConnectionPtr& c, unsigned status, std::string_view text, bool close, std::string_view more = {});
    void begin_answer(Connection& c, unsigned status);
    void end_answer(const ConnectionPtr& c, std::string_view content_type, std::string_view body, bool may_have_body);
    void write(const ConnectionPtr& c);
    void written(const ConnectionPtr& c);
    // deadlines: limits.cpp
    void stand(Connection& c, Line line);
    void make_room();
    void arm();
    void sweep();
    void log(LogLevel level, const std::string& text) {
        if (world_.log != nullptr) world_.log->write(level, options_.name, text, {});
    }

    ServerOptions options_;
    ConnectorWorld world_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::string address_;
    bool accepting_ = false, full_told_ = false;
    Routes routes_;
    std::vector<ConnectionPtr> slots_;
    std::vector<std::uint32_t> free_slots_;
    std::size_t open_ = 0, most_ = 0;
    std::uint64_t requests_ = 0;
    std::uint64_t bodies_ = 0;           // bytes of bodies that are not whole yet
    Lines lines_;
    std::uint64_t sweep_ = 0;
    std::string date_;
    std::int64_t date_second_ = 0;
};

}  // namespace weir::http
