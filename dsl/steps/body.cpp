#include "dsl/steps/body.hpp"

#include <algorithm>

#include "dsl/check/notes.hpp"
#include "dsl/names/nearest.hpp"
#include "dsl/steps/exits.hpp"

namespace weir {

using namespace plan;

std::uint64_t identity_hash(std::string_view text) {
    std::uint64_t hash = 14695981039346656037u;
    for (char ch : text) hash = (hash ^ static_cast<unsigned char>(ch)) * 1099511628211u;
    return hash;
}

namespace {

// What stands in a step's failure lines is named by the step, whose own number was not known yet.
template <class Named> void name_owner(Named& named, const std::string& stands_for, const std::string& owner) {
    if (const std::size_t at = named.identity.find(stands_for); at != std::string::npos) {
        named.identity.replace(at, stands_for.size(), owner);
        named.identity_hash = identity_hash(named.identity);
    }
    if constexpr (std::is_same_v<Named, Action>)
        for (Action& then : named.then) name_owner(then, stands_for, owner);
}

}  // namespace

Lowering::Lowering(Checker& checker, FlowState& flow, ExprScope& scope) : c(checker), flow_(flow), scope_(&scope) {}
Lowering::Before Lowering::before() const { return {scope_->body, scope_->bound, replied_, ended_}; }

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
    const std::string above = prefix();
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (!nodes[i].own) continue;
        Node& node = c.plan.nodes[nodes[i].id];
        std::size_t k = 0, n = 0;
        for (std::size_t j = 0; j < nodes.size(); ++j) {
            if (!nodes[j].own || c.plan.nodes[nodes[j].id].word != node.word || nodes[j].target != nodes[i].target) continue;
            ++n;
            if (j <= i) ++k;
        }
        const std::string me = node.word + (nodes[i].target.empty() ? "" : " " + nodes[i].target) + fmt::format(" {}/{}", k, n);
        node.identity = above + "/" + me;
        node.identity_hash = identity_hash(node.identity);
        if (node.on.empty() && nodes[i].on_begin == nodes[i].on_end) continue;
        const std::string stands_for = fmt::format("\x01{}\x01", nodes[i].id);
        for (FailureLine& l : node.on) name_owner(l.action, stands_for, me);
        for (NodeId id = nodes[i].on_begin; id < nodes[i].on_end; ++id) {
            name_owner(c.plan.nodes[id], stands_for, me);
            for (FailureLine& l : c.plan.nodes[id].on) name_owner(l.action, stands_for, me);
        }
    }
}

NodeId Lowering::link(const std::vector<Placed>& nodes) {
    for (std::size_t i = 0; i + 1 < nodes.size(); ++i) c.plan.nodes[nodes[i].id].next = nodes[i + 1].id;
    return nodes.empty() ? none : nodes.front().id;
}

// Steps of their own below `label`. What may have replied in them is known behind it, unless they always end.
template <class Lower> NodeId Lowering::inside(const std::string& label, bool& ended, Lower lower) {
    std::vector<Placed> outside = std::move(nodes_);
    nodes_.clear();
    const bool outside_ended = ended_;
    const auto outside_replied = replied_;
    const syntax::Block* outside_around = around_;
    ended_ = false;
    if (!label.empty()) labels_.push_back(label);
    lower();
    identify(nodes_);
    const NodeId first = link(nodes_);
    if (!label.empty()) labels_.pop_back();
    nodes_ = std::move(outside);
    block_replied_ = ended_ ? std::nullopt : replied_;
    ended = ended_;
    ended_ = outside_ended;
    replied_ = outside_replied;
    around_ = outside_around;
    return first;
}

NodeId Lowering::block(const syntax::Block& b, const std::string& label, bool& ended) {
    return inside(label, ended, [&] {
        const std::size_t depth = scope_->bound.size();
        statements(b);
        scope_->bound.resize(depth);
    });
}

NodeId Lowering::action_block(const WrittenAction& a, const std::string& label, bool& ended) {
    if (a.word == ActionWord::block && a.block) return block(*a.block, label, ended);
    return inside(label, ended, [&] { action(a); });
}

NodeId Lowering::guarded_block(const WrittenAction& a, const std::vector<WrittenOn>& on, const std::string& label, bool& ended) {
    if (on.empty()) return action_block(a, label, ended);
    return inside(label, ended, [&] {
        const Before at = before();
        bool inner = false;
        const NodeId first = action_block(a, "", inner);
        if (block_replied_) replied_ = block_replied_;
        guard(first, inner, a.at, "arm", on, at);
    });
}

// A block with failure lines of its own: a `route` with `else` alone, whose lines cover what stands in it.
void Lowering::guard(NodeId first, bool ended, Span at, const std::string& what, const std::vector<WrittenOn>& on, const Before& before_it) {
    Node n = make("route", at);
    n.exprs = {none};
    Arm arm;
    arm.otherwise = true;
    arm.block = first;
    arm.label = "else 1/1";
    n.arms.push_back(std::move(arm));
    add(std::move(n), "(" + what + ")");
    if (ended) end();
    own_lines(on, before_it);
}

// The failure lines under the step that was just added. They see what was known in front of it.
void Lowering::own_lines(const std::vector<WrittenOn>& written, const Before& at) {
    if (written.empty() || nodes_.empty()) return;
    const std::size_t place = nodes_.size() - 1;
    const NodeId id = nodes_[place].id;
    const TypeId after = scope_->body;
    std::vector<Bound> bound_after = std::move(scope_->bound);
    ExprScope failing = *scope_;
    failing.bound = at.bound;
    failing.body = at.body;
    failing.failure = true;
    ExprScope* outside = scope_;
    const auto replied_after = replied_;
    replied_ = at.replied;
    scope_ = &failing;
    // The step's own number among its twins is known when its block ends.
    labels_.push_back(fmt::format("\x01{}\x01", id));
    const auto begin = static_cast<NodeId>(c.plan.nodes.size());
    std::vector<ActionResult> results;
    std::vector<FailureLine> lines = failure_lines(written, FailurePlace::step, raised_by(c.plan, c.plan.nodes[id]), &results);
    labels_.pop_back();
    scope_ = outside;
    scope_->bound = std::move(bound_after);
    scope_->body = after;
    replied_ = replied_after;
    nodes_[place].on_begin = begin;
    nodes_[place].on_end = static_cast<NodeId>(c.plan.nodes.size());
    for (std::size_t i = 0; i < results.size() && i < lines.size(); ++i)
        if (results[i].goes_on) go_on(id, lines[i], results[i], at);
    c.plan.nodes[id].on = std::move(lines);
}

// What the steps behind know, where a failure line recovers.
void Lowering::go_on(NodeId id, const FailureLine& line, const ActionResult& result, const Before& at) {
    ended_ = at.ended;
    if (result.replied) replied_ = result.replied;
    const Node& n = c.plan.nodes[id];
    const bool binds = n.word == "let" && !scope_->bound.empty() && scope_->bound.back().kind == BoundKind::let_ && scope_->bound.back().slot == n.slot;
    if (binds) {
        TypeId& type = scope_->bound.back().type;
        if (result.given != none) type = c.types.either(type, result.given);
        else type = c.types.maybe(type);  // without a value it is null
        return;
    }
    TypeId body = result.body;
    if (result.given != none) {
        if (n.word == "translate") body = result.given;
        else if (n.word == "enrich" && !n.paths.empty()) body = n.paths[0].names.empty() ? c.types.any() : c.types.with_field(at.body, n.paths[0].names, 0, c.types.any());
        else c.findings.error(Code::W0301, line.action.at, "`give` is the value of a step, and `{}` has none", n.word).help("`skip` goes on behind it");
    }
    scope_->body = scope_->body == body ? body : c.types.either(scope_->body, body);
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
        case ActionWord::reply:
            if (a.form) reply(*a.form, a.at);
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
            const Before at = before();
            const std::size_t first = nodes_.size();
            spec->lower(*this, s, *form);
            // What has its finding has added nothing, and a tap's lines are those of the flow behind it.
            if (nodes_.size() > first && !(spec->word == "tap" && taps_on_its_own(*form))) own_lines(form->on, at);
            for (std::size_t i = first; c.options.notes && i < nodes_.size(); ++i) c.options.notes->step(nodes_[i].id, at.body, scope_->body);
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
