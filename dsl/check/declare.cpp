// Every declared name of every file, and what can be said of it without looking into a flow.
#include <algorithm>

#include "dsl/check/arguments.hpp"
#include "dsl/check/checker.hpp"
#include "dsl/expressions/expressions.hpp"
#include "dsl/check/header.hpp"
#include "dsl/names/nearest.hpp"

namespace weir {

using namespace plan;

namespace {

const StepSpec& table_form() {
    static const StepSpec form = step("table", "Rows by key, durable.")
                                     .clause("by", Want::dotted, false, "the field that is the key")
                                     .clause("for", Want::duration, Optional, "how long a row is kept")
                                     .clause("max", Want::number, false, "the most rows")
                                     .clause("from", Want::subject, Optional, "reference data that is only read")
                                     .behind(Places().clause("reload on change", Want::nothing, Optional, "read again when it changes").clause("every", Want::duration, Optional, "read again and again").either())
                                     .text("NAME: TYPE by NAME [for D] max N [from CALL [reload on change / every D]]");
    return form;
}

class Declarations {
public:
    explicit Declarations(Checker& c) : c_(c) {}

    void all() {
        for (auto& m : c_.modules)
            for (const syntax::Declaration& d : m->tree.declarations) name(*m, d);
        for (auto& m : c_.modules)
            for (const syntax::Declaration& d : m->tree.declarations) forms(*m, d);
        for (auto& m : c_.modules)
            for (auto& [n, type] : m->types) lower_declared(c_, type);
        for (auto& m : c_.modules)
            for (const syntax::Declaration& d : m->tree.declarations) {
                if (auto* p = std::get_if<syntax::Param>(&d.node)) param(*m, p->name, p->type.get(), p->value.get(), false);
                if (auto* s = std::get_if<syntax::Secret>(&d.node)) param(*m, s->name, nullptr, s->value.get(), true);
            }
        for (auto& m : c_.modules)
            for (const syntax::Declaration& d : m->tree.declarations) {
                if (auto* k = std::get_if<syntax::Connector>(&d.node)) connector(*m, *k);
                if (auto* ch = std::get_if<syntax::Channel>(&d.node)) channels(*m, *ch, d);
            }
        for (auto& m : c_.modules)
            for (auto& [n, f] : m->functions) lower_function(c_, f);
    }

private:
    template <class Map, class Value> void put(Map& map, std::string_view what, const syntax::Name& n, Value value, Span first) {
        if (auto at = map.find(n.text); at != map.end()) {
            c_.findings.error(Code::W0107, n.at, "{} `{}` is declared twice", what, n.text).label(first_of(at->second, first), "first here");
            return;
        }
        map.emplace(std::string(n.text), std::move(value));
    }
    static Span first_of(const TypeName& t, Span) { return t.declaration->name.at; }
    static Span first_of(const FunctionName& f, Span) { return f.declaration->name.at; }
    static Span first_of(const PatternName& p, Span) { return p.declaration->name.at; }
    template <class T> static Span first_of(const T& t, Span) { return t.at; }

    // What is not built is held to its forms; near misses want every name, so it comes behind them.
    void forms(Module& m, const syntax::Declaration& d) {
        Around around;
        around.module = &m;
        if (const auto* p = std::get_if<syntax::Probe>(&d.node)) {
            check_header_forms(c_, p->header, around);
            if (p->body) check_forms(c_, *p->body, BlockKind::test, "probe", around);
        }
        if (const auto* p = std::get_if<syntax::Process>(&d.node)) {
            around.process = true;
            check_header_forms(c_, p->header, around);
            if (p->body) check_forms(c_, *p->body, BlockKind::states, "process", around);
        }
    }

    void name(Module& m, const syntax::Declaration& d) {
        struct Visitor {
            Declarations& me;
            Module& m;
            const syntax::Declaration& d;
            void operator()(const syntax::BrokenDeclaration&) const {}
            void operator()(const syntax::Edition& e) const {
                if (e.number.text != "1") me.c_.findings.error(Code::W0401, e.number.at, "this version knows edition 1, and this file is of edition {}", e.number.text);
            }
            void operator()(const syntax::Import&) const {}
            void operator()(const syntax::Param& p) const { me.put(m.params, "the param", p.name, ParamName{p.name.at, none, false}, {}); }
            void operator()(const syntax::Secret& s) const { me.put(m.params, "the secret", s.name, ParamName{s.name.at, none, true}, {}); }
            void operator()(const syntax::Connector& k) const { me.put(m.connectors, "the connector", k.name, ConnectorName{k.name.at, none, nullptr}, {}); }
            void operator()(const syntax::TypeDeclaration& t) const {
                if (kind_of_name(t.name.text)) {
                    me.c_.findings.error(Code::W0107, t.name.at, "`{}` is a type of the language", t.name.text);
                    return;
                }
                me.put(m.types, "the type", t.name, TypeName{&t, &m, none, Progress::fresh}, {});
            }
            void operator()(const syntax::Channel&) const {}
            void operator()(const syntax::Table& t) const {
                m.later.emplace(std::string(t.name.text), t.name.at);
                if (match_parts(me.c_, table_form(), t.parts, t.name.at)) me.c_.not_built(t.name.at, "`table`");
            }
            void operator()(const syntax::Switch& s) const {
                m.later.emplace(std::string(s.name.text), s.name.at);
                me.c_.not_built(s.name.at, "`switch`");
            }
            void operator()(const syntax::StoreKeep&) const { me.c_.not_built(d.at, "`store keep`"); }
            void operator()(const syntax::Function& f) const {
                if (auto at = m.patterns.find(f.name.text); at != m.patterns.end()) me.c_.findings.error(Code::W0107, f.name.at, "functions and patterns share their names, and `{}` is a pattern", f.name.text);
                FunctionName fn;
                fn.declaration = &f;
                fn.home = &m;
                me.put(m.functions, "the function", f.name, fn, {});
            }
            void operator()(const syntax::PatternDeclaration& p) const {
                if (auto at = m.functions.find(p.name.text); at != m.functions.end()) me.c_.findings.error(Code::W0107, p.name.at, "functions and patterns share their names, and `{}` is a function", p.name.text);
                if (p.result) me.c_.not_built(p.result->at, "a pattern with a result");
                me.put(m.patterns, "the pattern", p.name, PatternName{&p, &m, false}, {});
            }
            void operator()(const syntax::Flow& f) const { me.put(me.c_.flows, "the flow", f.name, FlowName{f.name.at}, {}); }
            void operator()(const syntax::Process& p) const { me.c_.not_built(p.name.at, "`process`"); }
            void operator()(const syntax::Probe& p) const { me.c_.not_built(p.name_at, "`probe`"); }
            void operator()(const syntax::Test&) const {}
            void operator()(const syntax::Allow&) const {}
        };
        std::visit(Visitor{*this, m, d}, d.node);
    }

    void param(Module& m, const syntax::Name& n, const syntax::Type* type, const syntax::Expr* value, bool secret) {
        auto at = m.params.find(n.text);
        if (at == m.params.end() || at->second.at != n.at) return;  // the second of a name has its finding
        Param made;
        made.name = n.text;
        made.file = m.stem;
        made.secret = secret;
        made.at = n.at;
        made.type = type ? lower_type(c_, m, *type) : (secret ? c_.types.of(TypeKind::string) : plan::none);
        if (value) {
            ExprScope scope;
            scope.module = &m;
            scope.why_no_message = "params and secrets are computed at the start";
            Expressions expressions(c_, scope);
            made.value = expressions.lower(*value);
            const TypeId got = expressions.type_of(made.value);
            // A text is read as the declared type: `param n: int = env("N")` is the one conversion without a call.
            const auto* call = std::get_if<syntax::Call>(&value->node);
            const bool read = call && call->function.text == "env";
            if (made.type == plan::none) made.type = c_.types.at(got).kind == TypeKind::literal ? c_.types.of(c_.types.base(got)) : got;
            else if (!read && c_.types.fits(got, made.type) == Fit::no)
                c_.findings.error(Code::W0207, value->at, "the param `{}` is {}, and its default is {}", n.text, expressions.say(made.type), expressions.say(got));
            made.secret = made.secret || expressions.secret(made.value);
            c_.plan.frame = std::max(c_.plan.frame, scope.frame);
        }
        if (made.type == plan::none) made.type = c_.types.any();
        at->second.index = static_cast<std::uint32_t>(c_.plan.params.size());
        at->second.secret = made.secret;
        c_.plan.params.push_back(std::move(made));
    }

    void connector(Module& m, const syntax::Connector& k) {
        auto at = m.connectors.find(k.name.text);
        if (at == m.connectors.end() || at->second.at != k.name.at) return;
        const ConnectorSpec* spec = c_.catalog.find(std::string(k.kind.name.text));
        if (!spec) {
            std::vector<std::string> near;
            for (const ConnectorSpec& s : c_.catalog.kinds) near.push_back(s.kind);
            static constexpr std::string_view planned[] = {"http", "amqp", "kafka", "sql", "mqtt", "redis", "nats", "mail", "sftp", "s3", "tcp", "udp", "exec", "control"};
            if (std::find(std::begin(planned), std::end(planned), k.kind.name.text) != std::end(planned)) {
                c_.not_built(k.kind.name.at, "the connector `" + std::string(k.kind.name.text) + "`");
                return;
            }
            auto finding = c_.findings.error(Code::W0106, k.kind.name.at, "there is no connector of kind `{}`", k.kind.name.text);
            const std::string best = nearest(k.kind.name.text, near);
            if (!best.empty()) finding.replace(k.kind.name.at, best, "did you mean");
            return;
        }
        Connector made;
        made.name = k.name.text;
        made.kind = spec->kind;
        made.at = k.name.at;
        ExprScope scope;
        scope.module = &m;
        scope.why_no_message = "a connector is made at the start";
        if (k.kind.arguments) made.arguments = lower_arguments(c_, scope, *k.kind.arguments, spec->arguments, "`" + spec->kind + "`", k.kind.at);
        c_.plan.frame = std::max(c_.plan.frame, scope.frame);
        at->second.spec = spec;
        at->second.id = static_cast<ConnectorId>(c_.plan.connectors.size());
        c_.plan.connectors.push_back(std::move(made));
    }

    void channels(Module& m, const syntax::Channel& ch, const syntax::Declaration& d) {
        Channel made;
        made.kind = ch.topic ? ChannelKind::topic : ChannelKind::queue;
        made.type = ch.type ? lower_type(c_, m, *ch.type) : c_.types.any();
        if (ch.replies) c_.not_built(ch.replies->at, "`replies`");
        if (ch.on) c_.not_built(ch.on->at, "a channel on a broker");
        if (ch.keep) keep(m, *ch.keep, made);
        for (const syntax::Option& o : ch.options) option(m, o, made);
        for (const syntax::Annotation& a : d.annotations)
            if (a.word.text == "moved" && a.name) made.moved_from = a.name->text;
        std::string purpose = ch.type ? purpose_of(m, *ch.type) : std::string();
        if (purpose == "event" && !ch.topic) c_.findings.error(Code::W0408, ch.type->at, "`{}` is an event, and this is a queue", c_.types.name(made.type)).help("an event stands on a topic, where everyone who asks for it gets it");
        if (purpose == "command" && ch.topic) c_.findings.error(Code::W0408, ch.type->at, "`{}` is a command, and this is a topic", c_.types.name(made.type)).help("a command stands on a queue, where one flow handles it");
        for (const syntax::Name& n : ch.names) {
            if (auto at = c_.channels.find(n.text); at != c_.channels.end()) {
                c_.findings.error(Code::W0107, n.at, "the channel `{}` is declared twice", n.text).label(at->second.at, "first here");
                continue;
            }
            made.name = n.text;
            made.at = n.at;
            ChannelName entry;
            entry.id = static_cast<ChannelId>(c_.plan.channels.size());
            entry.at = n.at;
            entry.purpose = purpose;
            c_.channels.emplace(std::string(n.text), std::move(entry));
            c_.plan.channels.push_back(made);
        }
    }

    static std::string purpose_of(Module& m, const syntax::Type& type) {
        const auto* n = std::get_if<syntax::NamedType>(&type.node);
        const TypeName* declared = n ? m.find(&Module::types, n->name.text) : nullptr;
        return declared ? std::string(declared->declaration->word.text) : std::string();
    }

    // C6.
    void keep(Module& m, const syntax::Expr& e, Channel& made) {
        if (made.kind == ChannelKind::queue) {
            c_.findings.error(Code::W0401, e.at, "a queue keeps what has not been read").help("`keep` stands on a topic, where a subscription that does not read would keep everything");
            return;
        }
        ExprScope scope;
        scope.module = &m;
        const auto value = Expressions(c_, scope).literal(e);
        if (const auto* age = value ? std::get_if<Duration>(&*value) : nullptr; age && age->nanoseconds > 0) made.keep_for = age->nanoseconds;
        else if (const auto* size = value ? std::get_if<Size>(&*value) : nullptr; size && size->bytes > 0) made.keep_bytes = static_cast<std::uint64_t>(size->bytes);
        else c_.findings.error(Code::W0401, e.at, "`keep` wants a time or a size").help("`keep 7d` or `keep 10GB`: what is older, or beyond that, goes unread");
    }

    void option(Module& m, const syntax::Option& o, Channel& made) {
        if (o.key.text == "memory" && !o.value) {
            made.memory = true;
            c_.not_built(o.key.at, "`memory` of a channel");
            return;
        }
        if (o.key.text == "capacity" || o.key.text == "limit") {
            ExprScope scope;
            scope.module = &m;
            auto value = o.value ? Expressions(c_, scope).literal(*o.value) : std::nullopt;
            const auto* n = value ? std::get_if<std::int64_t>(&*value) : nullptr;
            if (!n || *n < 1) {
                c_.findings.error(Code::W0401, o.value ? o.value->at : o.key.at, "`{}` wants a whole number of at least 1", o.key.text);
                return;
            }
            if (o.key.text == "capacity") c_.not_built(o.key.at, "`capacity` of a channel");
            (o.key.text == "limit" ? made.limit : made.capacity) = static_cast<std::uint64_t>(*n);
            return;
        }
        auto finding = c_.findings.error(Code::W0401, o.key.at, "a channel has no option `{}`", o.key.text);
        const std::string best = nearest(o.key.text, std::vector<std::string>{"memory", "capacity", "limit"});
        if (!best.empty()) finding.replace(o.key.at, best, "did you mean");
        else finding.help("its options are `memory`, `capacity: N` and `limit: N`");
    }

    Checker& c_;
};

}  // namespace

void declare(Checker& checker) { Declarations(checker).all(); }

}  // namespace weir
