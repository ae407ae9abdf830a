#pragma once
// Arguments of connectors and endpoints, checked against what the kind says of them.
#include <string>
#include <vector>

#include "dsl/check/checker.hpp"
#include "dsl/expressions/scope.hpp"

namespace weir {

// `of`: "`file.lines`", for findings. Arguments that are not per message are computed with params only.
std::vector<plan::Argument> lower_arguments(Checker& checker, ExprScope& scope, const std::vector<syntax::Argument>& written, const std::vector<ArgumentSpec>& specs, const std::string& of, Span at);

// `connector.operation(arguments)` as a source or a sink; `none` after a finding.
struct EndpointUse {
    plan::EndpointId id = plan::none;
    const OperationSpec* operation = nullptr;
    const ConnectorSpec* connector = nullptr;
};
EndpointUse lower_endpoint(Checker& checker, ExprScope& scope, const syntax::Name& name, const std::vector<syntax::Argument>& arguments, OperationRole role, Span at);

}  // namespace weir
