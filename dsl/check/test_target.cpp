// Whom a test means: channels and flows by their names, endpoints by what is given of them.
#include <algorithm>

#include "dsl/check/arguments.hpp"
#include "dsl/check/test.hpp"
#include "dsl/names/nearest.hpp"

namespace weir {

using namespace plan;

bool TestLowering::is_flow(std::string_view name) const { return c_.flows.find(name) != c_.flows.end(); }

std::string TestLowering::flow_name(const syntax::Name& name) {
    if (is_flow(name.text)) return std::string(name.text);
    std::vector<std::string> near;
    for (const auto& [one, flow] : c_.flows) near.push_back(one);
    auto finding = c_.findings.error(Code::W0407, name.at, "there is no flow `{}`", name.text);
    const std::string best = nearest(name.text, near);
    if (!best.empty()) finding.replace(name.at, best, "did you mean");
    return {};
}

const OperationSpec* TestLowering::operation(const TestEndpoint& endpoint, OperationRole role) const {
    const ConnectorSpec* spec = c_.catalog.find(c_.plan.connectors[endpoint.connector].kind);
    return spec ? spec->find(endpoint.operation, role) : nullptr;
}

bool TestLowering::is_read(const TestEndpoint& endpoint) const {
    for (const Flow& flow : c_.plan.flows)
        for (const Source& source : flow.sources)
            if (source.endpoint != none && c_.plan.endpoints[source.endpoint].connector == endpoint.connector && c_.plan.endpoints[source.endpoint].operation == endpoint.operation) return true;
    return false;
}

TypeId TestLowering::body_of(const TestTarget& target) const { return target.channel == none ? c_.types.any() : c_.plan.channels[target.channel].type; }

std::optional<TestEndpoint> TestLowering::endpoint(const Asked& asked, Side side) {
    const std::size_t dot = asked.name.text.find('.');
    const std::string_view first = asked.name.text.substr(0, dot);
    const Span first_at{asked.name.at.begin, asked.name.at.begin + static_cast<std::uint32_t>(first.size())};
    ConnectorName* connector = dot == std::string_view::npos ? nullptr : c_.connector(module_, first);
    if (!connector) {
        auto finding = c_.findings.error(Code::W0106, first_at, "there is no connector `{}`", first);
        const std::string best = nearest(first, c_.connector_names(module_));
        if (c_.channels.count(asked.name.text)) finding.help("`{}` is a channel, and a channel never has parentheses", asked.name.text);
        else if (!best.empty()) finding.replace(first_at, best, "did you mean");
        return std::nullopt;
    }
    if (!connector->spec) return std::nullopt;  // its declaration has the finding
    TestEndpoint made;
    made.connector = connector->id;
    made.operation = asked.name.text.substr(dot + 1);
    const OperationSpec* source = connector->spec->find(made.operation, OperationRole::source);
    const OperationSpec* sink = connector->spec->find(made.operation, OperationRole::sink);
    const OperationSpec* found = side == Side::source ? source : side == Side::sink ? sink : sink ? sink : source;
    if (!found) {
        if (source || sink) {
            auto finding = c_.findings.error(Code::W0307, asked.name.at, "`{}` is a {}", asked.name.text, source ? "source" : "sink");
            finding.say("{}", source ? "messages come from it, nothing is sent there" : "a test sends to sources: what stands behind `from`");
            return std::nullopt;
        }
        std::vector<std::string> names;
        for (const OperationSpec& o : connector->spec->operations) names.push_back(o.name);
        const Span at{first_at.end + 1, asked.name.at.end};
        auto finding = c_.findings.error(Code::W0303, at, "`{}` has no operation `{}`", first, made.operation);
        const std::string best = nearest(made.operation, names);
        if (!best.empty()) finding.replace(at, best, "did you mean");
        return std::nullopt;
    }
    std::vector<ArgumentSpec> specs = found->arguments;
    for (ArgumentSpec& spec : specs) {  // what is not given matches all, and `let`s of the test are known
        spec.required = false;
        spec.per_message = true;
    }
    for (Argument& a : lower_arguments(c_, scope_, *asked.arguments, specs, "`" + std::string(asked.name.text) + "`", asked.at)) made.arguments.push_back({std::move(a.name), a.value});
    return made;
}

std::optional<TestTarget> TestLowering::target(const Asked& asked, Side side) {
    TestTarget made;
    made.text = c_.text(asked.at);
    if (asked.arguments) {
        made.endpoint = endpoint(asked, side);
        if (!made.endpoint) return std::nullopt;
        return made;
    }
    if (const auto at = c_.channels.find(asked.name.text); at != c_.channels.end()) {
        made.channel = at->second.id;
        return made;
    }
    if (asked.name.text.ends_with(".dead") && is_flow(asked.name.text.substr(0, asked.name.text.size() - 5))) {
        made.dead = asked.name.text.substr(0, asked.name.text.size() - 5);
        return made;
    }
    std::vector<std::string> near;
    for (const auto& [name, channel] : c_.channels) near.push_back(name);
    for (const auto& [name, flow] : c_.flows) near.push_back(name + ".dead");
    auto finding = c_.findings.error(Code::W0102, asked.name.at, "there is no channel `{}`", asked.name.text);
    finding.say("not declared here or in an import");
    const std::string best = nearest(asked.name.text, near);
    const std::size_t dot = asked.name.text.find('.');
    if (!best.empty()) finding.replace(asked.name.at, best, "use the declared name");
    else if (dot != std::string_view::npos && c_.connector(module_, asked.name.text.substr(0, dot))) finding.help("an endpoint always has parentheses: `{}(..)`", asked.name.text);
    return std::nullopt;
}

}  // namespace weir
