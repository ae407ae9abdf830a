// A call of a pattern becomes its steps, in place: its parameters are lets, channels and blocks of the caller.
#include <algorithm>

#include "dsl/names/nearest.hpp"
#include "dsl/steps/body.hpp"

namespace weir {

using namespace plan;

namespace {

enum class ParameterKind : std::uint8_t { value, channel, block, other };

ParameterKind kind_of_parameter(const syntax::Parameter& p) {
    const auto* n = p.type ? std::get_if<syntax::NamedType>(&p.type->node) : nullptr;
    if (!n) return ParameterKind::value;
    if (n->name.text == "queue" || n->name.text == "topic") return ParameterKind::channel;
    if (n->name.text == "block") return ParameterKind::block;
    if (n->name.text == "flow" || n->name.text == "switch") return ParameterKind::other;
    return ParameterKind::value;
}

}  // namespace

void Lowering::pattern(const syntax::Statement& s) {
    if (!s.target) return;
    const syntax::Name& name = s.target->name;
    for (auto b = scope_->bound.rbegin(); b != scope_->bound.rend(); ++b) {
        if (b->name == name.text && b->kind == BoundKind::gone) {
            c.not_built(name.at, "a pattern's block in a tap");
            return;
        }
        if (b->name != name.text || b->kind != BoundKind::block) continue;
        if (!b->block.block) return;
        // The block's steps see the caller's names, and the body as it is here.
        ExprScope* inside = scope_;
        const syntax::Block* written = b->block.block;
        scope_ = b->block.caller;
        scope_->body = inside->body;
        const std::size_t depth = scope_->bound.size();
        statements(*written);
        scope_->bound.resize(depth);
        inside->body = scope_->body;
        scope_ = inside;
        return;
    }
    PatternName* found = scope_->module->find(&Module::patterns, name.text);
    if (!found) {
        std::vector<std::string> near = scope_->module->names(&Module::patterns);
        for (const StepSpec& spec : step_catalog()) near.push_back(spec.word);
        auto finding = c.findings.error(Code::W0109, name.at, "no step or pattern `{}`", name.text);
        const std::string best = nearest(name.text, near);
        const std::size_t dot = name.text.find('.');
        if (find_step(name.text)) finding.help("`{} (..)` is the step, with a blank; `{}(..)` calls a pattern", name.text, name.text);
        else if (!best.empty()) finding.replace(name.at, best, "did you mean");
        else if (dot != std::string_view::npos && c.connector(*scope_->module, name.text.substr(0, dot))) finding.help("`-> {}(..)` sends to the endpoint", name.text);
        return;
    }
    if (found->declaration->result || !found->declaration->body) return;  // has its finding
    if (found->expanding) {
        c.findings.error(Code::W0111, name.at, "the pattern `{}` uses itself", name.text).label(found->declaration->name.at, "declared here");
        return;
    }
    expand(s, *found);
}

bool Lowering::bind_arguments(const syntax::Statement& s, PatternName& p, ExprScope& inside) {
    std::vector<const syntax::Parameter*> parameters;
    std::vector<std::string> names;
    for (const syntax::Parameter& q : p.declaration->parameters)
        if (kind_of_parameter(q) != ParameterKind::block) {
            parameters.push_back(&q);
            names.emplace_back(q.name.text);
        }
    std::vector<const syntax::Expr*> given(parameters.size(), nullptr);
    std::size_t next = 0;
    bool fine = true;
    if (s.target->arguments)
        for (const syntax::Argument& a : *s.target->arguments) {
            if (!a.value) continue;
            std::size_t place = next;
            if (a.name) place = static_cast<std::size_t>(std::find(names.begin(), names.end(), a.name->text) - names.begin());
            else ++next;
            if (place >= given.size() || given[place]) {
                auto finding = a.name ? c.findings.error(Code::W0205, a.name->at, "the pattern `{}` has no parameter `{}`{}", p.declaration->name.text, a.name->text, place < given.size() ? " left" : "")
                                      : c.findings.error(Code::W0205, a.value->at, "the pattern `{}` takes {} argument{}, this one is too much", p.declaration->name.text, given.size(), given.size() == 1 ? "" : "s");
                const std::string best = a.name ? nearest(a.name->text, names) : std::string();
                if (!best.empty()) finding.replace(a.name->at, best, "did you mean");
                fine = false;
                continue;
            }
            given[place] = a.value.get();
        }
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const syntax::Parameter& q = *parameters[i];
        const syntax::Expr* written = given[i] ? given[i] : q.fallback.get();
        if (!written) {
            if (fine) c.findings.error(Code::W0205, s.target->at, "the pattern `{}` needs its argument `{}`", p.declaration->name.text, q.name.text).label(q.name.at, "declared here");
            fine = false;
            continue;
        }
        Bound b;
        b.name = q.name.text;
        b.at = q.name.at;
        if (kind_of_parameter(q) == ParameterKind::other) {
            c.not_built(q.name.at, "a `flow` or `switch` parameter");
            fine = false;
            continue;
        }
        if (kind_of_parameter(q) == ParameterKind::channel) {
            const auto name = dotted_name(*written, c.sources);
            syntax::Target wanted;
            wanted.at = written->at;
            if (name) wanted.name = *name;
            const auto to = name ? target(wanted) : std::nullopt;
            if (!name) c.findings.error(Code::W0205, written->at, "`{}` wants a channel", q.name.text);
            if (!to) {
                fine = false;
                continue;
            }
            b.kind = BoundKind::channel;
            b.channel = to->channel;
            inside.bound.push_back(std::move(b));
            continue;
        }
        // A default is of the place where it is written, an argument of the place of the call.
        ExprScope* caller = scope_;
        if (!given[i]) scope_ = &inside;
        Node n = make("let", written->at);
        n.exprs = {value(*written)};
        scope_ = caller;
        TypeId type = expressions().type_of(n.exprs[0]);
        if (q.type) {
            const TypeId wanted = lower_type(c, *p.home, *q.type);
            const Fit fit = c.types.fits(type, wanted);
            if (fit == Fit::no) c.findings.error(Code::W0204, written->at, "`{}` takes {} as `{}`, and `{}` is {}", p.declaration->name.text, expressions().say(wanted), q.name.text, c.text(written->at), expressions().say(type));
            if (fit != Fit::yes) n.can_fail.add(FailureClass::invalid);
            n.type = wanted;
            type = wanted;
        }
        n.slot = flow_.lets++;
        flow_.bindings.push_back({b.name, n.slot});
        b.slot = n.slot;
        b.type = type;
        b.secret = c.secrets.count(n.exprs[0]) != 0;
        inside.bound.push_back(b);
        add(std::move(n), b.name);
    }
    return fine;
}

bool Lowering::bind_blocks(const syntax::Statement& s, PatternName& p, ExprScope& inside, Form& form) {
    std::vector<const syntax::Parameter*> wanted;
    for (const syntax::Parameter& q : p.declaration->parameters)
        if (kind_of_parameter(q) == ParameterKind::block) wanted.push_back(&q);
    std::vector<const syntax::Block*> given(wanted.size(), nullptr);
    Parts parts(s.parts);
    bool first = true, fine = true;
    while (!parts.end()) {
        const syntax::Part& here = *parts.peek();
        std::size_t place = 0;
        Around around;
        around.module = scope_->module;
        if (const auto annotation = take_annotation(parts, c, around, form)) {
            if (!*annotation) return false;
            continue;
        }
        const auto word = parts.word();
        if (word) {
            for (place = 0; place < wanted.size() && wanted[place]->name.text != *word; ++place) {
            }
            parts.skip();
        } else if (!first) {
            place = wanted.size();
        }
        const syntax::Block* block = parts.take_block_or_empty();
        if (place >= wanted.size() || !block || given[place]) {
            c.findings.error(Code::W0301, here.at, "{} does not belong to the pattern `{}`", part_text(c, here), p.declaration->name.text)
                .help("{}", wanted.empty() ? "it takes no block" : "its first block stands without a name, others behind the parameter's name");
            return false;
        }
        given[place] = block;
        first = false;
    }
    note_allowed(c, form, s.at);
    if (tell_not_built(c, form.not_built)) {
        check_forms_inside(c, form, "");
        return false;
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!given[i]) {
            c.findings.error(Code::W0205, s.target->at, "the pattern `{}` needs its block `{}`", p.declaration->name.text, wanted[i]->name.text).label(wanted[i]->name.at, "declared here");
            fine = false;
            continue;
        }
        Bound b;
        b.name = wanted[i]->name.text;
        b.kind = BoundKind::block;
        b.at = wanted[i]->name.at;
        b.block = {given[i], scope_};
        inside.bound.push_back(std::move(b));
    }
    return fine;
}

void Lowering::expand(const syntax::Statement& s, PatternName& p) {
    std::size_t k = 0, n = 0;
    if (around_)
        for (const syntax::Statement& other : around_->statements)
            if (other.shape == syntax::Shape::pattern_call && other.target && other.target->name.text == s.target->name.text) {
                ++n;
                if (&other <= &s) ++k;
            }
    const Before at = before();
    Form form;
    ExprScope inside;
    inside.module = p.home;
    inside.message = scope_->message;
    inside.body = scope_->body;
    inside.source = scope_->source;
    std::vector<Placed> outside = std::move(nodes_);
    nodes_.clear();
    labels_.push_back(fmt::format("{} {}/{}", p.declaration->name.text, std::max<std::size_t>(k, 1), std::max<std::size_t>(n, 1)));
    const bool arguments = bind_arguments(s, p, inside), blocks = bind_blocks(s, p, inside, form);
    if (arguments && blocks) {
        ExprScope* caller = scope_;
        const syntax::Block* around = around_;
        p.expanding = true;
        scope_ = &inside;
        statements(*p.declaration->body);
        scope_ = caller;
        scope_->body = inside.body;
        around_ = around;
        p.expanding = false;
    }
    identify(nodes_);
    if (!form.on.empty()) {
        const NodeId first = link(nodes_);
        const bool ended = ended_;
        nodes_ = std::move(outside);
        labels_.pop_back();
        ended_ = at.ended;
        guard(first, ended, s.at, std::string(p.declaration->name.text), form.on, at);
        return;
    }
    labels_.pop_back();
    for (Placed& placed : nodes_) {
        placed.own = false;
        outside.push_back(std::move(placed));
    }
    nodes_ = std::move(outside);
}

}  // namespace weir
