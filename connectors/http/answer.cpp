// What leaves: the answers of flows, and what we say ourselves.
#include "connectors/http/listening.hpp"
#include "engine/message/json.hpp"

namespace weir::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

std::string error_body(std::string_view text) {
    std::string out = "{\"error\":";
    write_json_string(out, text);
    out += '}';
    return out;
}

void Listening::begin_answer(Connection& c, unsigned status) {
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

void Listening::end_answer(const ConnectionPtr& c, std::string_view content_type, std::string_view body, bool may_have_body) {
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

void Listening::refuse(const ConnectionPtr& c, unsigned status, std::string_view text, bool close, std::string_view more) {
    if (close) c->keep_alive = false;
    begin_answer(*c, status);
    c->out += more;
    end_answer(c, "application/json", error_body(text), true);
}

void Listening::answer(std::uint64_t ticket, Answer answer) {
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

void Listening::write(const ConnectionPtr& c) {
    error_code error;
    while (c->written < c->out.size()) {
        const std::size_t sent = c->socket.write_some(asio::buffer(c->out.data() + c->written, c->out.size() - c->written), error);
        if (error == asio::error::would_block || error == asio::error::try_again) {
            if (c->line != Line::moving) stand(*c, Line::moving);
            c->socket.async_wait(tcp::socket::wait_write, [weak = weak_from_this(), c](const error_code& failed) {
                const std::shared_ptr<Listening> self = weak.lock();
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

void Listening::written(const ConnectionPtr& c) {
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

}  // namespace weir::http
