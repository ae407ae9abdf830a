#pragma once
// The formats of `decode` and `encode`: their names and arguments, as data. Those without `built` are of the language, and a later version's.
#include <optional>
#include <string_view>
#include <vector>

#include "dsl/connectors/spec.hpp"
#include "dsl/steps/body.hpp"

namespace weir {

struct FormatSpec {
    std::string_view name;
    bool built = false;
    std::vector<ArgumentSpec> reads, writes;  // the arguments behind `decode`, behind `encode`
};
const std::vector<FormatSpec>& format_catalog();

// The format that stands in the form, with its arguments checked into `node`. None: has its finding, and what the body is behind it is not known.
const FormatSpec* format_of(Lowering& body, const syntax::Statement& statement, const Form& form, plan::Node& node);
// The constant that an argument is; none where it is not given or a param.
std::optional<Constant> constant_argument(const Lowering& body, const plan::Node& node, std::string_view name);

}  // namespace weir
