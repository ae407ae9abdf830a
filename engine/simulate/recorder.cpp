#include "engine/simulate/recorder.hpp"

#include <algorithm>
#include <unordered_map>

#include "engine/message/json.hpp"

namespace weir {

std::vector<Recorder::Text> Recorder::texts(const std::vector<Argument>& arguments) {
    std::vector<Recorder::Text> out;
    for (const Argument& argument : arguments) {
        if (argument.name == "source" || argument.name == "root") continue;  // the engine's own
        Recorder::Text& text = out.emplace_back();
        text.name = argument.name;
        if (argument.value.kind() == Kind::string) {
            text.value = argument.value.text();
        } else {
            write_json(text.value, argument.value);
            text.json = true;
        }
    }
    return out;
}

bool Recorder::matches(std::string_view pattern, std::string_view text) {
    if (pattern.empty()) return text.empty();
    if (pattern.front() == '*') {
        for (std::size_t n = 0; n <= text.size(); ++n)
            if (matches(pattern.substr(1), text.substr(n))) return true;
        return false;
    }
    if (pattern.front() == '{') {
        const std::size_t close = pattern.find('}');
        if (close != std::string_view::npos) {
            const std::size_t end = std::min(text.find('/'), text.size());
            return end > 0 && matches(pattern.substr(close + 1), text.substr(end));
        }
    }
    return !text.empty() && text.front() == pattern.front() && matches(pattern.substr(1), text.substr(1));
}

class Recorder::RecordedSource final : public Source {
public:
    RecordedSource(Recorder& recorder, Endpoint at) : recorder_(recorder), at_(std::move(at)) {}
    ~RecordedSource() override { std::erase(recorder_.sources_, this); }
    void start(Inlet& inlet, std::vector<PartState>) override {
        inlet_ = &inlet;
        recorder_.sources_.push_back(this);
        inlet.asked();
    }
    void resume() override {
        while (!waiting_.empty() && inlet_->room() > 0) {
            std::vector<Delivery> one;
            one.push_back(std::move(waiting_.front()));
            waiting_.pop_front();
            inlet_->deliver(std::move(one));
        }
        if (waiting_.empty()) inlet_->asked();
    }
    void settle(std::uint64_t, Verdict) override {}
    void answer(std::uint64_t ticket, Answer answer) override {
        const auto found = answered_.find(ticket);
        if (found == answered_.end()) return;
        const auto then = std::move(found->second);
        answered_.erase(found);
        if (then) then(std::move(answer));
    }
    void stop() override { std::erase(recorder_.sources_, this); }
    const Endpoint& at() const { return at_; }
    void take(Delivery delivery, std::function<void(Answer)> answered) {
        delivery.ticket = ++recorder_.tickets_;
        answered_.emplace(delivery.ticket, std::move(answered));
        waiting_.push_back(std::move(delivery));
        resume();
    }

private:
    Recorder& recorder_;
    Endpoint at_;
    Inlet* inlet_ = nullptr;
    std::deque<Delivery> waiting_;
    std::unordered_map<std::uint64_t, std::function<void(Answer)>> answered_;
};

class Recorder::RecordedSink final : public Sink {
public:
    RecordedSink(Recorder& recorder, std::string connector, std::string operation, ConnectorWorld world, const ConnectorKind* statuses)
        : recorder_(recorder), connector_(std::move(connector)), operation_(std::move(operation)), world_(world), statuses_(statuses) {}
    void send(SendRequest request, Then<SendResponse> then) override {
        Sent sent;
        sent.to = {connector_, operation_, texts(request.arguments)};
        sent.id = request.id;
        sent.body = request.body;
        sent.format = request.format;
        sent.headers = request.headers;
        sent.call = request.wants_answer;
        sent.at = world_.clock.engine();
        Out out = recorder_.next(sent.to);
        if (const auto refused = out.fails || statuses_ == nullptr ? std::nullopt : statuses_->refusal(out.status)) {
            out.fails = true;
            out.failure = *refused;
            out.why = "status " + std::to_string(out.status);
        }
        const bool late = request.timeout.count() > 0 && out.after > request.timeout;
        SendResponse response;
        response.ok = !out.fails && !late;
        if (response.ok) {
            response.answer.status = out.status;
            response.answer.body = out.body;
            response.answer.format = out.format;
        } else {
            response.failure.kind = late ? FailureClass::timeout : out.failure;
            response.failure.message = late ? "no answer in time" : out.why.empty() ? std::string("the test says so") : out.why;
        }
        sent.ok = response.ok;
        recorder_.sent_.push_back(std::move(sent));
        Task answer = [held = std::move(then), what = std::move(response)]() mutable { held(std::move(what)); };
        if (out.after.count() == 0) world_.executor.post(std::move(answer));
        else world_.executor.after(late ? request.timeout : out.after, std::move(answer));
    }

private:
    Recorder& recorder_;
    std::string connector_, operation_;
    ConnectorWorld world_;
    const ConnectorKind* statuses_;
};

class Recorder::Recording final : public Connector {
public:
    Recording(Recorder& recorder, std::string name, std::unique_ptr<Connector> real, const ConnectorKind* statuses) : recorder_(recorder), name_(std::move(name)), real_(std::move(real)), statuses_(statuses) { recorder_.connectors_.push_back(this); }
    ~Recording() override { std::erase(recorder_.connectors_, this); }
    const std::string& declared() const { return name_; }
    Result<std::unique_ptr<Source>> source(const std::string& operation, No, const std::vector<Argument>& arguments, std::int64_t, ConnectorWorld) override {
        return std::unique_ptr<Source>(std::make_unique<RecordedSource>(recorder_, Endpoint{name_, operation, texts(arguments)}));
    }
    Result<std::unique_ptr<Sink>> sink(const std::string& operation, ConnectorWorld world) override {
        return std::unique_ptr<Sink>(std::make_unique<RecordedSink>(recorder_, name_, operation, world, statuses_));
    }
    bool append_path(const std::vector<Argument>& arguments, std::string& path, Failure& failure) const override {
        if (real_) return real_->append_path(arguments, path, failure);
        failure.kind = FailureClass::internal;
        failure.message = name_ + " appends to no file";
        return false;
    }

private:
    Recorder& recorder_;
    std::string name_;
    std::unique_ptr<Connector> real_;
    const ConnectorKind* statuses_;
};

std::unique_ptr<ConnectorKind> Recorder::kind(const std::string& name, ConnectorKind* real, const ConnectorKind* statuses) {
    class RecordedKind final : public ConnectorKind {
    public:
        RecordedKind(Recorder& recorder, std::string kind_name, ConnectorKind* kind, const ConnectorKind* says) : recorder_(recorder), name_(std::move(kind_name)), real_(kind), statuses_(says) {}
        std::string_view name() const override { return name_; }
        Result<std::unique_ptr<Connector>> make(const std::string& declared, const std::vector<Argument>& arguments, ConnectorWorld world) override {
            std::unique_ptr<Connector> behind;
            if (real_ != nullptr) {
                Result<std::unique_ptr<Connector>> made = real_->make(declared, arguments, world);
                if (!made) return made.error();
                behind = std::move(*made);
            }
            return std::unique_ptr<Connector>(std::make_unique<Recording>(recorder_, declared, std::move(behind), statuses_));
        }

    private:
        Recorder& recorder_;
        std::string name_;
        ConnectorKind* real_;
        const ConnectorKind* statuses_;
    };
    return std::make_unique<RecordedKind>(*this, name, real, statuses);
}

bool Recorder::fits(const Endpoint& pattern, const Endpoint& one) {
    if (pattern.connector != one.connector || pattern.operation != one.operation) return false;
    std::size_t positional = 0;
    for (const Text& wanted : pattern.arguments) {
        bool found = false;
        std::size_t at = 0;
        for (const Text& has : one.arguments) {
            const bool same_place = wanted.name.empty() ? has.name.empty() && at++ == positional : has.name == wanted.name;
            if (same_place) found = matches(wanted.value, has.value) || matches(has.value, wanted.value);
        }
        if (!found) return false;
        if (wanted.name.empty()) ++positional;
    }
    return true;
}

void Recorder::stub(Endpoint to, std::vector<Out> outs) {
    std::erase_if(stubs_, [&](const Stub& each) { return each.to.connector == to.connector && each.to.operation == to.operation && each.to.arguments == to.arguments; });
    Stub& made = stubs_.emplace_back();
    made.to = std::move(to);
    made.outs.assign(outs.begin(), outs.end());
}

Recorder::Out Recorder::next(const Endpoint& to) {
    for (auto at = stubs_.rbegin(); at != stubs_.rend(); ++at) {
        Stub& stub = *at;
        if (!fits(stub.to, to)) continue;
        const EngineTime now = clock_.engine();
        if (stub.since.count() < 0) stub.since = now;
        while (stub.outs.size() > 1) {
            const Out& out = stub.outs.front();
            const bool over = out.lasts.count() > 0 ? now - stub.since >= out.lasts : stub.served >= out.times;
            if (!over) break;
            stub.outs.pop_front();
            stub.served = 0;
            stub.since = now;
        }
        ++stub.served;
        return stub.outs.front();
    }
    Out none;  // without a stub an endpoint accepts what comes; the answer of a call is null
    none.format = Format::none;
    return none;
}

Recorder::RecordedSource* Recorder::find(const Endpoint& to) const {
    RecordedSource* best = nullptr;
    const auto names = [](const RecordedSource& source) {
        std::ptrdiff_t count = 0;
        for (const Text& each : source.at().arguments) count += std::count(each.value.begin(), each.value.end(), '{');
        return count;
    };
    for (RecordedSource* source : sources_)
        if (fits(to, source->at()) && (best == nullptr || names(*source) < names(*best))) best = source;
    return best;
}

const Recorder::Endpoint* Recorder::source(const Endpoint& to) const {
    const RecordedSource* found = find(to);
    return found == nullptr ? nullptr : &found->at();
}

bool Recorder::append_path(const std::string& connector, const std::vector<Argument>& arguments, std::string& path) const {
    Failure failure;
    for (const Recording* each : connectors_)
        if (each->declared() == connector) return each->append_path(arguments, path, failure);
    return false;
}

bool Recorder::deliver(const Endpoint& to, Delivery delivery, std::function<void(Answer)> answered) {
    RecordedSource* source = find(to);
    if (source == nullptr) return false;
    source->take(std::move(delivery), std::move(answered));
    return true;
}

}  // namespace weir
