#include "connectors/http/client.hpp"

#include <algorithm>
#include <cerrno>

#include "connectors/http/asking.hpp"
#include "connectors/http/pool.hpp"
#include "connectors/http/target.hpp"
#include "engine/ports/read_whole.hpp"

namespace weir::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr unsigned most_redirects = 5;

bool repeatable(Method method) { return method == Method::get || method == Method::head || method == Method::put || method == Method::delete_; }

}  // namespace

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
    write_request(job->out, options_, job->call);
    queue_.push_back(std::move(job));
    pump();
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
    const std::optional<FailureClass> refused = refusal_of(status, options_);
    response.ok = !refused;
    if (refused) {
        response.failure.kind = *refused;
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
    write_request(job->out, options_, job->call);
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

Result<std::shared_ptr<Client>> make_client(ClientOptions options, ConnectorWorld world) {
    if (world.network == nullptr) return Error{ENOTSUP, "connector " + options.name + ": this world has no network"};
    auto pool = std::make_shared<Pool>(std::move(options), world);
    const Result<Done> opened = pool->open();
    if (!opened) return opened.error();
    return std::shared_ptr<Client>(std::move(pool));
}

}  // namespace weir::http
