#include "engine/steps/bind.hpp"
#include "engine/steps/catalog.hpp"

namespace weir {
namespace {

// Content Enricher, and request-reply from the asking side: asks, and goes on with the answer.
class Call final : public Step {
public:
    Call(const plan::Node& node, StepMaker& maker)
        : to_(maker.destination(node.call->target)), body_(maker.code(node.call->body)), headers_(maker.code(node.call->headers)), timeout_(maker.code(node.call->timeout)),
          node_(node.identity_hash), recorded_(node.call->recorded), into_(node, maker) {}
    bool waits() const override { return true; }
    Go on(Scope& scope, Emissions& out) const override {
        CallRequest request;
        Value body, headers, timeout;
        if (body_ != nullptr && !body_->run(scope, body)) return Go::failed;
        if (headers_ != nullptr && !headers_->run(scope, headers)) return Go::failed;
        if (timeout_ != nullptr) {
            if (!timeout_->run(scope, timeout)) return Go::failed;
            if (timeout.kind() != Kind::duration || timeout.i <= 0) return fail(scope, FailureClass::invalid, "the timeout of a call is a duration over 0s");
            request.timeout = EngineTime(timeout.i);
        }
        request.to = &to_;
        request.body = body_ == nullptr ? nullptr : &body;
        request.headers = headers_ == nullptr ? nullptr : &headers;
        request.node = node_;
        request.recorded = recorded_;
        return out.sender->call(scope, request) ? Go::waits : Go::failed;
    }
    Go resume(Scope& scope, Emissions&, const Value& answer) const override { return into_.put(scope, answer); }

private:
    const Destination& to_;
    CodePtr body_, headers_, timeout_;
    std::uint64_t node_;
    bool recorded_;
    Bind into_;
};

// What a failure line gives in place of the step's value.
class Give final : public Step {
public:
    Give(const plan::Node& node, CodePtr value, StepMaker& maker) : value_(std::move(value)), into_(node, maker) {}
    Go on(Scope& scope, Emissions&) const override {
        Value value;
        return value_->run(scope, value) ? into_.put(scope, value) : Go::failed;
    }

private:
    CodePtr value_;
    Bind into_;
};

}  // namespace

StepPtr make_call(const plan::Node& node, StepMaker& maker, At) { return std::make_unique<Call>(node, maker); }
StepPtr make_give(const plan::Node& node, CodePtr value, StepMaker& maker) { return std::make_unique<Give>(node, std::move(value), maker); }

}  // namespace weir
