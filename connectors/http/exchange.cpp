// One call on one connection: name, address, TLS, bytes out, bytes in.
#include "connectors/http/pool.hpp"

#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>

#include <algorithm>
#include <boost/asio/connect.hpp>
#include <boost/asio/write.hpp>
#include <cstring>

#include "connectors/http/asking.hpp"

namespace weir::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr unsigned most_interim = 8;  // 1xx before an answer

}  // namespace

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
    link->answer = answer_of(head, world_.clock.wall());
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

}  // namespace weir::http
