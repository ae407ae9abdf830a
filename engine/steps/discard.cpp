#include "engine/steps/catalog.hpp"

namespace weir {
namespace {

// Drops the message, or the copy, because the flow says so; counted and recorded.
class Discard final : public Step {
public:
    explicit Discard(CodePtr why) : why_(std::move(why)) {}
    Go on(Scope& scope, Emissions& out) const override {
        Value why;
        if (why_ != nullptr && !why_->run(scope, why)) return Go::failed;
        out.why = why.kind() == Kind::string ? std::string(why.text()) : std::string();
        out.end = Outcome::discarded;
        return Go::ends;
    }

private:
    CodePtr why_;
};

}  // namespace

StepPtr make_discard(const plan::Node& node, StepMaker& maker, At) { return std::make_unique<Discard>(maker.operand(node, 0)); }

}  // namespace weir
