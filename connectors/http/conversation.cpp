// Reading what a connection sends: heads, bodies, and what is refused of them.
#include <cstring>
#include <utility>

#include "connectors/http/listening.hpp"
#include "connectors/http/request.hpp"

namespace weir::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t most_discarded = 256 * 1024;  // of a refused sender, before it is cut off

std::string wanted_types(std::uint32_t accept) {
    constexpr std::pair<Media, std::string_view> known[] = {{Media::json, "application/json"}, {Media::text, "text/plain"}, {Media::form, "application/x-www-form-urlencoded"}, {Media::multipart, "multipart/form-data"}, {Media::other, "application/octet-stream"}};
    std::string out;
    for (const auto& [media, name] : known)
        if (accepts(accept, media)) out.append(out.empty() ? "" : " or ").append(name);
    return out;
}

}  // namespace

void Listening::compact(Connection& c) {
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
void Listening::read(const ConnectionPtr& c) {
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
        const std::shared_ptr<Listening> self = weak.lock();
        if (c->closed || !self) return;
        if (error) return self->ended_input(c);
        c->end += got;
        self->process(c);
    });
}

void Listening::ended_input(const ConnectionPtr& c) {
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

void Listening::process(const ConnectionPtr& c) {
    if (c->processing) return;
    c->processing = true;
    while (!c->closed && step(c)) {
    }
    c->processing = false;
    if (!c->closed) read(c);
}

bool Listening::step(const ConnectionPtr& c) {
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

bool Listening::read_head(const ConnectionPtr& c) {
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

void Listening::handle_head(const ConnectionPtr& c, std::size_t head_size) {
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
    std::string allow;
    std::vector<std::string_view> segments;
    const std::shared_ptr<Route> found = routes_.find(path, head.method, segments, allow);
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
        if (c->media == Media::foreign_charset) return no(415, "only UTF-8 is read; send it as such");
        return no(415, "send the header `content-type: " + wanted_types(found->options.accept) + "`");
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

bool Listening::read_body(const ConnectionPtr& c) {
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

}  // namespace weir::http
