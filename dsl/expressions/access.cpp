// Names, fields and items.
#include <algorithm>
#include <array>

#include "dsl/expressions/expressions.hpp"
#include "dsl/names/nearest.hpp"

namespace weir {

using namespace plan;

namespace {

struct Fact {
    std::string_view name;
    TypeKind kind;
    bool nullable;
    bool built;
};
constexpr std::array<Fact, 13> meta_facts = {{{"id", TypeKind::string, false, true},
                                              {"created", TypeKind::timestamp, false, true},
                                              {"correlation_id", TypeKind::string, false, true},
                                              {"in_reply_to", TypeKind::string, true, true},
                                              {"attempt", TypeKind::int_, false, true},
                                              {"trace_id", TypeKind::string, false, true},
                                              {"history", TypeKind::any, false, true},
                                              {"failure", TypeKind::any, false, true},
                                              {"reply_to", TypeKind::string, true, false},
                                              {"sequence", TypeKind::any, true, false},
                                              {"expires", TypeKind::timestamp, true, true},
                                              {"seen_before", TypeKind::bool_, false, false},
                                              {"failures", TypeKind::any, true, false}}};
constexpr std::array<Fact, 8> failure_facts = {{{"class", TypeKind::string, false, true},
                                                {"message", TypeKind::string, false, true},
                                                {"path", TypeKind::string, false, true},
                                                {"flow", TypeKind::string, false, true},
                                                {"step", TypeKind::string, false, true},
                                                {"at", TypeKind::timestamp, false, true},
                                                {"attempts", TypeKind::int_, false, true},
                                                {"body", TypeKind::any, false, true}}};

std::string lower_case(std::string_view text) {
    std::string out(text);
    for (char& c : out)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
    return out;
}

bool is_body_root(std::string_view name) { return name == "body" || name == "raw" || name == "header" || name == "source" || name == "meta"; }

}  // namespace

std::optional<syntax::Name> dotted_name(const syntax::Expr& e, const Sources& sources) {
    const syntax::Expr* at = &e;
    while (const auto* m = std::get_if<syntax::Member>(&at->node)) {
        if (m->safe || m->arguments || !m->base || at->parenthesised) return std::nullopt;
        at = m->base.get();
    }
    if (!std::holds_alternative<syntax::Reference>(at->node) || at->parenthesised) return std::nullopt;
    const std::string_view text = sources.text(e.at);
    if (text.find_first_of(" \t\r\n#") != std::string_view::npos) return std::nullopt;
    return syntax::Name{text, e.at};
}

std::optional<ExprId> Expressions::bound(const syntax::Name& name) {
    for (auto b = s_.bound.rbegin(); b != s_.bound.rend(); ++b) {
        if (b->name != name.text) continue;
        if (b->kind == BoundKind::gone) {
            c_.not_built(name.at, "`" + std::string(name.text) + "` in a tap: a name that is bound outside of it");
            return broken(name.at);
        }
        if (b->kind == BoundKind::channel || b->kind == BoundKind::block) {
            c_.findings.error(Code::W0103, name.at, "`{}` is a {} and no value", name.text, b->kind == BoundKind::channel ? "channel" : "block");
            return broken(name.at);
        }
        Expr e;
        e.op = b->kind == BoundKind::local ? Op::local : Op::let_;
        e.slot = b->slot;
        e.name = b->name;
        const ExprId id = make(std::move(e), b->type, name.at);
        if (b->secret) c_.secrets.insert(id);
        return id;
    }
    return std::nullopt;
}

ExprId Expressions::reference(const syntax::Name& name) {
    if (auto b = bound(name)) return *b;
    if (name.text.empty()) return broken(name.at);
    auto root = [&](Op op, TypeId type) {
        Expr e;
        e.op = op;
        return make(std::move(e), type, name.at);
    };
    if (is_body_root(name.text)) {
        if (!s_.message) {
            c_.findings.error(Code::W0209, name.at, "there is no `{}` here", name.text).say("{}", s_.why_no_message.empty() ? "no message is here" : s_.why_no_message);
            return broken(name.at);
        }
        if (name.text == "body") return root(Op::body, s_.body);
        if (name.text == "raw") return root(Op::raw, t_.of(TypeKind::bytes));
        if (name.text == "header") return root(Op::header, t_.map(t_.of(TypeKind::string)));
        if (name.text == "source") {
            if (s_.source == none) {
                c_.findings.error(Code::W0209, name.at, "there is no `source` here").say("what the connector says of a delivery ends at the next channel").help("the flow that takes the message from the connector sends it along: `set header.file = source.name`");
                return broken(name.at);
            }
            return root(Op::source, s_.source);
        }
        std::vector<Field> fields;
        for (const Fact& f : meta_facts) {
            Field field;
            field.name = f.name;
            field.type = f.nullable ? t_.maybe(t_.of(f.kind)) : t_.of(f.kind);
            fields.push_back(std::move(field));
        }
        return root(Op::meta, t_.record(std::move(fields), true));
    }
    if (name.text == "failure") {
        if (!s_.failure) {
            c_.findings.error(Code::W0209, name.at, "there is no `failure` here").say("it is there in the actions of a failure table").help("what a dead letter failed for is `meta.failure`");
            return broken(name.at);
        }
        std::vector<Field> fields;
        for (const Fact& f : failure_facts) {
            Field field;
            field.name = f.name;
            field.type = t_.of(f.kind);
            fields.push_back(std::move(field));
        }
        return root(Op::failure, t_.record(std::move(fields), true));
    }
    if (ParamName* p = s_.module->find(&Module::params, name.text)) {
        if (p->index == none) {
            c_.findings.error(Code::W0112, name.at, "`{}` is used above its line", name.text).label(p->at, "declared here");
            return broken(name.at);
        }
        Expr e;
        e.op = Op::param;
        e.slot = p->index;
        const ExprId id = make(std::move(e), c_.plan.params[p->index].type, name.at);
        if (p->secret) c_.secrets.insert(id);
        return id;
    }
    if (s_.module->find(&Module::later, name.text)) return broken(name.at);
    if (name.text == "group" || name.text == "data" || name.text == "key") {
        c_.findings.error(Code::W0209, name.at, "there is no `{}` here", name.text).say("{}", name.text == "group" ? "it is there in the clauses of groups" : "it is there in a process");
        return broken(name.at);
    }
    std::vector<std::string> near = s_.module->names(&Module::params);
    for (const Bound& b : s_.bound) near.push_back(b.name);
    if (s_.message) near.insert(near.end(), {"body", "header", "source", "meta", "raw"});
    auto finding = c_.findings.error(Code::W0103, name.at, "`{}` is not known here", name.text);
    finding.say("no `let`, parameter or param of this name");
    const std::string best = nearest(name.text, near);
    if (!best.empty()) finding.replace(name.at, best, "did you mean");
    else if (s_.message && t_.at(s_.body).kind == TypeKind::record && !t_.field(s_.body, name.text).never) finding.replace(name.at, "body." + std::string(name.text), "a field of the body");
    else if (s_.module->find(&Module::connectors, name.text) || c_.catalog.find(std::string(name.text))) finding.help("`{}` is a connector: an endpoint stands behind `->` or `from`", name.text);
    return broken(name.at);
}

ExprId Expressions::member(const syntax::Member& m, Span at) {
    if (!m.base) return broken(at);
    if (m.arguments) {
        const auto* r = std::get_if<syntax::Reference>(&m.base->node);
        const bool is_connector = r && (s_.module->find(&Module::connectors, r->name.text) || c_.catalog.find(std::string(r->name.text))) && !s_.module->find(&Module::params, r->name.text) &&
                                  std::none_of(s_.bound.begin(), s_.bound.end(), [&](const Bound& b) { return b.name == r->name.text; });
        if (is_connector) {
            c_.findings.error(Code::W0103, at, "`{}.{}(..)` is an endpoint and no value", r->name.text, m.field.text).help("a call is a step of its own: `let answer = call ..`");
            return broken(at);
        }
        if (m.safe) c_.not_built(at, "`?.` before a function");
        return call(m.field, m.base.get(), *m.arguments, at);
    }
    if (const auto* r = std::get_if<syntax::Reference>(&m.base->node); r && r->name.text == "header" && s_.message && !m.base->parenthesised) {
        Expr e;
        e.op = Op::header_field;
        e.name = lower_case(m.field.text);
        e.safe = m.safe;
        return make(std::move(e), m.safe ? t_.maybe(t_.of(TypeKind::string)) : t_.of(TypeKind::string), at, !m.safe);
    }
    const ExprId base = lower(*m.base);
    if (c_.plan.exprs[base].op == Op::meta)
        for (const Fact& f : meta_facts)
            if (f.name == m.field.text && !f.built) {
                c_.not_built(m.field.at, "`meta." + std::string(f.name) + "`");
                return broken(at);
            }
    return field(base, m.safe, m.field.text, m.field.at, at);
}

ExprId Expressions::field(ExprId base, bool safe, std::string_view name, Span name_at, Span at) {
    const TypeId type = type_of(base);
    const Types::Found found = t_.field(type, name);
    if (found.never) {
        if (t_.at(type).kind == TypeKind::null_) {
            c_.findings.error(Code::W0200, name_at, "`{}` is always null and has no field `{}`", c_.text(c_.plan.exprs[base].at), name);
            return broken(at);
        }
        const std::vector<std::string> names = t_.field_names(type);
        const std::string base_text = c_.text(c_.plan.exprs[base].at);
        auto finding = c_.findings.error(Code::W0200, name_at, "`{}` has no field `{}`", base_text, name);
        if (names.empty()) {
            finding.say("it is {}", say(type));
        } else {
            std::string list;
            for (std::size_t i = 0; i < names.size() && i < 8; ++i) list += (i ? ", " : "") + names[i];
            finding.say("{}has {}{}", t_.at(type).name.empty() ? "it " : "`" + t_.at(type).name + "` ", list, names.size() > 8 ? ", .." : "");
            const std::string best = nearest(name, names);
            if (!best.empty()) finding.replace(name_at, best, "did you mean");
        }
        return broken(at);
    }
    Expr e;
    e.op = Op::field;
    e.safe = safe;
    e.name = name;
    e.operands = {base};
    const bool base_absent = t_.nullable(type);
    TypeId result = found.type;
    const bool invalid = safe ? (!found.certain && t_.is_any(type)) : !found.certain;
    if ((safe && base_absent) || (safe && !found.certain)) result = t_.maybe(result);
    return make(std::move(e), result, at, invalid);
}

ExprId Expressions::index(const syntax::Index& i, Span at) {
    if (!i.base) return broken(at);
    if (!i.index) {
        c_.findings.error(Code::W0309, at, "`[]`, each element, stands only in paths of `keep` and `drop`").help("`xs.map(x -> ..)` makes something of each element");
        return broken(at);
    }
    auto constant_name = literal(*i.index);
    const auto* name = constant_name ? std::get_if<std::string>(&*constant_name) : nullptr;
    if (const auto* r = std::get_if<syntax::Reference>(&i.base->node); r && r->name.text == "header" && s_.message && name) {
        Expr e;
        e.op = Op::header_field;
        e.name = lower_case(*name);
        e.safe = i.safe;
        return make(std::move(e), i.safe ? t_.maybe(t_.of(TypeKind::string)) : t_.of(TypeKind::string), at, !i.safe);
    }
    const ExprId base = lower(*i.base);
    if (name) return field(base, i.safe, *name, i.index->at, at);
    Expr e;
    e.op = Op::index;
    e.safe = i.safe;
    e.operands = {base, lower(*i.index)};
    const TypeId type = type_of(base), key = type_of(e.operands[1]);
    const TypeKind kind = t_.base(type);
    const bool indexable = kind == TypeKind::any || kind == TypeKind::array || kind == TypeKind::map || kind == TypeKind::record || kind == TypeKind::union_;
    if (!indexable) {
        c_.findings.error(Code::W0203, at, "`{}` is {}, which has no items", c_.text(i.base->at), say(type)).help("part of a text: `slice(from, to)`");
        return broken(at);
    }
    const TypeId wanted = kind == TypeKind::array ? t_.of(TypeKind::int_) : (kind == TypeKind::map || kind == TypeKind::record ? t_.of(TypeKind::string) : t_.any());
    if (t_.fits(key, wanted) == Fit::no)
        c_.findings.error(Code::W0203, i.index->at, "an item of {} is named by {}, and `{}` is {}", say(type), say(wanted), c_.text(i.index->at), say(key));
    TypeId result = t_.element(type);
    if (i.safe) result = t_.maybe(result);
    return make(std::move(e), result, at, !i.safe || t_.is_any(type));
}

}  // namespace weir
