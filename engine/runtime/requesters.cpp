#include "engine/runtime/requesters.hpp"

#include "engine/message/json.hpp"

namespace weir {
namespace {

std::uint16_t status_of(FailureClass kind) {
    switch (kind) {
        case FailureClass::invalid: return 422;
        case FailureClass::rejected:
        case FailureClass::permanent: return 409;
        case FailureClass::not_found: return 404;
        case FailureClass::unauthorized: return 403;
        case FailureClass::too_large: return 413;
        case FailureClass::expired: return 410;
        case FailureClass::rate_limited: return 429;
        case FailureClass::timeout: return 504;
        case FailureClass::connect:
        case FailureClass::unavailable:
        case FailureClass::transient: return 503;
        default: return 500;
    }
}

}  // namespace

Requesters::Requesters(Random& random) : random_(random) {}

std::string Requesters::add(Waiting waiting, EngineTime timeout) {
    const std::string reply_to = std::string(prefix) + to_text(Id128{random_.next(), random_.next()});
    waiting.timer = waiting.home->after(timeout, [this, reply_to] { late(reply_to, false); });
    std::lock_guard hold(lock_);
    waiting_.emplace(reply_to, std::move(waiting));
    return reply_to;
}

// A flow whose time for a message is over answers for it at the same instant: it gets a second to do so.
void Requesters::late(const std::string& reply_to, bool again) {
    Id128 id;
    {
        std::lock_guard hold(lock_);
        const auto found = waiting_.find(reply_to);
        if (found == waiting_.end()) return;
        Waiting& who = found->second;
        id = who.id;
        if (!again && !who.alive.expired() && who.busy && who.busy()) {
            who.timer = who.home->after(std::chrono::seconds(1), [this, reply_to] { late(reply_to, true); });
            return;
        }
    }
    Failure failure;
    failure.kind = FailureClass::timeout;
    failure.message = "no answer in time; the message is accepted and the work goes on";
    (void)answer(reply_to, refused(id, failure));
}

bool Requesters::answer(const std::string& reply_to, Answer answer) {
    Waiting who;
    {
        std::lock_guard hold(lock_);
        const auto found = waiting_.find(reply_to);
        if (found == waiting_.end()) return false;
        who = std::move(found->second);
        waiting_.erase(found);
    }
    if (answer.id.empty()) answer.id = who.id;
    Executor& home = *who.home;
    Task tell = [who, held = std::move(answer)]() mutable {
        who.home->cancel(who.timer);
        if (who.alive.expired()) return;
        who.over();
        who.source->answer(who.ticket, std::move(held));
    };
    home.post(std::move(tell));
    return true;
}

bool Requesters::accept(const std::string& reply_to) {
    Id128 id;
    {
        std::lock_guard hold(lock_);
        const auto found = waiting_.find(reply_to);
        if (found == waiting_.end()) return false;
        id = found->second.id;
    }
    return answer(reply_to, accepted(id));
}

bool Requesters::waits(const std::string& reply_to) const {
    std::lock_guard hold(lock_);
    return waiting_.contains(reply_to);
}

void Requesters::gone(const std::string& reply_to) {
    std::lock_guard hold(lock_);
    const auto found = waiting_.find(reply_to);
    if (found == waiting_.end()) return;
    found->second.home->cancel(found->second.timer);
    waiting_.erase(found);
}

Answer accepted(const Id128& id) {
    Answer out;
    out.status = 202;
    out.id = id;
    out.format = Format::json;
    out.body = "{\"id\":\"" + to_text(id) + "\"}";
    return out;
}

Answer refused(const Id128& id, const Failure& failure) {
    Answer out;
    out.status = status_of(failure.kind);
    out.id = id;
    out.format = Format::json;
    out.body = "{\"error\":";
    write_json_string(out.body, failure.message);
    out.body += ",\"class\":\"";
    out.body += name_of(failure.kind);
    out.body += '"';
    if (!failure.path.empty()) {
        out.body += ",\"path\":";
        write_json_string(out.body, failure.path);
    }
    out.body += '}';
    if (out.status == 503 || out.status == 429) out.retry_after = 1'000'000'000;
    return out;
}

}  // namespace weir
