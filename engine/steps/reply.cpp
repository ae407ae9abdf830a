#include "engine/steps/catalog.hpp"

namespace weir {
namespace {

// Request-Reply, the answering side: reply [status] [body]
class Reply final : public Step {
public:
    Reply(CodePtr status, CodePtr body, std::uint64_t node) : status_(std::move(status)), body_(std::move(body)), node_(node) {}
    Go on(Scope& scope, Emissions& out) const override {
        std::uint16_t status = 200;
        if (status_ != nullptr) {
            Value value;
            if (!status_->run(scope, value)) return Go::failed;
            if (!status_of(value, *scope.arena, status)) return fail(scope, FailureClass::invalid, "the status of a reply is a whole number from 100 to 599");
        }
        Value body;
        if (body_ != nullptr && !body_->run(scope, body)) return Go::failed;
        return out.sender->reply(scope, status, body_ == nullptr ? nullptr : &body, node_) ? Go::next : Go::failed;
    }

private:
    CodePtr status_, body_;
    std::uint64_t node_;
};

}  // namespace

bool status_of(const Value& value, Arena& arena, std::uint16_t& status) {
    Value number = value;
    const char* why = "";
    if (value.kind() == Kind::number_text && !compute_number(value, arena, number, why)) return false;
    if (number.kind() != Kind::integer || number.i < 100 || number.i > 599) return false;
    status = static_cast<std::uint16_t>(number.i);
    return true;
}

StepPtr make_reply(const plan::Node& node, StepMaker& maker, At) { return std::make_unique<Reply>(maker.operand(node, 0), maker.operand(node, 1), node.identity_hash); }

}  // namespace weir
