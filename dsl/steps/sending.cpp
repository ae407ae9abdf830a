// Targets, sends and the two ways to end a message: what several steps have in common.
#include <algorithm>

#include "dsl/check/arguments.hpp"
#include "dsl/names/nearest.hpp"
#include "dsl/plan/print.hpp"
#include "dsl/steps/body.hpp"

namespace weir {

using namespace plan;

std::optional<Target> Lowering::target(const syntax::Target& t) {
    Target made;
    if (t.arguments) {
        const EndpointUse use = lower_endpoint(c, *scope_, t.name, *t.arguments, OperationRole::sink, t.at);
        c.plan.frame = std::max(c.plan.frame, scope_->frame);
        if (use.id == none) return std::nullopt;
        made.endpoint = use.id;
        return made;
    }
    for (auto b = scope_->bound.rbegin(); b != scope_->bound.rend(); ++b)
        if (b->name == t.name.text && b->kind == BoundKind::channel) {
            made.channel = b->channel;
            return made;
        }
    if (auto at = c.channels.find(t.name.text); at != c.channels.end()) {
        made.channel = at->second.id;
        return made;
    }
    std::vector<Candidate> near;
    for (const auto& [name, channel] : c.channels) near.push_back({name, channel.has_consumer && !channel.has_producer});
    auto finding = c.findings.error(Code::W0102, t.name.at, "flow `{}` sends to `{}`, which is not declared", flow_.name, t.name.text);
    finding.say("not declared here or in an import");
    const std::string best = nearest(t.name.text, near);
    if (!best.empty()) {
        const ChannelName& found = c.channels.find(best)->second;
        if (found.has_consumer && !found.has_producer) finding.label(found.at, "this one has a consumer (line {}) and no producer", c.sources.place(found.consumed.begin).line);
        finding.replace(t.name.at, best, "use the declared name");
    } else if (t.name.text.ends_with(".dead") && c.flows.count(t.name.text.substr(0, t.name.text.size() - 5))) {
        finding.help("a flow's own dead letter queue is filled by the engine, no flow sends to it");
    } else if (const std::size_t dot = t.name.text.find('.'); dot != std::string_view::npos && c.connector(*scope_->module, t.name.text.substr(0, dot))) {
        finding.help("an endpoint always has parentheses: `{}(..)`", t.name.text);
    } else {
        finding.help("declare it: `queue {}`", t.name.text);
    }
    return std::nullopt;
}

std::string Lowering::target_name(const Target& t) const {
    if (t.channel != none) return c.plan.channels[t.channel].name;
    if (t.endpoint == none) return {};
    const Endpoint& e = c.plan.endpoints[t.endpoint];
    std::string text = c.plan.connectors[e.connector].name + "." + e.operation + "(";
    for (const Argument& a : e.arguments)
        if (a.name.empty() && a.value != none && c.plan.exprs[a.value].op == Op::constant) {
            text += print_expr(c.plan, a.value);
            break;
        }
    return text + ")";
}

void Lowering::check_channel(const Target& t, TypeId body, Span at) {
    if (t.channel == none) return;
    const Channel& channel = c.plan.channels[t.channel];
    if (c.types.fits(body, channel.type) != Fit::no) return;
    auto finding = c.findings.error(Code::W0412, at, "what goes to `{}` is no {}", channel.name, c.types.name(channel.type));
    finding.label(channel.at, "declared here");
    const Type& wanted = c.types.at(channel.type);
    const Type& got = c.types.at(body);
    if (wanted.kind == TypeKind::record && got.kind == TypeKind::record) {
        for (const Field& f : wanted.fields) {
            const Types::Found found = c.types.field(body, f.name);
            if (found.never && !f.optional && f.fallback == none) {
                finding.say("its field `{}` is missing", f.name);
                return;
            }
            if (!found.never && c.types.fits(found.type, f.type) == Fit::no) {
                finding.say("its field `{}` is {}, not {}", f.name, expressions().say(found.type), expressions().say(f.type));
                return;
            }
        }
    }
    finding.say("the body is {}", expressions().say(body));
}

ExprId Lowering::headers(const syntax::Expr& e) {
    const ExprId id = value(e);
    no_secret(id, "a header");
    const TypeId type = expressions().type_of(id);
    if (!c.types.is_any(type) && !c.types.is(type, TypeKind::record) && !c.types.is(type, TypeKind::map))
        c.findings.error(Code::W0204, e.at, "`header` wants an object, and `{}` is {}", c.text(e.at), expressions().say(type));
    return id;
}

void Lowering::send(const syntax::Target& t, const syntax::Expr* message, const syntax::Expr* headers, Span at) {
    const auto to = target(t);
    Node n = make("->", at);
    n.exprs = {none, none};
    if (message) n.exprs[0] = value(*message);
    if (headers) n.exprs[1] = this->headers(*headers);
    no_secret(n.exprs[0], "a message");
    if (!to) return;
    check_channel(*to, message ? expressions().type_of(n.exprs[0]) : scope_->body, message ? message->at : at);
    n.targets = {*to};
    if (to->endpoint != none) {
        const Endpoint& e = c.plan.endpoints[to->endpoint];
        const ConnectorSpec* spec = c.catalog.find(c.plan.connectors[e.connector].kind);
        if (const OperationSpec* operation = spec ? spec->find(e.operation, OperationRole::sink) : nullptr) n.can_fail.add(operation->raises);
        for (const Argument& a : e.arguments)
            if (a.value != none) n.can_fail.add(c.plan.exprs[a.value].can_fail);
    } else if (c.types.fits(message ? expressions().type_of(n.exprs[0]) : scope_->body, c.plan.channels[to->channel].type) != Fit::yes) {
        n.can_fail.add(FailureClass::invalid);
    }
    const std::string name = target_name(*to);
    add(std::move(n), name);
}

void Lowering::fail(const syntax::Name& failure, const syntax::Expr* why, Span at) {
    Node n = make("fail", at);
    n.exprs = {why ? value(*why) : none};
    no_secret(n.exprs[0], "a failure's reason");
    if (failure.text == "again") {
        c.findings.error(Code::W0301, failure.at, "`fail again` stands behind `on` only");
    } else if (!read_failure_class(failure.text, n.failure)) {
        auto finding = c.findings.error(Code::W0410, failure.at, "there is no failure class `{}`", failure.text);
        std::vector<std::string> classes;
        for (unsigned i = 1; i < 14; ++i) classes.emplace_back(name_of(static_cast<FailureClass>(i)));
        const std::string best = nearest(failure.text, classes);
        if (!best.empty()) finding.replace(failure.at, best, "did you mean");
    }
    n.can_fail.add(n.failure);
    add(std::move(n));
    end();
}

void Lowering::discard(const syntax::Expr* why, Span at) {
    if (!why) {
        c.findings.error(Code::W0302, at, "`discard` lacks its reason").say("what is dropped leaves a row that says why").help("`discard V`, for example `discard \"empty\"`");
        return;
    }
    Node n = make("discard", at);
    n.exprs = {value(*why)};
    no_secret(n.exprs[0], "a reason");
    add(std::move(n));
    end();
}

}  // namespace weir
