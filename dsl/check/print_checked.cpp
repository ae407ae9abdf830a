#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "dsl/check/notes.hpp"
#include "dsl/plan/print.hpp"
#include "dsl/plan/print_value.hpp"

namespace weir {

using namespace plan;

namespace {

class Printer {
public:
    Printer(const Plan& plan, const Notes& notes, const Sources& sources) : p_(plan), notes_(notes), sources_(sources) {}

    std::string all() {
        for (const Type& t : p_.types)
            if (!t.name.empty()) line(0, "type {} = {}", t.name, print_type_body(p_, t));
        for (const Param& x : p_.params) {
            if (x.secret) line(0, "secret {}", x.name);
            else line(0, "param {}: {}{}", x.name, type(x.type), x.value == none ? ", must be set" : "");
        }
        for (const Connector& x : p_.connectors) line(0, "connector {} = {}", x.name, x.kind);
        for (std::size_t i = 0; i < p_.functions.size(); ++i) function(i);
        for (ChannelId id = 0; id < p_.channels.size(); ++id) channel(id);
        for (FlowId id = 0; id < p_.flows.size(); ++id) flow(id);
        return std::move(out_);
    }

private:
    template <class... A> void line(int depth, fmt::format_string<A...> text, A&&... a) {
        out_.append(static_cast<std::size_t>(depth) * 2, ' ');
        fmt::format_to(std::back_inserter(out_), text, std::forward<A>(a)...);
        out_ += '\n';
    }
    std::string type(TypeId id) const { return id == none ? "any" : print_type(p_, id); }
    std::string type_of(ExprId id) const { return p_.exprs[id].op == Op::is_type ? "bool" : type(p_.exprs[id].type); }

    // The first line of what stands there, without the `{` that opens a block.
    std::string written(Span at) const {
        std::string text(sources_.text(at));
        text = text.substr(0, text.find('\n'));
        while (!text.empty() && (text.back() == ' ' || text.back() == '{' || text.back() == '\r')) text.pop_back();
        return text;
    }

    void function(std::size_t i) {
        std::string parameters;
        if (i < notes_.functions.size())
            for (TypeId t : notes_.functions[i].parameters) parameters += (parameters.empty() ? "" : ", ") + type(t);
        line(0, "fn {}({}) -> {}", p_.functions[i].name, parameters, i < notes_.functions.size() ? type(notes_.functions[i].result) : "any");
        if (p_.functions[i].body != none) failures(1, p_.exprs[p_.functions[i].body].can_fail, nullptr);
    }

    // ---- who sends, who reads ----
    bool sends(NodeId first, ChannelId channel) const {
        for (NodeId id = first; id != none; id = p_.nodes[id].next) {
            const Node& n = p_.nodes[id];
            for (const Target& t : n.targets)
                if (t.channel == channel) return true;
            if (n.call && n.call->target.channel == channel) return true;
            for (const Arm& a : n.arms)
                if (sends(a.block, channel)) return true;
            for (NodeId b : n.blocks)
                if (sends(b, channel)) return true;
            for (const FailureLine& on : n.on)
                if (sends(on.action, channel)) return true;
        }
        return false;
    }
    bool sends(const Action& a, ChannelId channel) const { return a.target.channel == channel || sends(a.block, channel) || std::any_of(a.then.begin(), a.then.end(), [&](const Action& then) { return sends(then, channel); }); }

    void channel(ChannelId id) {
        const Channel& x = p_.channels[id];
        line(0, "{} {}: {}", x.kind == ChannelKind::topic ? "topic" : "queue", x.name, type(x.type));
        if (x.keep_for) line(1, "keeps what is not read for {}", print_constant(Duration{x.keep_for}));
        if (x.keep_bytes) line(1, "keeps {} of what is not read", print_constant(Size{static_cast<std::int64_t>(x.keep_bytes)}));
        for (const Flow& f : p_.flows)
            if (sends(f.first, id) || std::any_of(f.on.begin(), f.on.end(), [&](const FailureLine& on) { return sends(on.action, id); })) line(1, "filled by {}", f.name);
        for (const Flow& f : p_.flows)
            for (const Source& s : f.sources)
                if (s.channel == id) line(1, "read by {}{}", f.name, s.subscription.empty() ? "" : " as " + s.subscription);
    }

    // ---- flows ----
    void flow(FlowId id) {
        const Flow& f = p_.flows[id];
        line(0, "flow {}", f.name);
        for (const Source& s : f.sources) line(1, "from {}", s.dead ? s.subscription + ".dead" : print_target(p_, {s.channel, s.endpoint}));
        for (const FailureLine& on : f.on) line(1, "on {} {}", classes(on), print_action(p_, on.action));
        line(1, "body: {}", id < notes_.flows.size() ? type(notes_.flows[id]) : "any");
        bindings_ = &f.bindings;
        const Exits exits{&f.on, nullptr, f.name};
        block(1, f.first, exits);
        if (!f.can_fail.empty()) line(1, "can fail as: {}", names(f.can_fail));
    }

    // The failure lines that are asked, from the inside out.
    struct Exits {
        const std::vector<FailureLine>* lines;
        const Exits* around;
        std::string flow;
    };

    static std::string classes(const FailureLine& on) {
        std::string text;
        for (FailureClass c : on.classes) text += (text.empty() ? "" : ", ") + std::string(name_of(c));
        return text;
    }
    static std::string names(FailureSet set) {
        std::string text;
        for (unsigned i = 0; i < 14; ++i)
            if (set.has(static_cast<FailureClass>(i))) text += (text.empty() ? "" : ", ") + std::string(name_of(static_cast<FailureClass>(i)));
        return text;
    }

    // Where a failure of this class goes: the first line that takes it; a retry without `then` reads on behind its last try.
    std::string goes(FailureClass failure, const Exits* exits) const {
        for (; exits; exits = exits->around) {
            for (std::size_t i = 0; i < exits->lines->size(); ++i) {
                const FailureLine& on = (*exits->lines)[i];
                if (std::none_of(on.classes.begin(), on.classes.end(), [&](FailureClass c) { return is_within(failure, c); })) continue;
                if (on.action.kind == ActionKind::fail_again) {
                    if (exits->around) break;  // under a step: on to the lines around
                    return "`" + exits->flow + ".dead`, by `on " + classes(on) + " fail again`";
                }
                std::string text = "on " + classes(on) + " " + print_action(p_, on.action);
                if (on.action.kind == ActionKind::retry && on.action.then.empty()) {
                    const std::vector<FailureLine> rest(exits->lines->begin() + static_cast<std::ptrdiff_t>(i) + 1, exits->lines->end());
                    const Exits below{&rest, exits->around, exits->flow};
                    text += "; then " + goes(failure, &below);
                }
                return text;
            }
            if (!exits->around) return "`" + exits->flow + ".dead`, by default";
        }
        return "whoever calls it";
    }

    void failures(int depth, FailureSet set, const Exits* exits) {
        for (unsigned i = 0; i < 14; ++i) {
            const auto failure = static_cast<FailureClass>(i);
            if (set.has(failure)) line(depth, "can fail as {}: {}", name_of(failure), goes(failure, exits));
        }
    }

    void block(int depth, NodeId first, const Exits& exits) {
        if (first == none) line(depth, "(nothing)");
        for (NodeId id = first; id != none; id = p_.nodes[id].next) node(depth, id, exits);
    }

    void node(int depth, NodeId id, const Exits& around) {
        const Node& n = p_.nodes[id];
        std::string text = written(n.at);
        if (n.word == "let" && text.rfind("let ", 0) != 0) text = "let " + bound(n.slot) + " = " + text;  // of a pattern's parameter
        line(depth, "{}", text);
        for (const Target& t : n.targets)
            if (t.channel != none && text.find(print_target(p_, t)) == std::string::npos) line(depth + 2, "to: {}", print_target(p_, t));  // a pattern's parameter
        const Exits own{&n.on, &around, around.flow};
        const Exits& exits = n.on.empty() ? around : own;
        for (const FailureLine& on : n.on) line(depth + 2, "on {} {}", classes(on), print_action(p_, on.action));
        if (id < notes_.steps.size()) {
            const Notes::Step& step = notes_.steps[id];
            if (step.before == step.after) line(depth + 2, "body: {}", type(step.before));
            else line(depth + 2, "body: {} => {}", type(step.before), type(step.after));
        }
        if (n.word == "let" && !n.exprs.empty() && n.exprs[0] != none) line(depth + 2, "value: {}", n.type == none ? type_of(n.exprs[0]) : type(n.type));
        if ((n.word == "->" || n.word == "tap") && !n.exprs.empty() && n.exprs[0] != none) line(depth + 2, "sends: {}", type_of(n.exprs[0]));
        failures(depth + 2, n.can_fail, &exits);
        for (const Arm& a : n.arms) {
            std::string arm = a.otherwise ? "else" : print_cases(p_, a.cases);
            if (a.when != none) arm += (arm.empty() ? "when " : " when ") + print_expr(p_, a.when);
            line(depth + 1, "{}", arm.empty() ? "always" : arm);
            block(depth + 2, a.block, exits);
        }
        for (NodeId b : n.blocks) {
            line(depth + 1, "{}", n.word == "filter" ? "else" : "steps");
            block(depth + 2, b, exits);
        }
    }

    std::string bound(std::uint32_t slot) const {
        for (const Binding& b : *bindings_)
            if (b.slot == slot) return b.name;
        return "?";
    }

    const Plan& p_;
    const std::vector<Binding>* bindings_ = nullptr;
    const Notes& notes_;
    const Sources& sources_;
    std::string out_;
};

}  // namespace

std::string print_checked(const Plan& plan, const Notes& notes, const Sources& sources) { return Printer(plan, notes, sources).all(); }

}  // namespace weir
