#ifdef __SANITIZE_THREAD__
#pragma GCC diagnostic ignored "-Wtsan"  // Asio's fences: the sanitizer doesn't see them, and nothing here relies on them
#endif
#include "connectors/http/server.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <list>
#include <optional>
#include <utility>

#include "connectors/http/media.hpp"
#include "connectors/http/request.hpp"
#include "connectors/http/target.hpp"
#include "engine/message/json.hpp"

namespace weir::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t first_buffer = 4 * 1024;
constexpr std::size_t largest_buffer = most_head_bytes + 4 * 1024;
constexpr std::size_t kept_buffer = 16 * 1024;      // an idle connection keeps no more
constexpr std::size_t most_discarded = 256 * 1024;  // of a refused sender, before it is cut off
constexpr unsigned slot_bits = 20;

class Server;

// One operation and path, and the flow behind it.
struct Route {
    SourceOptions options;
    Pattern pattern;
    Inlet* inlet = nullptr;    // null: not started, or over
    std::vector<Delivery> pending;  // of this turn of the loop
    bool flush_posted = false;

    bool takes(Method method) const {
        const std::string& o = options.operation;
        switch (method) {
            case Method::get:
            case Method::head: return o == "get" || o == "any";
            case Method::post: return o == "post" || o == "any";
            case Method::put: return o == "put" || o == "any";
            case Method::patch: return o == "patch" || o == "any";
            case Method::delete_: return o == "delete" || o == "any";
            case Method::options: return o == "any";
            case Method::other: return false;
        }
        return false;
    }
};

enum class State : std::uint8_t { head, body, waiting, writing, lingering };
enum class Line : std::uint8_t { reading, idle, moving, lingering, none };  // what its deadline is about; in each line the oldest stands in front

struct Connection {
    tcp::socket socket;
    std::uint32_t slot = 0;
    std::string remote;
    State state = State::head;
    Line line = Line::none;
    std::list<Connection*>::iterator place;
    EngineTime since{0};
    std::uint64_t moved = 0;          // bytes, in this window

    std::unique_ptr<char[]> in;
    std::size_t capacity = 0, begin = 0, end = 0, scanned = 0;
    bool reading = false, closed = false, input_ended = false, processing = false;

    // The request that is under way.
    RequestHead head;                 // its views are good while `handle_head` runs, no longer
    std::uint64_t ticket = 0;
    std::shared_ptr<Route> route;
    bool keep_alive = true, old = false, no_body = false, stored = false;
    Id128 id;
    Message message;
    Media media = Media::none;
    std::string key;
    std::string body;
    bool chunked = false;
    std::uint64_t left = 0;           // of a body with a length
    Chunks chunks;
    std::size_t counted = 0;          // of Server::bodies_

    std::string out;
    std::size_t written = 0;
    bool close_after = false;
    std::size_t discarded = 0;

    explicit Connection(tcp::socket s) : socket(std::move(s)) {}
    std::string_view held() const { return {in.get() + begin, end - begin}; }
};
using ConnectionPtr = std::shared_ptr<Connection>;

std::string error_body(std::string_view text) {
    std::string out = "{\"error\":";
    write_json_string(out, text);
    out += '}';
    return out;
}

class Server final : public Listener, public std::enable_shared_from_this<Server> {
public:
    Server(ServerOptions options, ConnectorWorld world) : options_(std::move(options)), world_(world), acceptor_(*world.network) {}
    ~Server() override {
        for (ConnectionPtr& c : slots_)
            if (c) drop(*c);
        if (sweep_ != 0) world_.executor.cancel(sweep_);
        error_code ignored;
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
    // taking connections
    void accept();
    void accepted(tcp::socket socket);
    void make_room();
    // one connection
    void read(const ConnectionPtr& c);
    void process(const ConnectionPtr& c);
    bool step(const ConnectionPtr& c);  // false: more bytes, or an answer, must come first
    bool read_head(const ConnectionPtr& c);
    void handle_head(const ConnectionPtr& c, std::size_t head_size);
    bool read_body(const ConnectionPtr& c);
    void submit(const ConnectionPtr& c);
    bool has_room(const std::shared_ptr<Route>& route);
    void flush(Route& route);
    void deliver(Route& route);
    Connection* waiting(std::uint64_t ticket);
    // what is wrong with a request, as an answer. The connection ends when the rest of the request can't be told from the next one.
    void refuse(const ConnectionPtr& c, unsigned status, std::string_view text, bool close, std::string_view more = {});
    void begin_answer(Connection& c, unsigned status);
    void end_answer(const ConnectionPtr& c, std::string_view content_type, std::string_view body, bool may_have_body);
    void write(const ConnectionPtr& c);
    void written(const ConnectionPtr& c);
    void ended_input(const ConnectionPtr& c);
    void drop(Connection& c);
    void give_back(Connection& c) {  // the place that its unfinished body took
        bodies_ -= std::exchange(c.counted, 0);
        if (c.body.capacity() > kept_buffer) c.body = std::string();
    }
    void compact(Connection& c);
    // deadlines
    void stand(Connection& c, Line line);
    void leave(Connection& c);
    std::list<Connection*>& members(Line line) { return lines_[static_cast<std::size_t>(line)]; }
    void arm();
    void sweep();
    void log(LogLevel level, const std::string& text) {
        if (world_.log != nullptr) world_.log->write(level, options_.name, text, {});
    }

    ServerOptions options_;
    ConnectorWorld world_;
    tcp::acceptor acceptor_;
    std::string address_;
    bool accepting_ = false, full_told_ = false;
    std::vector<std::shared_ptr<Route>> routes_;
    std::vector<ConnectionPtr> slots_;
    std::vector<std::uint32_t> free_slots_;
    std::size_t open_ = 0, most_ = 0;
    std::uint64_t requests_ = 0;
    std::uint64_t bodies_ = 0;           // bytes of bodies that are not whole yet
    std::list<Connection*> lines_[4];
    std::list<Connection*> spare_;       // list nodes of connections that stand in no line
    std::uint64_t sweep_ = 0;
    std::string date_;
    std::int64_t date_second_ = 0;
};

class HttpSource final : public Source {
public:
    HttpSource(std::shared_ptr<Server> server, std::shared_ptr<Route> route) : server_(std::move(server)), route_(std::move(route)) {}
    ~HttpSource() override { server_->remove(route_); }
    void start(Inlet& inlet, std::vector<PartState>) override { server_->start(route_, inlet); }
    void resume() override {}  // nobody waits: without room a request was refused
    void settle(std::uint64_t ticket, Verdict verdict) override { server_->settle(ticket, verdict); }
    void answer(std::uint64_t ticket, Answer answer) override { server_->answer(ticket, std::move(answer)); }
    void stop() override { server_->stop(*route_); }

private:
    std::shared_ptr<Server> server_;
    std::shared_ptr<Route> route_;
};

Result<Done> Server::open() {
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

Result<std::unique_ptr<Source>> Server::source(SourceOptions options) {
    Result<Pattern> pattern = Pattern::read(options.path);
    if (!pattern) return Error{EINVAL, options_.name + "." + options.operation + ": " + pattern.error().text};
    for (const auto& other : routes_)
        if (other->pattern.shape() == pattern->shape() && other->options.operation == options.operation)
            return Error{EEXIST, options_.name + "." + options.operation + ": two flows take `" + options.path + "`; one takes a request"};
    auto route = std::make_shared<Route>();
    route->options = std::move(options);
    route->pattern = std::move(*pattern);
    // The first that fits has it: constants before names, then an operation before `any`.
    const auto before = [](const std::shared_ptr<Route>& a, const std::shared_ptr<Route>& b) {
        if (a->pattern.comes_before(b->pattern)) return true;
        if (b->pattern.comes_before(a->pattern)) return false;
        return a->options.operation != "any" && b->options.operation == "any";
    };
    routes_.insert(std::upper_bound(routes_.begin(), routes_.end(), route, before), route);
    return std::unique_ptr<Source>(std::make_unique<HttpSource>(shared_from_this(), std::move(route)));
}

void Server::start(const std::shared_ptr<Route>& route, Inlet& inlet) {
    route->inlet = &inlet;
    if (accepting_) return;
    accepting_ = true;
    accept();
}

// Its flow is over. Who still waits is told what is known: durable, or try again.
void Server::remove(const std::shared_ptr<Route>& route) {
    route->inlet = nullptr;
    std::erase(routes_, route);
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

void Server::accept() {
    acceptor_.async_accept([weak = weak_from_this()](const error_code& error, tcp::socket socket) {
        const std::shared_ptr<Server> self = weak.lock();
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

void Server::accepted(tcp::socket socket) {
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

// The one that has kept us waiting longest for the beginning of a request, then one between two requests, then a body: never one that waits for us.
void Server::make_room() {
    for (const Line line : {Line::lingering, Line::reading, Line::idle}) {
        if (members(line).empty()) continue;
        return drop(*members(line).front());
    }
    for (Connection* c : members(Line::moving)) {
        if (c->state != State::body) continue;
        return drop(*c);
    }
}

// ---- one connection ----

void Server::compact(Connection& c) {
    if (c.begin == c.end) {
        c.begin = c.end = c.scanned = 0;
        if (c.capacity > kept_buffer && c.state != State::body) {
            c.in.reset();
            c.capacity = 0;
        }
    } else if (c.begin > 0 && c.end == c.capacity) {
        std::memmove(c.in.get(), c.in.get() + c.begin, c.end - c.begin);
        c.end -= c.begin;
        c.begin = 0;
    }
}

// Something is always being read, so that we see who goes; only a sender far ahead of its answers has to wait.
void Server::read(const ConnectionPtr& c) {
    if (c->reading || c->closed || c->input_ended) return;
    compact(*c);
    // More room for what is really coming, not for what was announced.
    const bool streams = c->state == State::body && c->begin == c->end && c->moved > c->capacity && c->capacity < largest_buffer;
    if (c->end == c->capacity || streams) {
        if (c->capacity >= largest_buffer) return;
        const std::size_t larger = std::min(std::max(first_buffer, c->capacity * 4), largest_buffer);
        auto grown = std::make_unique_for_overwrite<char[]>(larger);
        if (c->end > 0) std::memcpy(grown.get(), c->in.get(), c->end);
        c->in = std::move(grown);
        c->capacity = larger;
    }
    c->reading = true;
    c->socket.async_read_some(asio::buffer(c->in.get() + c->end, c->capacity - c->end), [weak = weak_from_this(), c](const error_code& error, std::size_t got) {
        c->reading = false;
        const std::shared_ptr<Server> self = weak.lock();
        if (c->closed || !self) return;
        if (error) return self->ended_input(c);
        c->end += got;
        self->process(c);
    });
}

void Server::ended_input(const ConnectionPtr& c) {
    c->input_ended = true;
    switch (c->state) {
        case State::waiting: {
            const std::shared_ptr<Route> route = c->route;
            const std::uint64_t ticket = c->ticket;
            drop(*c);
            const auto own = std::find_if(route->pending.begin(), route->pending.end(), [&](const Delivery& d) { return d.ticket == ticket; });
            if (own != route->pending.end()) {
                route->pending.erase(own);  // nobody has seen it yet
            } else if (route->inlet != nullptr) {
                route->inlet->gone(ticket);
            }
            return;
        }
        case State::writing: return;  // who has stopped sending may still read
        default: drop(*c);
    }
}

void Server::process(const ConnectionPtr& c) {
    if (c->processing) return;
    c->processing = true;
    while (!c->closed && step(c)) {
    }
    c->processing = false;
    if (!c->closed) read(c);
}

bool Server::step(const ConnectionPtr& c) {
    switch (c->state) {
        case State::head: return read_head(c);
        case State::body: return read_body(c);
        case State::waiting:
        case State::writing: return false;
        case State::lingering:
            c->discarded += c->end - c->begin;
            c->begin = c->end;
            if (c->discarded > most_discarded) drop(*c);
            return false;
    }
    return false;
}

bool Server::read_head(const ConnectionPtr& c) {
    if (c->begin == c->end) return false;
    if (c->held().starts_with("\r\n")) {  // some end a body with one line too many
        c->begin += 2;
        c->scanned = 0;
        if (c->begin == c->end) return false;
    }
    std::size_t head_size = 0;
    Fault fault;
    switch (find_head(c->held(), c->scanned, head_size, fault)) {
        case Parse::more:
            if (c->line != Line::reading) stand(*c, Line::reading);
            return false;
        case Parse::bad:
            c->no_body = c->old = false;
            refuse(c, fault.status, fault.text, true);
            return true;
        case Parse::done: break;
    }
    c->scanned = 0;
    c->no_body = c->old = false;
    c->keep_alive = true;
    if (!read_request(c->held().substr(0, head_size), c->head, fault)) {
        refuse(c, fault.status, fault.text, true);
        return true;
    }
    handle_head(c, head_size);
    return true;
}

void Server::handle_head(const ConnectionPtr& c, std::size_t head_size) {
    const RequestHead& head = c->head;
    c->keep_alive = head.keep_alive;
    c->old = head.minor == 0;
    c->no_body = head.method == Method::head;
    std::string_view target = head.target;
    const std::size_t mark = target.find('?');
    const std::string_view path = target.substr(0, mark);
    const std::string_view query = mark == target.npos ? std::string_view() : target.substr(mark + 1);

    // A refused request whose body is here too can be stepped over; otherwise the connection ends with it.
    const std::string_view behind = c->held().substr(head_size);
    const bool all_here = head.framing == Framing::none || (head.framing == Framing::length && head.length <= behind.size());
    const std::size_t whole = head_size + (all_here ? static_cast<std::size_t>(head.length) : 0);
    const auto no = [&](unsigned status, std::string_view text, std::string_view more = {}) {
        if (all_here) c->begin += whole;
        refuse(c, status, text, !all_here, more);
    };

    if (!plain_path(path)) return no(400, "the path has a segment of dots or a bad escape");
    std::shared_ptr<Route> found;
    std::string allow;
    std::vector<std::string_view> segments;
    for (const std::shared_ptr<Route>& route : routes_) {
        if (!route->pattern.fits(path, segments)) continue;
        if (route->takes(head.method)) {
            found = route;
            break;
        }
        for (unsigned m = 0; m < static_cast<unsigned>(Method::other); ++m) {
            const std::string_view name = name_of(static_cast<Method>(m));
            if (route->takes(static_cast<Method>(m)) && !has_token(lower(allow), lower(name))) allow.append(allow.empty() ? "" : ", ").append(name);
        }
    }
    if (!found) {
        if (allow.empty()) return no(404, "there is nothing under this path");
        return no(405, "this path takes " + allow, "allow: " + allow + "\r\n");
    }
    if (!head.expect.empty() && !same_name(head.expect, "100-continue")) return no(417, "only `expect: 100-continue` is known");
    if (head.framing == Framing::length && head.length > found->options.max_body)
        return no(413, "the body is over " + std::to_string(found->options.max_body) + " bytes");
    const bool has_body = head.framing == Framing::chunked || head.length > 0;
    c->media = has_body ? media_of(head.content_type) : Media::none;
    if (has_body && !accepts(found->options.accept, c->media)) {
        constexpr std::pair<Media, std::string_view> known[] = {{Media::json, "application/json"}, {Media::text, "text/plain"}, {Media::form, "application/x-www-form-urlencoded"}, {Media::multipart, "multipart/form-data"}, {Media::other, "application/octet-stream"}};
        std::string wanted;
        for (const auto& [media, name] : known)
            if (accepts(found->options.accept, media)) wanted.append(wanted.empty() ? "" : " or ").append(name);
        if (c->media == Media::foreign_charset) return no(415, "only UTF-8 is read; send it as such");
        return no(415, "send the header `content-type: " + wanted + "`");
    }
    if (!has_room(found)) return no(503, "busy; try again", "retry-after: 1\r\n");

    c->message = Message();
    const bool at_once = head.framing != Framing::chunked && all_here;
    const Arrival arrival{head, path, query, found->pattern.names(), segments, found->options.operation, c->remote, options_.keep_headers,
                          at_once ? behind.substr(0, static_cast<std::size_t>(head.length)) : std::string_view(), has_body && at_once, c->media};
    if (!message_of(arrival, c->message)) return no(400, "the target has a bad escape or is not UTF-8");
    c->key.assign(head.idempotency_key);
    c->route = found;
    if (at_once) {
        c->begin += whole;
        return submit(c);
    }
    c->chunked = head.framing == Framing::chunked;
    c->left = c->chunked ? 0 : head.length;
    c->chunks = Chunks();
    c->body.clear();
    c->state = State::body;
    stand(*c, Line::moving);
    const bool asks = !head.expect.empty() && head.minor == 1 && behind.empty();
    c->begin += head_size;
    if (asks) {
        constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        error_code error;
        const std::size_t sent = c->socket.write_some(asio::buffer(go_on.data(), go_on.size()), error);
        if (error || sent != go_on.size()) drop(*c);  // 25 bytes that find no room in an empty buffer: it is no more
    }
}

bool Server::read_body(const ConnectionPtr& c) {
    if (c->begin == c->end) return false;
    const std::string_view held = c->held();
    std::size_t used = 0;
    bool whole = false;
    if (c->chunked) {
        Fault fault;
        switch (c->chunks.take(held, used, c->body, c->route->options.max_body, fault)) {
            case Parse::bad: refuse(c, fault.status, fault.text, true); return true;
            case Parse::done: whole = true; break;
            case Parse::more: break;
        }
    } else {
        used = static_cast<std::size_t>(std::min<std::uint64_t>(c->left, held.size()));
        c->body.append(held.data(), used);
        c->left -= used;
        whole = c->left == 0;
    }
    c->begin += used;
    c->moved += used;
    bodies_ += c->body.size() - c->counted;
    c->counted = c->body.size();
    if (bodies_ > options_.most_bodies && !whole) {
        refuse(c, 503, "too many bodies at a time; try again", true, "retry-after: 1\r\n");
        return true;
    }
    if (!whole) return c->begin != c->end;
    if (!c->body.empty()) set_body(c->message, std::move(c->body), c->media);
    c->body = std::string();
    submit(c);
    return true;
}

void Server::submit(const ConnectionPtr& c) {
    give_back(*c);
    if (!has_room(c->route)) return refuse(c, 503, "busy; try again", false, "retry-after: 1\r\n");
    Route& route = *c->route;
    Delivery& d = route.pending.emplace_back();
    d.message = std::move(c->message);
    if (c->key.empty()) {
        d.message.meta.id = {world_.random.next(), world_.random.next()};
    } else {
        std::string identity = "http";
        identity += '\0';
        identity += route.options.name;
        identity += '\0';
        identity += c->key;
        identity += '\0';
        d.message.meta.id = sha256_128(identity, d.message.body.bytes);
    }
    d.message.meta.created = world_.clock.wall();
    c->id = d.message.meta.id;
    d.asks = true;
    c->ticket = d.ticket = (++requests_ << slot_bits) | c->slot;
    c->stored = false;
    c->state = State::waiting;
    leave(*c);
    if (route.flush_posted) return;
    route.flush_posted = true;
    // Behind all that has come in the same turn: one batch, one commit.
    world_.executor.post([weak = weak_from_this(), held = c->route] {
        const std::shared_ptr<Server> self = weak.lock();
        if (self) self->flush(*held);
    });
}

// An inlet takes one batch at a time: what has gathered is handed over before anybody is sent away.
bool Server::has_room(const std::shared_ptr<Route>& route) {
    if (route->inlet == nullptr) return false;
    if (route->inlet->room() > route->pending.size()) return true;
    if (route->pending.empty()) return false;
    deliver(*route);
    return route->inlet != nullptr && route->inlet->room() > route->pending.size();
}

void Server::flush(Route& route) {
    route.flush_posted = false;
    deliver(route);
}
void Server::deliver(Route& route) {
    std::vector<Delivery> batch = std::move(route.pending);
    route.pending.clear();
    const std::size_t room = route.inlet == nullptr ? 0 : route.inlet->room();
    while (batch.size() > room) {
        const Connection* waits = waiting(batch.back().ticket);
        batch.pop_back();
        if (waits == nullptr) continue;
        const ConnectionPtr c = slots_[waits->slot];
        refuse(c, 503, "busy; try again", false, "retry-after: 1\r\n");
    }
    if (!batch.empty()) route.inlet->deliver(std::move(batch));
}

Connection* Server::waiting(std::uint64_t ticket) {
    const std::size_t slot = ticket & ((std::size_t{1} << slot_bits) - 1);
    if (slot >= slots_.size() || !slots_[slot]) return nullptr;
    Connection* c = slots_[slot].get();
    return c->state == State::waiting && c->ticket == ticket ? c : nullptr;
}

// ---- answers ----

void Server::begin_answer(Connection& c, unsigned status) {
    c.out.clear();
    c.written = 0;
    c.out += "HTTP/1.1 ";
    write_number(c.out, status);
    c.out += ' ';
    c.out += reason_of(status);
    const std::int64_t now = world_.clock.wall();
    if (date_.empty() || now / 1'000'000'000 != date_second_) {
        date_second_ = now / 1'000'000'000;
        date_ = "\r\ndate: ";
        write_date(date_, now);
        date_ += "\r\n";
    }
    c.out += date_;
}

void Server::end_answer(const ConnectionPtr& c, std::string_view content_type, std::string_view body, bool may_have_body) {
    if (!content_type.empty()) c->out.append("content-type: ").append(content_type).append("\r\n");
    if (may_have_body) {
        c->out += "content-length: ";
        write_number(c->out, body.size());
        c->out += "\r\n";
    }
    if (!c->keep_alive) c->out += "connection: close\r\n";
    else if (c->old) c->out += "connection: keep-alive\r\n";
    c->out += "\r\n";
    if (may_have_body && !c->no_body) c->out += body;
    c->close_after = !c->keep_alive;
    give_back(*c);
    c->route.reset();
    c->state = State::writing;
    write(c);
}

void Server::refuse(const ConnectionPtr& c, unsigned status, std::string_view text, bool close, std::string_view more) {
    if (close) c->keep_alive = false;
    begin_answer(*c, status);
    c->out += more;
    end_answer(c, "application/json", error_body(text), true);
}

void Server::answer(std::uint64_t ticket, Answer answer) {
    const Connection* waits = waiting(ticket);
    if (waits == nullptr) return;
    const ConnectionPtr c = slots_[waits->slot];
    const unsigned status = answer.status < 200 || answer.status > 599 ? 500 : answer.status;
    begin_answer(*c, status);
    std::string_view content_type = answer.body.empty() ? std::string_view() : content_type_of(answer.format);
    for (const Header& header : answer.headers) {
        const std::string name = lower(header.name);
        if (hop_by_hop(name) || name == "date" || name == "weir-message-id" || name == "weir-replayed") continue;
        if (!good_name(name) || !good_value(header.value)) {
            // Never two answers out of one: such a field is left out, and said.
            if (c->route->inlet != nullptr) c->route->inlet->warn("an answer's header held a control character and was left out");
            continue;
        }
        if (name == "content-type") {
            content_type = header.value;
            continue;
        }
        if (name == "retry-after" && answer.retry_after > 0) continue;
        c->out.append(name).append(": ").append(header.value).append("\r\n");
    }
    if (!answer.id.empty()) c->out.append("weir-message-id: ").append(to_text(answer.id)).append("\r\n");
    if (answer.replayed) c->out += "weir-replayed: true\r\n";
    if (answer.retry_after > 0) {
        c->out += "retry-after: ";
        write_number(c->out, static_cast<std::uint64_t>((answer.retry_after + 999'999'999) / 1'000'000'000));
        c->out += "\r\n";
    }
    end_answer(c, content_type, answer.body, status != 204 && status != 304);
}

void Server::write(const ConnectionPtr& c) {
    error_code error;
    while (c->written < c->out.size()) {
        const std::size_t sent = c->socket.write_some(asio::buffer(c->out.data() + c->written, c->out.size() - c->written), error);
        if (error == asio::error::would_block || error == asio::error::try_again) {
            if (c->line != Line::moving) stand(*c, Line::moving);
            c->socket.async_wait(tcp::socket::wait_write, [weak = weak_from_this(), c](const error_code& failed) {
                const std::shared_ptr<Server> self = weak.lock();
                if (c->closed || !self) return;
                if (failed) return self->drop(*c);
                self->write(c);
            });
            return;
        }
        if (error) return drop(*c);
        c->written += sent;
        c->moved += sent;
    }
    written(c);
}

void Server::written(const ConnectionPtr& c) {
    if (c->out.capacity() > kept_buffer) c->out = std::string();
    if (c->input_ended) return drop(*c);
    if (c->close_after) {
        // Closing with bytes unread would reset the connection, and the answer could be lost with it.
        error_code error;
        c->socket.shutdown(tcp::socket::shutdown_send, error);
        if (error) return drop(*c);
        c->state = State::lingering;
        stand(*c, Line::lingering);
    } else {
        c->state = State::head;
        stand(*c, Line::idle);
    }
    process(c);
}

void Server::drop(Connection& c) {
    if (c.closed) return;
    c.closed = true;
    error_code ignored;
    c.socket.close(ignored);
    leave(c);
    give_back(c);
    --open_;
    free_slots_.push_back(c.slot);
    const ConnectionPtr dies_last = std::move(slots_[c.slot]);
}

// ---- deadlines ----

void Server::stand(Connection& c, Line line) {
    std::list<Connection*>& to = members(line);
    if (c.line == Line::none) {
        if (spare_.empty()) spare_.push_back(nullptr);
        to.splice(to.end(), spare_, spare_.begin());
        c.place = std::prev(to.end());
        *c.place = &c;
    } else {
        to.splice(to.end(), members(c.line), c.place);
    }
    c.line = line;
    c.since = world_.clock.engine();
    c.moved = 0;
    if (sweep_ == 0) arm();
}
void Server::leave(Connection& c) {
    if (c.line == Line::none) return;
    spare_.splice(spare_.begin(), members(c.line), c.place);
    c.line = Line::none;
}
void Server::arm() {
    const EngineTime shortest = std::min({options_.head_time, options_.idle_time, options_.window, options_.linger_time});
    sweep_ = world_.executor.after(std::clamp<EngineTime>(shortest / 4, std::chrono::milliseconds(5), std::chrono::seconds(1)), [weak = weak_from_this()] {
        if (const auto self = weak.lock()) self->sweep();
    });
}
void Server::sweep() {
    sweep_ = 0;
    const EngineTime now = world_.clock.engine();
    const auto late = [&](Line line, EngineTime limit) -> ConnectionPtr {
        std::list<Connection*>& all = members(line);
        return all.empty() || now - all.front()->since < limit ? nullptr : slots_[all.front()->slot];
    };
    while (const ConnectionPtr c = late(Line::reading, options_.head_time)) {
        if (c->begin == c->end) {
            drop(*c);  // it never said a word
        } else {
            c->begin = c->end;
            refuse(c, 408, "the head of the request did not come in time", true);
        }
    }
    while (const ConnectionPtr c = late(Line::idle, options_.idle_time)) drop(*c);
    while (const ConnectionPtr c = late(Line::lingering, options_.linger_time)) drop(*c);
    while (const ConnectionPtr c = late(Line::moving, options_.window)) {
        if (c->moved >= options_.slowest) {
            stand(*c, Line::moving);
        } else if (c->state == State::body) {
            refuse(c, 408, "the body came too slowly", true);
        } else {
            drop(*c);  // it does not read
        }
    }
    for (const Line line : {Line::reading, Line::idle, Line::lingering, Line::moving})
        if (!members(line).empty() && sweep_ == 0) arm();
}

}  // namespace

Result<std::shared_ptr<Listener>> listen(ServerOptions options, ConnectorWorld world) {
    if (world.network == nullptr) return Error{ENOTSUP, "connector " + options.name + ": this world has no network"};
    auto server = std::make_shared<Server>(std::move(options), world);
    const Result<Done> opened = server->open();
    if (!opened) return opened.error();
    return std::shared_ptr<Listener>(std::move(server));
}

}  // namespace weir::http
