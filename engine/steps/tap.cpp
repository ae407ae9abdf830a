#include "engine/steps/catalog.hpp"
#include "engine/steps/send.hpp"

namespace weir {

StepPtr make_tap(const plan::Node& node, StepMaker& maker, At) {
    return std::make_unique<Send>(maker.destination(node.targets.at(0)), maker.operand(node, 0), maker.operand(node, 1), node.identity_hash, true);
}

}  // namespace weir
