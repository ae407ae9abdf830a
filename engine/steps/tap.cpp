#include "engine/steps/catalog.hpp"
#include "engine/steps/send.hpp"

namespace weir {
namespace {

// T3: the copy is dropped where its queue has no room, and the flow goes on.
class DroppingTap final : public Step {
public:
    DroppingTap(const Destination& to, CodePtr body, CodePtr why, std::uint64_t node) : to_(to), send_(to, std::move(body), nullptr, node, true), why_(std::move(why)), node_(node) {}
    Go on(Scope& scope, Emissions& out) const override {
        if (!out.sender->full(to_)) return send_.on(scope, out);
        Value why;
        if (!why_->run(scope, why)) return Go::failed;
        out.sender->drop(scope, node_, why.kind() == Kind::string ? why.text() : std::string_view());
        return Go::next;
    }

private:
    const Destination& to_;
    Send send_;
    CodePtr why_;
    std::uint64_t node_;
};

}  // namespace

StepPtr make_tap(const plan::Node& node, StepMaker& maker, At) {
    const Destination& to = maker.destination(node.targets.at(0));
    if (CodePtr why = maker.operand(node, 1)) return std::make_unique<DroppingTap>(to, maker.operand(node, 0), std::move(why), node.identity_hash);
    return std::make_unique<Send>(to, maker.operand(node, 0), nullptr, node.identity_hash, true);
}

}  // namespace weir
