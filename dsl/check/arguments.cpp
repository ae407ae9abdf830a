#include "dsl/check/arguments.hpp"

#include <algorithm>

#include "dsl/expressions/expressions.hpp"
#include "dsl/names/nearest.hpp"

namespace weir {

using namespace plan;

namespace {

std::string list_of(const std::vector<std::string>& names) {
    std::string out;
    for (const std::string& n : names) out += (out.empty() ? "`" : ", `") + n + "`";
    return out;
}

ExprId argument(Checker& c, ExprScope& scope, const syntax::Expr& value, const ArgumentSpec& spec, const std::string& of) {
    if (const auto* several = std::get_if<syntax::Array>(&value.node); several != nullptr && !spec.choices.empty()) {
        std::vector<ExprId> elements;
        for (const syntax::Item& item : several->items)
            if (item.value) elements.push_back(argument(c, scope, *item.value, spec, of));
        return Expressions(c, scope).list(std::move(elements), value.at);
    }
    if (!spec.choices.empty()) {
        ExprScope empty;
        empty.module = scope.module;
        Expressions expressions(c, empty);
        if (const auto* r = std::get_if<syntax::Reference>(&value.node)) {
            if (std::find(spec.choices.begin(), spec.choices.end(), r->name.text) != spec.choices.end()) return expressions.constant(std::string(r->name.text), value.at);
            if (spec.type != TypeKind::any) {
                auto finding = c.findings.error(Code::W0306, value.at, "`{}` of {} is one of {}", spec.name, of, list_of(spec.choices));
                const std::string best = nearest(r->name.text, spec.choices);
                if (!best.empty()) finding.replace(value.at, best, "did you mean");
                return expressions.broken(value.at);
            }
        }
    }
    ExprScope fixed;
    fixed.module = scope.module;
    fixed.why_no_message = "`" + spec.name + "` of " + of + " is computed once, at the start";
    if (!spec.per_message) {
        // What is bound in the flow is there, but not yet known when the engine starts.
        for (const Bound& b : scope.bound)
            if (const auto* r = std::get_if<syntax::Reference>(&value.node); r && r->name.text == b.name && b.kind != BoundKind::channel) {
                c.findings.error(Code::W0308, value.at, "`{}` of {} is computed once, at the start", spec.name, of).say("`{}` is different for each message", b.name);
                return Expressions(c, fixed).broken(value.at);
            }
    }
    ExprScope& used = spec.per_message ? scope : fixed;
    Expressions expressions(c, used);
    const std::size_t before = c.findings.all().size();
    const ExprId id = expressions.lower(value);
    for (std::size_t i = before; i < c.findings.all().size(); ++i)
        if (c.findings.all()[i].code == Code::W0209 && !spec.per_message) c.findings.all()[i].code = Code::W0308;
    c.plan.frame = std::max(c.plan.frame, used.frame);
    if (expressions.secret(id) && !spec.takes_secret) c.findings.error(Code::W0208, value.at, "a secret can't be `{}` of {}", spec.name, of).say("this argument does not take one");
    const TypeId type = expressions.type_of(id);
    // A text may stand for a time in a message; written here as a literal it is a slip.
    const bool slip = c.plan.exprs[id].op == Op::constant && c.types.base(type) == TypeKind::string && spec.type != TypeKind::string;
    if (spec.type != TypeKind::any && spec.type != TypeKind::record && spec.type != TypeKind::map && spec.type != TypeKind::array && (slip || c.types.fits(type, c.types.of(spec.type)) == Fit::no) && spec.choices.empty())
        c.findings.error(Code::W0306, value.at, "`{}` of {} is {}, and `{}` is {}", spec.name, of, expressions.say(c.types.of(spec.type)), c.text(value.at), expressions.say(type));
    return id;
}

}  // namespace

std::vector<Argument> lower_arguments(Checker& c, ExprScope& scope, const std::vector<syntax::Argument>& written, const std::vector<ArgumentSpec>& specs, const std::string& of, Span at) {
    std::vector<Argument> made;
    std::vector<const ArgumentSpec*> positions, given;
    for (const ArgumentSpec& s : specs)
        if (s.positional) positions.push_back(&s);
    std::size_t next = 0;
    for (const syntax::Argument& a : written) {
        if (!a.value) continue;
        const ArgumentSpec* spec = nullptr;
        if (a.name) {
            for (const ArgumentSpec& s : specs)
                if (s.name == a.name->text) spec = &s;
            if (!spec) {
                std::vector<std::string> names;
                for (const ArgumentSpec& s : specs) names.push_back(s.name);
                auto finding = c.findings.error(Code::W0304, a.name->at, "{} has no argument `{}`", of, a.name->text);
                const std::string best = nearest(a.name->text, names);
                if (a.name->text == "body") finding.help("the message stands behind the target: `-> t value`");
                else if (!best.empty()) finding.replace(a.name->at, best, "did you mean");
                else if (!names.empty()) finding.help("it takes {}", list_of(names));
                continue;
            }
        } else if (next < positions.size()) {
            spec = positions[next++];
        } else {
            c.findings.error(Code::W0304, a.value->at, "{} takes {} argument{} without a name, this one is too much", of, positions.size(), positions.size() == 1 ? "" : "s");
            continue;
        }
        if (std::find(given.begin(), given.end(), spec) != given.end()) {
            c.findings.error(Code::W0304, a.name ? a.name->at : a.value->at, "`{}` is given twice", spec->name);
            continue;
        }
        given.push_back(spec);
        Argument one;
        one.name = a.name ? std::string(a.name->text) : std::string();
        one.value = argument(c, scope, *a.value, *spec, of);
        made.push_back(std::move(one));
    }
    for (const ArgumentSpec& s : specs)
        if (s.required && std::find(given.begin(), given.end(), &s) == given.end()) c.findings.error(Code::W0305, at, "{} needs its argument `{}`", of, s.name).say("{}", s.doc.empty() ? "missing here" : s.doc);
    return made;
}

EndpointUse lower_endpoint(Checker& c, ExprScope& scope, const syntax::Name& name, const std::vector<syntax::Argument>& arguments, OperationRole role, Span at) {
    const std::size_t dot = name.text.find('.');
    const std::string_view connector_name = name.text.substr(0, dot);
    const Span connector_at{name.at.begin, name.at.begin + static_cast<std::uint32_t>(connector_name.size())};
    ConnectorName* connector = dot == std::string_view::npos ? nullptr : c.connector(*scope.module, connector_name);
    if (!connector) {
        auto finding = c.findings.error(Code::W0106, connector_at, "there is no connector `{}`", connector_name);
        const std::string best = nearest(connector_name, c.connector_names(*scope.module));
        if (scope.module->find(&Module::patterns, name.text)) finding.help("`{}` is a pattern: a step of its own, without `->`", name.text);
        else if (dot == std::string_view::npos && c.channels.count(name.text)) finding.help("`{}` is a channel, and a channel never has parentheses", name.text);
        else if (!best.empty()) finding.replace(connector_at, best, "did you mean");
        return {};
    }
    if (!connector->spec) return {};  // its declaration has the finding
    const std::string operation(name.text.substr(dot + 1));
    const Span operation_at{connector_at.end + 1, name.at.end};
    const OperationSpec* spec = connector->spec->find(operation, role);
    if (!spec && connector->spec->find(operation, role == OperationRole::source ? OperationRole::sink : OperationRole::source)) {
        c.findings.error(Code::W0307, name.at, "`{}` is a {}", name.text, role == OperationRole::sink ? "source" : "sink").say("{}", role == OperationRole::source ? "messages are sent to it" : "messages come from it, nothing is sent there");
        return {};
    }
    if (!spec) {
        std::vector<std::string> names;
        for (const OperationSpec& o : connector->spec->operations)
            if (o.role == role) names.push_back(o.name);
        auto finding = c.findings.error(Code::W0303, operation_at, "`{}` has no operation `{}`", connector_name, operation);
        const std::string best = nearest(operation, names);
        if (!best.empty()) finding.replace(operation_at, best, "did you mean");
        else if (!names.empty()) finding.help("{}: {}", role == OperationRole::source ? "it gives messages by" : "it takes messages by", list_of(names));
        return {};
    }
    EndpointUse use;
    use.operation = spec;
    use.connector = connector->spec;
    Endpoint made;
    made.connector = connector->id;
    made.operation = operation;
    made.at = at;
    made.arguments = lower_arguments(c, scope, arguments, spec->arguments, "`" + std::string(name.text) + "`", at);
    use.id = static_cast<EndpointId>(c.plan.endpoints.size());
    c.plan.endpoints.push_back(std::move(made));
    return use;
}

}  // namespace weir
