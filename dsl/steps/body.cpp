#include "dsl/steps/body.hpp"

#include <algorithm>

#include "dsl/check/notes.hpp"
#include "dsl/names/nearest.hpp"

namespace weir {

using namespace plan;

std::uint64_t identity_hash(std::string_view text) {
    std::uint64_t hash = 14695981039346656037u;
    for (char ch : text) hash = (hash ^ static_cast<unsigned char>(ch)) * 1099511628211u;
    return hash;
}

Node Lowering::make(std::string word, Span at) const {
    Node n;
    n.word = std::move(word);
    n.at = at;
    return n;
}

NodeId Lowering::add(Node node, const std::string& target) {
    for (ExprId e : node.exprs)
        if (e != none) node.can_fail.add(c.plan.exprs[e].can_fail);
    const auto id = static_cast<NodeId>(c.plan.nodes.size());
    c.plan.nodes.push_back(std::move(node));
    nodes_.push_back({id, target, true});
    if (c.options.notes) c.options.notes->step(id, scope_->body, scope_->body);
    return id;
}

// I3: flow/labels/word target k/n, counted among the same word and target in the block.
void Lowering::identify(std::vector<Placed>& nodes) {
    std::string prefix = flow_.name;
    for (const std::string& l : labels_) prefix += "/" + l;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (!nodes[i].own) continue;
        Node& node = c.plan.nodes[nodes[i].id];
        std::size_t k = 0, n = 0;
        for (std::size_t j = 0; j < nodes.size(); ++j) {
            if (!nodes[j].own || c.plan.nodes[nodes[j].id].word != node.word || nodes[j].target != nodes[i].target) continue;
            ++n;
            if (j <= i) ++k;
        }
        node.identity = prefix + "/" + node.word + (nodes[i].target.empty() ? "" : " " + nodes[i].target) + fmt::format(" {}/{}", k, n);
        node.identity_hash = identity_hash(node.identity);
    }
}

NodeId Lowering::link(const std::vector<Placed>& nodes) {
    for (std::size_t i = 0; i + 1 < nodes.size(); ++i) c.plan.nodes[nodes[i].id].next = nodes[i + 1].id;
    return nodes.empty() ? none : nodes.front().id;
}

NodeId Lowering::block(const syntax::Block& b, const std::string& label, bool& ended) {
    std::vector<Placed> outside = std::move(nodes_);
    nodes_.clear();
    const bool outside_ended = ended_;
    const syntax::Block* outside_around = around_;
    ended_ = false;
    if (!label.empty()) labels_.push_back(label);
    const std::size_t depth = scope_->bound.size();
    statements(b);
    scope_->bound.resize(depth);
    identify(nodes_);
    const NodeId first = link(nodes_);
    if (!label.empty()) labels_.pop_back();
    nodes_ = std::move(outside);
    ended = ended_;
    ended_ = outside_ended;
    around_ = outside_around;
    return first;
}

NodeId Lowering::action_block(const WrittenAction& a, const std::string& label, bool& ended) {
    if (a.word == ActionWord::block && a.block) return block(*a.block, label, ended);
    std::vector<Placed> outside = std::move(nodes_);
    nodes_.clear();
    const bool outside_ended = ended_;
    ended_ = false;
    labels_.push_back(label);
    action(a);
    identify(nodes_);
    const NodeId first = link(nodes_);
    labels_.pop_back();
    nodes_ = std::move(outside);
    ended = ended_;
    ended_ = outside_ended;
    return first;
}

void Lowering::action(const WrittenAction& a) {
    switch (a.word) {
        case ActionWord::send:
            if (a.target) {
                const Filling* header = a.form ? a.form->get("header") : nullptr;
                send(*a.target, a.value, header ? header->value : nullptr, a.at);
            }
            return;
        case ActionWord::discard: discard(a.value, a.at); return;
        case ActionWord::fail:
            if (a.failure) fail(*a.failure, a.value, a.at);
            return;
        case ActionWord::reject:
        case ActionWord::fail_again: c.findings.error(Code::W0301, a.at, "`{}` stands behind `on` only", a.word == ActionWord::reject ? "reject" : "fail again"); return;
        default: return;  // not built, has its finding
    }
}

void Lowering::statements(const syntax::Block& b) {
    around_ = &b;
    bool told = false;
    for (const syntax::Statement& s : b.statements) {
        if (ended_ && !told && s.shape != syntax::Shape::broken) {
            c.findings.warning(Code::W0312, s.at, "this is never reached").say("what stands above always ends the message");
            told = true;
        }
        around_ = &b;
        statement(s, b);
    }
}

void Lowering::statement(const syntax::Statement& s, const syntax::Block&) {
    switch (s.shape) {
        case syntax::Shape::broken:
            if (s.bound && s.word.text == "let") let(std::string(s.bound->text), c.types.any(), false, s.bound->at);
            return;
        case syntax::Shape::arm: c.findings.error(Code::W0313, s.at, "an arm stands here, and this block holds steps").help("arms stand in `route` and `recipients`"); return;
        case syntax::Shape::pattern_call: pattern(s); return;
        case syntax::Shape::state: c.findings.error(Code::W0313, s.at, "`{}` stands only in a process", s.word.text); return;
        case syntax::Shape::expect: c.findings.error(Code::W0313, s.at, "`expect` stands only in a test"); return;
        default: step(s);
    }
}

void Lowering::step(const syntax::Statement& s) {
    const std::string_view word = s.shape == syntax::Shape::send ? "->" : (s.shape == syntax::Shape::fail ? "fail" : s.word.text);
    const StepSpec* spec = find_step(word);
    if (!spec) {
        unknown_step(c, *scope_->module, s);
        return;
    }
    Around around;
    around.module = scope_->module;
    if (auto form = match_form(c, *spec, s, around)) {
        if (spec->lower && form->not_built.empty()) {
            const plan::TypeId before = scope_->body;
            const std::size_t first = nodes_.size();
            spec->lower(*this, s, *form);
            for (std::size_t i = first; c.options.notes && i < nodes_.size(); ++i) c.options.notes->step(nodes_[i].id, before, scope_->body);
            return;
        }
        // What is not built is held to its form, the blocks in it too, and then refused; once for each statement.
        check_forms_inside(c, *form, spec->word, around);
        if (spec->lower) tell_not_built(c, form->not_built);
        else c.not_built(s.word.at, "`" + spec->word + "`");
    }
    // What it would have bound or made is not known; that has its finding, the steps behind it need none.
    scope_->body = c.types.any();
    if (s.shape == syntax::Shape::let_ && s.bound) let(std::string(s.bound->text), c.types.any(), false, s.bound->at);
}

void unknown_step(Checker& c, Module& module, const syntax::Statement& s) {
    std::vector<std::string> near = module.names(&Module::patterns);
    const std::vector<std::string> patterns = near;
    for (const StepSpec& spec : step_catalog()) near.push_back(spec.word);
    for (const std::string& p : patterns)
        if (p == s.word.text) {
            c.findings.error(Code::W0109, s.word.at, "`{}` is a pattern: `{}()`", p, p).replace(s.word.at, p + "()", "call it");
            return;
        }
    if (const ActionSpec* action = find_action(s.word.text)) {
        c.findings.error(Code::W0301, s.word.at, "`{}` stands {}", s.word.text, action->where);
        return;
    }
    auto finding = c.findings.error(Code::W0109, s.word.at, "no step or pattern `{}`", s.word.text);
    const std::string best = nearest(s.word.text, near);
    if (!best.empty()) finding.replace(s.word.at, best, "did you mean");
    else if (s.word.text == "next") finding.help("`become s`, in a process");
    else if (s.word.text == "if") finding.help("steps choose by `route`, `filter` or `detour when`");
    else if (c.channels.count(s.word.text)) finding.help("`-> {}` sends to the channel", s.word.text);
}

ExprId Lowering::value(const syntax::Expr& e) {
    const ExprId id = expressions().lower(e);
    c.plan.frame = std::max(c.plan.frame, scope_->frame);
    return id;
}

ExprId Lowering::condition(const syntax::Expr& e, const std::string& what) {
    const ExprId id = expressions().condition(e, what);
    c.plan.frame = std::max(c.plan.frame, scope_->frame);
    return id;
}

void Lowering::no_secret(ExprId id, std::string_view where) {
    if (id == none || !c.secrets.count(id)) return;
    c.findings.error(Code::W0208, c.plan.exprs[id].at, "a secret would go into {}", where).say("this holds a secret");
}

std::uint32_t Lowering::let(std::string name, TypeId type, bool secret, Span at) {
    Bound b;
    b.name = name;
    b.kind = BoundKind::let_;
    b.slot = flow_.lets++;
    b.type = type;
    b.secret = secret;
    b.at = at;
    flow_.bindings.push_back({std::move(name), b.slot});
    scope_->bound.push_back(b);
    return b.slot;
}

}  // namespace weir
