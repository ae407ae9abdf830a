#pragma once
// Checks a text under a small catalog of its own: one kind with a source and a sink, so that these tests do not change with the connectors.
#include <map>
#include <string>

#include "dsl/check/check.hpp"

namespace checked {

struct Result {
    weir::Sources sources;
    weir::Findings findings;
    weir::plan::Plan plan;
    std::string codes() const;  // "W0102 W0300"
    const weir::plan::Flow& flow(std::size_t index) const { return plan.flows.at(index); }
    const weir::plan::Node& node(weir::plan::NodeId id) const { return plan.nodes.at(id); }
};
void check(Result& out, const std::string& text, const std::map<std::string, std::string>& files = {});

}  // namespace checked
