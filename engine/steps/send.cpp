#include "engine/steps/send.hpp"

#include "engine/steps/catalog.hpp"

namespace weir {

Go Send::on(Scope& scope, Emissions& out) const {
    Value body, headers;
    if (body_ != nullptr && !body_->run(scope, body)) return Go::failed;
    if (headers_ != nullptr && !headers_->run(scope, headers)) return Go::failed;
    const bool sent = out.sender->send(scope, to_, body_ == nullptr ? nullptr : &body, headers_ == nullptr ? nullptr : &headers, node_, tap_);
    return sent ? Go::next : Go::failed;
}

StepPtr make_send(const plan::Node& node, StepMaker& maker, At) {
    return std::make_unique<Send>(maker.destination(node.targets.at(0)), maker.operand(node, 0), maker.operand(node, 1), node.identity_hash, false);
}

}  // namespace weir
