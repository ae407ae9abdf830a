#include "connectors/http/server.hpp"

#include <unistd.h>

#include <cerrno>

#include "connectors/http/listening.hpp"

namespace weir::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class HttpSource final : public Source {
public:
    HttpSource(std::shared_ptr<Listening> server, std::shared_ptr<Route> route) : server_(std::move(server)), route_(std::move(route)) {}
    ~HttpSource() override { server_->remove(route_); }
    void start(Inlet& inlet, std::vector<PartState>) override { server_->start(route_, inlet); }
    void resume() override {}  // nobody waits: without room a request was refused
    void settle(std::uint64_t ticket, Verdict verdict) override { server_->settle(ticket, verdict); }
    void answer(std::uint64_t ticket, Answer answer) override { server_->answer(ticket, std::move(answer)); }
    void stop() override { server_->stop(*route_); }

private:
    std::shared_ptr<Listening> server_;
    std::shared_ptr<Route> route_;
};
}  // namespace

Result<Done> Listening::open() {
    error_code error;
    const std::string shown = (options_.address.find(':') == std::string::npos ? options_.address : "[" + options_.address + "]") + ":" + std::to_string(options_.port);
    const asio::ip::address address = asio::ip::make_address(options_.address, error);
    if (error) return Error{EINVAL, "connector " + options_.name + ": can't listen on " + shown + ": `" + options_.address + "` is no address of this machine"};
    const tcp::endpoint endpoint(address, options_.port);
    if (!error) acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) acceptor_.non_blocking(true, error);
    tcp::endpoint bound;
    if (!error) bound = acceptor_.local_endpoint(error);
    if (error) return Error{error.value(), "connector " + options_.name + ": can't listen on " + shown + ": " + error.message()};
    address_ = (address.is_v6() ? "[" + address.to_string() + "]" : address.to_string()) + ":" + std::to_string(bound.port());
    // Files, the store and calls need descriptors too.
    const long descriptors = ::sysconf(_SC_OPEN_MAX);
    most_ = options_.max_connections;
    if (descriptors > 0) most_ = std::min(most_, std::max<std::size_t>(static_cast<std::size_t>(descriptors) * 3 / 4, 8));
    most_ = std::min<std::size_t>(most_, (std::size_t{1} << slot_bits) - 1);
    log(LogLevel::info, "listens on " + address_);
    if (!address.is_loopback()) log(LogLevel::warn, "listens on " + address_ + ": every machine that reaches it may send, and nothing is encrypted");
    return Done{};
}

Result<std::unique_ptr<Source>> Listening::source(SourceOptions options) {
    Result<Pattern> pattern = Pattern::read(options.path);
    if (!pattern) return Error{EINVAL, options_.name + "." + options.operation + ": " + pattern.error().text};
    auto route = std::make_shared<Route>();
    route->options = std::move(options);
    route->pattern = std::move(*pattern);
    if (!routes_.add(route))
        return Error{EEXIST, options_.name + "." + route->options.operation + ": two flows take `" + route->options.path + "`; one takes a request"};
    return std::unique_ptr<Source>(std::make_unique<HttpSource>(shared_from_this(), std::move(route)));
}

void Listening::start(const std::shared_ptr<Route>& route, Inlet& inlet) {
    route->inlet = &inlet;
    if (accepting_) return;
    accepting_ = true;
    accept();
}

// Its flow is over. Who still waits is told what is known: durable, or try again.
void Listening::remove(const std::shared_ptr<Route>& route) {
    route->inlet = nullptr;
    routes_.remove(route);
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const ConnectionPtr c = slots_[i];
        if (!c || c->route != route) continue;
        if (c->state == State::body) {
            refuse(c, 503, "the flow has ended", true, "retry-after: 1\r\n");
        } else if (c->state == State::waiting) {
            Answer end;
            end.status = c->stored ? 202 : 503;
            end.id = c->id;
            if (!c->stored) {
                end.retry_after = 1'000'000'000;
                end.body = error_body("the flow has ended");
                end.format = Format::json;
            }
            c->keep_alive = false;
            answer(c->ticket, std::move(end));
        }
    }
    route->pending.clear();
}

// ---- taking connections ----

void Listening::accept() {
    acceptor_.async_accept([weak = weak_from_this()](const error_code& error, tcp::socket socket) {
        const std::shared_ptr<Listening> self = weak.lock();
        if (!self || error == asio::error::operation_aborted) return;
        if (!error) {
            self->accepted(std::move(socket));
            return self->accept();
        }
        // A connection that was gone before it was taken is nothing; without descriptors somebody has to go, and a moment must pass.
        if (error == asio::error::connection_aborted || error == asio::error::interrupted || error == asio::error::try_again) return self->accept();
        if (!self->full_told_) self->log(LogLevel::warn, "can't take a connection on " + self->address_ + ": " + error.message());
        self->full_told_ = true;
        self->make_room();
        self->world_.executor.after(std::chrono::milliseconds(20), [weak] {
            if (const auto again = weak.lock()) again->accept();
        });
    });
}

void Listening::accepted(tcp::socket socket) {
    error_code error;
    if (open_ >= most_) make_room();
    if (open_ >= most_) {
        constexpr std::string_view busy = "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        socket.non_blocking(true, error);
        socket.write_some(asio::buffer(busy.data(), busy.size()), error);
        return;
    }
    socket.non_blocking(true, error);
    if (!error) socket.set_option(tcp::no_delay(true), error);
    const tcp::endpoint remote = socket.remote_endpoint(error);
    if (error) return;  // gone again
    auto c = std::make_shared<Connection>(std::move(socket));
    c->remote = remote.address().to_string();
    if (free_slots_.empty()) {
        c->slot = static_cast<std::uint32_t>(slots_.size());
        slots_.push_back(c);
    } else {
        c->slot = free_slots_.back();
        free_slots_.pop_back();
        slots_[c->slot] = c;
    }
    ++open_;
    stand(*c, Line::reading);
    read(c);
}

void Listening::drop(Connection& c) {
    if (c.closed) return;
    c.closed = true;
    error_code ignored;
    c.socket.close(ignored);
    lines_.leave(c);
    give_back(c);
    --open_;
    free_slots_.push_back(c.slot);
    const ConnectionPtr dies_last = std::move(slots_[c.slot]);
}

Result<std::shared_ptr<Listener>> listen(ServerOptions options, ConnectorWorld world) {
    if (world.network == nullptr) return Error{ENOTSUP, "connector " + options.name + ": this world has no network"};
    auto server = std::make_shared<Listening>(std::move(options), world);
    const Result<Done> opened = server->open();
    if (!opened) return opened.error();
    return std::shared_ptr<Listener>(std::move(server));
}

}  // namespace weir::http
