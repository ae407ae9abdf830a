#ifdef __SANITIZE_THREAD__
#pragma GCC diagnostic ignored "-Wtsan"  // Asio's fences: the sanitizer doesn't see them, and nothing here relies on them
#endif
#include "connectors/http/client.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <charconv>
#include <concepts>
#include <deque>
#include <optional>

#include "connectors/http/media.hpp"
#include "connectors/http/target.hpp"
#include "engine/message/text.hpp"

namespace weir::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t first_buffer = 4 * 1024;
constexpr std::size_t largest_buffer = most_head_bytes + 4 * 1024;
constexpr unsigned most_redirects = 5;
constexpr unsigned most_interim = 8;  // 1xx before an answer

struct Link;

struct Job {
    Call call;
    Then<SendResponse> then;
    std::uint64_t timer = 0;
    std::string out;
    bool fresh = false;       // wants a connection that nobody has used
    unsigned redirects = 0;
    std::shared_ptr<Link> link;
    enum class At : std::uint8_t { queued, connecting, sent, over } at = At::queued;
};
using JobPtr = std::shared_ptr<Job>;

// One connection to the server.
struct Link {
    tcp::resolver resolver;
    tcp::socket socket;
    std::optional<asio::ssl::stream<tcp::socket&>> tls;
    JobPtr job;               // null: idle
    bool closed = false, writing = false, used = false;
    std::size_t written = 0;  // of the job's bytes
    EngineTime since{0};      // idle

    std::unique_ptr<char[]> in;
    std::size_t capacity = 0, begin = 0, end = 0, scanned = 0;
    bool reading = false, answer_began = false, head_done = false;
    unsigned interim = 0;
    ResponseHead head;        // views good only while the head is read
    Framing framing = Framing::none;
    bool keep_alive = true;
    std::uint64_t left = 0;
    Chunks chunks;
    Answer answer;

    explicit Link(asio::io_context& network) : resolver(network), socket(network) {}
    std::string_view held() const { return {in.get() + begin, end - begin}; }
};
using LinkPtr = std::shared_ptr<Link>;

bool repeatable(Method method) { return method == Method::get || method == Method::head || method == Method::put || method == Method::delete_; }
bool has_status(const std::vector<unsigned>& statuses, unsigned status) { return std::find(statuses.begin(), statuses.end(), status) != statuses.end(); }

class Pool final : public Client, public std::enable_shared_from_this<Pool> {
public:
    Pool(ClientOptions options, ConnectorWorld world) : options_(std::move(options)), world_(world) {}
    ~Pool() override {
        for (const LinkPtr& link : links_) {
            link->closed = true;
            if (link->job) link->job->link.reset();
            link->job.reset();
            error_code ignored;
            link->socket.close(ignored);
        }
    }
    Result<Done> open();
    void call(Call call, Then<SendResponse> then) override;
    const ClientOptions& options() const override { return options_; }
    std::size_t connections() const override { return links_.size(); }

private:
    void pump();
    void dial(const JobPtr& job);
    void connect(const LinkPtr& link, const tcp::resolver::results_type& found);
    void connected(const LinkPtr& link);
    void send(const LinkPtr& link);
    void written(const LinkPtr& link, const error_code& error);
    void read(const LinkPtr& link);
    void received(const LinkPtr& link, const error_code& error);
    bool step(const LinkPtr& link);  // false: more bytes must come, or the link is done
    bool read_head(const LinkPtr& link);
    void answered(const LinkPtr& link);
    bool redirect(const JobPtr& job, unsigned status, std::string_view location);
    void broken(const LinkPtr& link, FailureClass kind, const std::string& why);
    void fail(const JobPtr& job, FailureClass kind, const std::string& why);
    void complete(const JobPtr& job, SendResponse response);
    void expire(const JobPtr& job);
    void close(const LinkPtr& link);
    void write_request(Job& job) const;
    void arm();
    std::string shown(const Job& job) const {
        return std::string(name_of(job.call.method)) + " " + (options_.url.tls ? "https://" : "http://") + options_.url.authority + job.call.target.substr(0, job.call.target.find('?'));
    }
    template <class F> auto on(const LinkPtr& link, F f) {
        return [weak = weak_from_this(), link, f]<class... Rest>(const error_code& error, Rest&&... rest)
                   requires std::invocable<const F&, Pool&, const LinkPtr&, const error_code&, Rest&...>
        {
            const std::shared_ptr<Pool> self = weak.lock();
            if (self && !link->closed) f(*self, link, error, rest...);
        };
    }

    ClientOptions options_;
    ConnectorWorld world_;
    std::optional<asio::ssl::context> tls_;
    std::deque<JobPtr> queue_;
    std::vector<LinkPtr> links_, idle_;   // idle_: the one used last stands at the end
    std::uint64_t idle_timer_ = 0;
};

Result<Done> Pool::open() {
    if (!options_.url.tls) return Done{};
    tls_.emplace(asio::ssl::context::tls_client);
    tls_->set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_sslv2 | asio::ssl::context::no_sslv3 | asio::ssl::context::no_tlsv1 | asio::ssl::context::no_tlsv1_1);
    tls_->set_verify_mode(asio::ssl::verify_peer);
    error_code error;
    if (options_.ca.empty()) {
        tls_->set_default_verify_paths(error);
        if (error) return Error{0, "connector " + options_.name + ": the system's certificate authorities can't be read: " + error.message()};
        return Done{};
    }
    const Result<std::string> text = read_whole(world_.files, options_.ca, 4 * 1024 * 1024);
    if (!text) return Error{text.error().number, "connector " + options_.name + ": `ca`: " + text.error().text};
    tls_->add_certificate_authority(asio::buffer(*text), error);
    if (error) return Error{EINVAL, "connector " + options_.name + ": `ca`: " + options_.ca + " holds no certificate in PEM form"};
    return Done{};
}

void Pool::call(Call call, Then<SendResponse> then) {
    auto job = std::make_shared<Job>();
    job->call = std::move(call);
    job->then = std::move(then);
    const EngineTime timeout = job->call.timeout > EngineTime::zero() ? job->call.timeout : options_.timeout;
    job->timer = world_.executor.after(timeout, [weak = weak_from_this(), held = std::weak_ptr(job)] {
        const std::shared_ptr<Pool> self = weak.lock();
        const JobPtr late = held.lock();
        if (self && late) self->expire(late);
    });
    write_request(*job);
    queue_.push_back(std::move(job));
    pump();
}

void Pool::write_request(Job& job) const {
    std::string& out = job.out;
    const Call& call = job.call;
    out.clear();
    out.append(name_of(call.method)).append(" ").append(call.target).append(" HTTP/1.1\r\n");
    bool host = false, type = false, key = false, agent = false, accept = false, authorization = false;
    const auto field = [&](std::string_view name, std::string_view value) { out.append(name).append(": ").append(value).append("\r\n"); };
    const auto fields = [&](const Headers& headers, bool own) {
        for (const Header& header : headers) {
            const std::string& name = header.name;
            // Of this connection, or about bytes that we write: never what another one said.
            if (hop_by_hop(name) || name == "accept-encoding" || (name == "host" && !own)) continue;
            if (own && find_header(call.headers, name) != nullptr && name != "host") continue;
            host = host || name == "host";
            type = type || name == "content-type";
            key = key || name == "idempotency-key";
            agent = agent || name == "user-agent";
            accept = accept || name == "accept";
            authorization = authorization || name == "authorization";
            field(name, header.value);
        }
    };
    fields(options_.headers, true);
    fields(call.headers, false);
    if (!host) field("host", options_.url.authority);
    if (!agent) field("user-agent", "weir");
    if (!accept) field("accept", "*/*");
    if (!authorization && !options_.url.user.empty()) {
        std::string basic = "Basic ";
        std::string user;
        if (!decode_percent(options_.url.user, false, user)) user = options_.url.user;
        write_base64(basic, user);
        field("authorization", basic);
    }
    if (!key && call.method != Method::get && call.method != Method::head && !call.id.empty()) field("idempotency-key", to_text(call.id));
    const bool has_body = call.format != Format::none;
    if (has_body && !type) field("content-type", content_type_of(call.format));
    if (has_body || call.method == Method::post || call.method == Method::put || call.method == Method::patch) {
        out += "content-length: ";
        write_number(out, call.body.size());
        out += "\r\n";
    }
    out += "\r\n";
    out += call.body;
}

void Pool::pump() {
    while (!queue_.empty() && links_.size() - idle_.size() < options_.max_in_flight) {
        const JobPtr job = std::move(queue_.front());
        queue_.pop_front();
        LinkPtr link;
        while (!job->fresh && !idle_.empty() && !link) {
            link = std::move(idle_.back());
            idle_.pop_back();
            char byte;
            error_code error;
            // The server may have hung up a moment ago: see it before anything is sent that can't be sent twice.
            const std::size_t waiting = link->socket.receive(asio::buffer(&byte, 1), tcp::socket::message_peek, error);
            if (error == asio::error::would_block || error == asio::error::try_again || (!error && waiting > 0 && link->tls)) continue;
            close(link);
            link.reset();
        }
        if (!link) {
            dial(job);
            continue;
        }
        link->job = job;
        job->link = link;
        send(link);
    }
}

void Pool::dial(const JobPtr& job) {
    auto link = std::make_shared<Link>(*world_.network);
    links_.push_back(link);
    link->job = job;
    job->link = link;
    job->at = Job::At::connecting;
    error_code error;
    const asio::ip::address address = asio::ip::make_address(options_.url.host, error);
    if (!error) return connect(link, tcp::resolver::results_type::create(tcp::endpoint(address, options_.url.port), options_.url.host, {}));
    link->resolver.async_resolve(options_.url.host, std::to_string(options_.url.port), tcp::resolver::numeric_service,
                                 on(link, [](Pool& self, const LinkPtr& l, const error_code& failed, const tcp::resolver::results_type& found) {
                                     if (failed) return self.broken(l, FailureClass::connect, "can't find the host: " + failed.message());
                                     self.connect(l, found);
                                 }));
}

void Pool::connect(const LinkPtr& link, const tcp::resolver::results_type& found) {
    asio::async_connect(link->socket, found, on(link, [](Pool& self, const LinkPtr& l, const error_code& failed, const tcp::endpoint&) {
                            if (failed) return self.broken(l, FailureClass::connect, "can't connect: " + failed.message());
                            self.connected(l);
                        }));
}

void Pool::connected(const LinkPtr& link) {
    error_code error;
    link->socket.set_option(tcp::no_delay(true), error);
    link->socket.non_blocking(true, error);
    if (!options_.url.tls) return send(link);
    link->tls.emplace(link->socket, *tls_);
    error_code is_address;
    asio::ip::make_address(options_.url.host, is_address);
    if (is_address) SSL_set_tlsext_host_name(link->tls->native_handle(), options_.url.host.c_str());
    link->tls->set_verify_callback(asio::ssl::host_name_verification(options_.url.host));
    link->tls->async_handshake(asio::ssl::stream_base::client, on(link, [](Pool& self, const LinkPtr& l, const error_code& failed) {
                                   if (!failed) return self.send(l);
                                   const long verdict = SSL_get_verify_result(l->tls->native_handle());
                                   self.broken(l, FailureClass::connect, verdict == X509_V_OK ? "no TLS connection: " + failed.message() : std::string("the server's certificate is not trusted: ") + X509_verify_cert_error_string(verdict));
                               }));
}

void Pool::send(const LinkPtr& link) {
    Job& job = *link->job;
    job.at = Job::At::sent;
    link->written = 0;
    link->answer_began = link->head_done = false;
    link->interim = 0;
    link->answer = Answer();
    link->writing = true;
    read(link);
    // The bytes belong to the job; it lives in the handler.
    if (link->tls) {
        asio::async_write(*link->tls, asio::buffer(job.out), on(link, [job = link->job](Pool& self, const LinkPtr& l, const error_code& failed, std::size_t) { self.written(l, failed); }));
        return;
    }
    error_code error;
    link->written = link->socket.write_some(asio::buffer(job.out), error);
    if (!error && link->written == job.out.size()) {
        link->writing = false;
        return;
    }
    if (error) link->written = 0;
    asio::async_write(link->socket, asio::buffer(job.out.data() + link->written, job.out.size() - link->written),
                      on(link, [job = link->job](Pool& self, const LinkPtr& l, const error_code& failed, std::size_t sent) {
                          l->written += sent;
                          self.written(l, failed);
                      }));
}

void Pool::written(const LinkPtr& link, const error_code& error) {
    link->writing = false;
    // A server may answer and hang up before it has read all: what it said stands in the socket and is read first.
    if (error && link->job && !link->reading) broken(link, FailureClass::unavailable, "the connection broke: " + error.message());
}

void Pool::read(const LinkPtr& link) {
    if (link->reading || link->closed) return;
    if (link->begin == link->end) {
        link->begin = link->end = link->scanned = 0;
    } else if (link->begin > 0) {
        std::memmove(link->in.get(), link->in.get() + link->begin, link->end - link->begin);
        link->end -= link->begin;
        link->begin = 0;
    }
    if (link->end == link->capacity) {
        const std::size_t larger = std::min(std::max(first_buffer, link->capacity * 4), largest_buffer);
        if (larger == link->capacity) return broken(link, FailureClass::unavailable, "the answer's head is over 32 KiB");
        auto grown = std::make_unique_for_overwrite<char[]>(larger);
        if (link->end > 0) std::memcpy(grown.get(), link->in.get(), link->end);
        link->in = std::move(grown);
        link->capacity = larger;
    }
    link->reading = true;
    const auto handler = on(link, [](Pool& self, const LinkPtr& l, const error_code& error, std::size_t got) {
        l->reading = false;
        l->end += got;
        self.received(l, error);
    });
    const auto room = asio::buffer(link->in.get() + link->end, link->capacity - link->end);
    if (link->tls) link->tls->async_read_some(room, handler);
    else link->socket.async_read_some(room, handler);
}

void Pool::received(const LinkPtr& link, const error_code& error) {
    if (!link->job) {  // idle: it hangs up, or says something that nobody asked for
        close(link);
        return;
    }
    if (link->begin != link->end) link->answer_began = true;
    while (!link->closed && link->job && step(link)) {
    }
    if (link->closed || !link->job) return;
    if (!error) return read(link);
    // A body without a length ends with the connection; with TLS the end must be said, or anybody could cut it.
    if (link->head_done && link->framing == Framing::until_close && error == asio::error::eof) return answered(link);
    const std::string what = error == asio::error::eof || error == asio::ssl::error::stream_truncated ? "the server closed the connection" : "the connection broke: " + error.message();
    broken(link, FailureClass::unavailable, what + (link->answer_began ? " in the middle of its answer" : " without an answer"));
}

bool Pool::step(const LinkPtr& link) {
    if (!link->head_done) return read_head(link);
    const std::string_view held = link->held();
    std::string& body = link->answer.body;
    std::size_t used = 0;
    bool whole = false;
    const auto too_large = [&] { broken(link, FailureClass::too_large, "the answer is over " + std::to_string(options_.max_body) + " bytes"); };
    switch (link->framing) {
        case Framing::none: whole = true; break;
        case Framing::length:
            used = static_cast<std::size_t>(std::min<std::uint64_t>(link->left, held.size()));
            body.append(held.data(), used);
            link->left -= used;
            whole = link->left == 0;
            break;
        case Framing::chunked: {
            if (held.empty()) return false;
            Fault fault;
            const Parse parsed = link->chunks.take(held, used, body, options_.max_body, fault);
            if (parsed == Parse::bad && fault.status == 413) {
                too_large();
                return false;
            }
            if (parsed == Parse::bad) {
                broken(link, FailureClass::unavailable, "the answer is no valid HTTP: " + fault.text);
                return false;
            }
            whole = parsed == Parse::done;
            break;
        }
        case Framing::until_close:
            used = held.size();
            if (body.size() + used > options_.max_body) {
                too_large();
                return false;
            }
            body.append(held);
            break;
    }
    link->begin += used;
    if (!whole) return false;
    answered(link);
    return false;
}

bool Pool::read_head(const LinkPtr& link) {
    std::size_t size = 0;
    Fault fault;
    const Parse found = find_head(link->held(), link->scanned, size, fault);
    if (found == Parse::more) return false;
    if (found == Parse::bad || !read_response(link->held().substr(0, size), link->job->call.method, link->head, fault)) {
        broken(link, FailureClass::unavailable, "the answer is no valid HTTP: " + fault.text);
        return false;
    }
    link->scanned = 0;
    const ResponseHead& head = link->head;
    if (head.status < 200) {
        link->begin += size;
        if (head.status != 101 && ++link->interim <= most_interim) return true;
        broken(link, FailureClass::unavailable, "the answer never comes to its status");
        return false;
    }
    Answer& answer = link->answer;
    answer.status = static_cast<std::uint16_t>(head.status);
    answer.format = format_of(media_of(head.content_type));
    for (const Field& field : head.fields) {
        std::string name = lower(field.name);
        if (hop_by_hop(name)) continue;
        bool joined = false;
        for (Header& before : answer.headers) {
            if (before.name != name || name == "set-cookie") continue;
            before.value.append(", ").append(field.value);
            joined = true;
            break;
        }
        if (!joined) answer.headers.push_back({std::move(name), std::string(field.value)});
    }
    std::int64_t until = 0;
    std::uint32_t seconds = 0;
    const std::string_view after = head.retry_after;
    if (!after.empty() && std::from_chars(after.data(), after.data() + after.size(), seconds).ptr == after.data() + after.size()) answer.retry_after = std::int64_t{seconds} * 1'000'000'000;
    else if (read_date(after, until)) answer.retry_after = std::max<std::int64_t>(until - world_.clock.wall(), 0);
    if (head.framing == Framing::length && head.length > options_.max_body) {
        broken(link, FailureClass::too_large, "the answer is over " + std::to_string(options_.max_body) + " bytes");
        return false;
    }
    link->framing = head.framing;
    link->left = head.length;
    link->keep_alive = head.keep_alive;
    link->chunks = Chunks();
    link->head_done = true;
    link->begin += size;
    return true;
}

// The whole answer is there. The link goes back, or goes.
void Pool::answered(const LinkPtr& link) {
    const JobPtr job = std::move(link->job);
    link->job.reset();
    job->link.reset();
    SendResponse response;
    response.answer = std::move(link->answer);
    if (link->keep_alive && !link->writing && link->begin == link->end) {
        link->used = true;
        link->since = world_.clock.engine();
        idle_.push_back(link);
        read(link);
        if (idle_timer_ == 0) arm();
    } else {
        close(link);
    }
    Answer& answer = response.answer;
    if (answer.body.empty()) answer.format = Format::none;
    const unsigned status = answer.status;
    if (status >= 300 && status < 400 && options_.follow) {
        const std::string* location = find_header(answer.headers, "location");
        if (location != nullptr && redirect(job, status, *location)) return pump();
    }
    response.ok = (status < 300 || has_status(options_.ok_on, status)) && !has_status(options_.unavailable_on, status);
    if (!response.ok) {
        response.failure.kind = has_status(options_.unavailable_on, status) ? FailureClass::unavailable : class_of(status);
        response.failure.message = shown(*job) + " answered " + std::to_string(status) + " " + std::string(reason_of(status));
    }
    complete(job, std::move(response));
    pump();
}

// Only to the same server: a redirect must not carry our headers, or our reach, anywhere else.
bool Pool::redirect(const JobPtr& job, unsigned status, std::string_view location) {
    if (status == 300 || status == 304 || status > 308 || ++job->redirects > most_redirects) return false;
    const std::string origin = std::string(options_.url.tls ? "https://" : "http://") + options_.url.authority;
    if (location.starts_with(origin)) location.remove_prefix(origin.size());
    else if (location.starts_with("//")) return false;
    if (!location.starts_with('/')) return false;
    location = location.substr(0, location.find('#'));
    std::string target, why;
    if (!write_target(target, {}, location, nullptr, why)) return false;
    job->call.target = std::move(target);
    if (status == 303 || (status < 303 && job->call.method == Method::post)) {
        if (job->call.method != Method::head) job->call.method = Method::get;
        job->call.body.clear();
        job->call.format = Format::none;
    }
    write_request(*job);
    job->at = Job::At::queued;
    queue_.push_front(job);
    return true;
}

// The link is of no use any more. Its call is made again where that can't do anything twice.
void Pool::broken(const LinkPtr& link, FailureClass kind, const std::string& why) {
    const JobPtr job = std::move(link->job);
    link->job.reset();
    const bool again = job && kind == FailureClass::unavailable && link->used && !link->answer_began && !job->fresh && (repeatable(job->call.method) || (link->written == 0 && !link->tls));
    close(link);
    if (!job) return;
    job->link.reset();
    if (again) {
        job->fresh = true;
        job->at = Job::At::queued;
        queue_.push_front(job);
        return pump();
    }
    fail(job, kind, why);
    pump();
}

void Pool::fail(const JobPtr& job, FailureClass kind, const std::string& why) {
    SendResponse response;
    response.failure.kind = kind;
    response.failure.message = shown(*job) + ": " + why;
    complete(job, std::move(response));
}

void Pool::complete(const JobPtr& job, SendResponse response) {
    job->at = Job::At::over;
    world_.executor.cancel(job->timer);
    job->then(std::move(response));
}

void Pool::expire(const JobPtr& job) {
    if (job->at == Job::At::over) return;
    const char* what = job->at == Job::At::queued ? "no connection was free in time" : job->at == Job::At::connecting ? "no connection in time" : "no answer in time";
    std::erase(queue_, job);
    const LinkPtr link = std::move(job->link);
    job->link.reset();
    if (link) {
        link->job.reset();
        close(link);
    }
    fail(job, FailureClass::timeout, what);
    pump();
}

void Pool::close(const LinkPtr& link) {
    if (link->closed) return;
    link->closed = true;
    link->resolver.cancel();
    error_code ignored;
    link->socket.close(ignored);
    std::erase(idle_, link);
    std::erase(links_, link);
}

void Pool::arm() {
    idle_timer_ = world_.executor.after(options_.idle_time / 2, [weak = weak_from_this()] {
        const std::shared_ptr<Pool> self = weak.lock();
        if (!self) return;
        self->idle_timer_ = 0;
        const EngineTime now = self->world_.clock.engine();
        const std::vector<LinkPtr> all = self->idle_;
        for (const LinkPtr& link : all)
            if (now - link->since >= self->options_.idle_time) self->close(link);
        if (!self->idle_.empty()) self->arm();
    });
}

}  // namespace

Result<std::shared_ptr<Client>> make_client(ClientOptions options, ConnectorWorld world) {
    if (world.network == nullptr) return Error{ENOTSUP, "connector " + options.name + ": this world has no network"};
    auto pool = std::make_shared<Pool>(std::move(options), world);
    const Result<Done> opened = pool->open();
    if (!opened) return opened.error();
    return std::shared_ptr<Client>(std::move(pool));
}

}  // namespace weir::http
