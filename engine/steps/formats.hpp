#pragma once
#include <string>
#include <utility>
#include <vector>

#include "engine/message/csv.hpp"
#include "engine/steps/step.hpp"

namespace weir {

// The arguments of a format, computed for each message: they are constants and params.
class FormatArguments {
public:
    FormatArguments(const plan::Node& node, StepMaker& maker) {
        for (const plan::Argument& a : node.arguments) code_.emplace_back(a.name, maker.code(a.value));
    }
    // False: the scope says why.
    bool csv(Scope& scope, CsvOptions& out) const;

private:
    std::vector<std::pair<std::string, CodePtr>> code_;
};

}  // namespace weir
