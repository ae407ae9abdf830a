#include "dsl/plan/print.hpp"

#include <fmt/format.h>

#include "dsl/plan/print_value.hpp"

namespace weir {

using namespace plan;

namespace {

class Printer {
public:
    explicit Printer(const Plan& plan) : p_(plan) {}

    std::string all() {
        if (!p_.hash.empty()) line(0, "plan {}", p_.hash);
        for (const Type& t : p_.types)
            if (!t.name.empty()) line(0, "type {} = {}", t.name, print_type_body(p_, t));
        for (const Param& x : p_.params) {
            std::string text = x.secret ? fmt::format("secret {}", x.name) : fmt::format("param {}: {}", x.name, type(x.type));
            if (x.value != none) text += " = " + expr(x.value);
            line(0, "{}", text);
        }
        for (const Connector& x : p_.connectors) line(0, "connector {} = {}({})", x.name, x.kind, arguments(x.arguments));
        for (const Channel& x : p_.channels) channel(x);
        for (const Function& f : p_.functions) line(0, "fn {}/{} frame {} = {}", f.name, f.parameters, f.frame, f.body == none ? "?" : expr(f.body));
        for (const Flow& f : p_.flows) flow(f);
        return std::move(out_);
    }
    std::string action_text(const Action& a) const { return action(a); }
    std::string target_text(const Target& t) const { return target(t); }

private:
    template <class... A> void line(int depth, fmt::format_string<A...> text, A&&... a) {
        out_.append(static_cast<std::size_t>(depth) * 2, ' ');
        fmt::format_to(std::back_inserter(out_), text, std::forward<A>(a)...);
        out_ += '\n';
    }
    std::string expr(ExprId id) const { return id == none ? "none" : print_expr(p_, id); }
    std::string type(TypeId id) const { return id == none ? "any" : print_type(p_, id); }

    std::string arguments(const std::vector<Argument>& list) const {
        std::string text;
        for (const Argument& a : list) text += (text.empty() ? "" : ", ") + (a.name.empty() ? "" : a.name + ": ") + expr(a.value);
        return text;
    }
    std::string target(const Target& t) const {
        if (t.channel != none) return p_.channels[t.channel].name;
        if (t.endpoint == none) return "?";
        const Endpoint& e = p_.endpoints[t.endpoint];
        return fmt::format("{}.{}({})", e.connector == none ? "?" : p_.connectors[e.connector].name, e.operation, arguments(e.arguments));
    }
    static std::string failures(FailureSet set) {
        std::string text;
        for (unsigned i = 0; i < 14; ++i)
            if (set.has(static_cast<FailureClass>(i))) text += (text.empty() ? "" : ", ") + std::string(name_of(static_cast<FailureClass>(i)));
        return text;
    }

    void channel(const Channel& x) {
        std::string text = fmt::format("{} {}: {}", x.kind == ChannelKind::topic ? "topic" : "queue", x.name, type(x.type));
        if (x.of_tap) text += " (of a tap)";
        if (x.memory) text += fmt::format(" memory capacity {}", x.capacity);
        if (x.limit) text += fmt::format(" limit {}", x.limit);
        if (x.keep_for) text += " keep " + print_constant(Duration{x.keep_for});
        if (x.keep_bytes) text += " keep " + print_constant(Size{static_cast<std::int64_t>(x.keep_bytes)});
        line(0, "{}", text);
    }

    void flow(const Flow& f) {
        line(0, "flow {}{}", f.name, f.of_tap ? " (of a tap)" : "");
        for (const Source& s : f.sources) {
            std::string text = "from " + (s.dead ? s.subscription + ".dead" : target({s.channel, s.endpoint}));
            if (!s.dead && !s.subscription.empty()) text += " as " + s.subscription;
            if (s.since_oldest) text += " since oldest";
            if (s.live) text += " live";
            if (s.where != none) text += " where " + expr(s.where);
            if (s.weight != 1) text += fmt::format(" weight {}", s.weight);
            if (s.every) text += " every " + print_constant(Duration{s.every});
            if (s.max) text += fmt::format(" max {}", s.max);
            line(1, "{}", text);
        }
        if (f.workers != 1) line(1, "workers {}", f.workers);
        if (f.key != none) line(1, "idempotent by {} for {}", expr(f.key), print_constant(Duration{f.key_for}));
        if (f.rate > 0) line(1, "rate {}/s", f.rate);
        if (f.timeout) line(1, "timeout {}", print_constant(Duration{f.timeout}));
        if (!f.history) line(1, "history off");
        if (f.waits) line(1, "waits");
        if (f.may_answer) line(1, "may answer");
        for (const FailureLine& on : f.on) failure_line(1, on);
        if (f.lets) {
            std::string slots;
            for (const Binding& b : f.bindings) slots += fmt::format(" {}={}", b.slot, b.name);
            line(1, "slots {}:{}", f.lets, slots);
        }
        if (!f.can_fail.empty()) line(1, "can fail: {}", failures(f.can_fail));
        block(1, f.first);
    }

    std::string action(const Action& a) const {
        const std::string why = a.text == none ? "" : " " + expr(a.text);
        switch (a.kind) {
            case ActionKind::send: return "-> " + target(a.target) + why;
            case ActionKind::discard: return "discard" + why;
            case ActionKind::reject: return "reject" + why;
            case ActionKind::fail: return "fail " + std::string(name_of(a.failure)) + why;
            case ActionKind::fail_again: return "fail again";
            case ActionKind::retry: {
                std::string text = a.times ? fmt::format("retry {} times", a.times) : "retry forever";
                text += " backoff " + print_constant(Duration{a.backoff_low}) + ".." + print_constant(Duration{a.backoff_high});
                if (a.jitter > 0) text += fmt::format(" jitter {}%", a.jitter * 100);
                if (!a.then.empty()) text += ", then " + action(a.then.front());
                return text;
            }
            case ActionKind::reply: return "reply" + (a.status == none ? "" : " status " + expr(a.status)) + (a.value == none ? "" : " " + expr(a.value));
            case ActionKind::steps: return "steps";
            case ActionKind::give: return "give " + expr(a.value);
            case ActionKind::skip: return "skip";
        }
        return "?";
    }

    void failure_line(int depth, const FailureLine& on) {
        std::string classes;
        for (FailureClass c : on.classes) classes += (classes.empty() ? "" : ", ") + std::string(name_of(c));
        line(depth, "on {} {}    [{}]", classes, action(on.action), on.action.identity);
        action_steps(depth + 1, on.action);
    }
    void action_steps(int depth, const Action& a) {
        if (a.kind == ActionKind::steps) block(depth, a.block);
        for (const Action& then : a.then) {
            if (then.kind == ActionKind::steps) line(depth, "then    [{}]", then.identity);
            action_steps(then.kind == ActionKind::steps ? depth + 1 : depth, then);
        }
    }

    void block(int depth, NodeId first) {
        if (first == none) line(depth, "(nothing)");
        for (NodeId id = first; id != none; id = p_.nodes[id].next) node(depth, p_.nodes[id]);
    }

    void node(int depth, const Node& n) {
        std::string text = n.word;
        if (n.word == "let") text += fmt::format(" {}", n.slot);
        if (n.word == "fail") text += " " + std::string(name_of(n.failure));
        if (n.type != none) text += " " + type(n.type);
        if (!n.text.empty()) text += " " + n.text;
        if (!n.arguments.empty()) text += "(" + arguments(n.arguments) + ")";
        for (const Target& t : n.targets) text += " " + target(t);
        for (const Path& p : n.paths) text += " " + path(p, n.text);
        for (std::size_t i = 0; i < n.exprs.size(); ++i) text += (i ? ", " : " ") + expr(n.exprs[i]);
        if (n.number) text += fmt::format(" every {}", n.number);
        if (n.call) text += called(*n.call);
        line(depth, "{}    [{}]", text, n.identity);
        for (const Arm& a : n.arms) {
            line(depth + 1, "{}", arm(a));
            block(depth + 2, a.block);
        }
        for (NodeId b : n.blocks) {
            line(depth + 1, "block");
            block(depth + 2, b);
        }
        for (const FailureLine& on : n.on) failure_line(depth + 1, on);
    }
    std::string called(const Call& c) const {
        std::string text = (c.target.channel == none && c.target.endpoint == none) ? "" : " call " + target(c.target);
        if (c.body != none) text += " " + expr(c.body);
        if (c.headers != none) text += " header " + expr(c.headers);
        if (c.timeout != none) text += " timeout " + expr(c.timeout);
        if (!c.recorded) text += " unrecorded";
        return text;
    }
    static std::string path(const Path& p, const std::string& root) {
        std::string text = p.is_let ? "meta" : (root == "header" ? "" : "body");
        for (const std::string& n : p.names) text += (n == "[]" ? "" : (text.empty() ? "" : ".")) + n;
        return text;
    }
    std::string arm(const Arm& a) const {
        std::string text = a.otherwise ? "else" : print_cases(p_, a.cases);
        if (a.when != none) text += (text.empty() ? "when " : " when ") + expr(a.when);
        return text.empty() ? "always" : text;
    }

    const Plan& p_;
    std::string out_;
};

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string endpoint_name(const Plan& p, EndpointId id) {
    const Endpoint& e = p.endpoints[id];
    std::string text = (e.connector == none ? "?" : p.connectors[e.connector].name) + "." + e.operation;
    for (const Argument& a : e.arguments)
        if (a.name.empty() && a.value != none && p.exprs[a.value].op == Op::constant) return text + "(" + print_expr(p, a.value) + ")";
    return text + "()";
}

std::string target_name(const Plan& p, const Target& t) { return quoted(t.channel != none ? p.channels[t.channel].name : endpoint_name(p, t.endpoint)); }

void edges(const Plan& p, NodeId first, const std::string& from, std::string& out);

void failure_edges(const Plan& p, const Action& a, const std::string& from, std::string& out) {
    if (a.kind == ActionKind::send) out += fmt::format("  {} -> {} [style=dotted, label=failure];\n", from, target_name(p, a.target));
    if (a.kind == ActionKind::steps) edges(p, a.block, from, out);
    for (const Action& then : a.then) failure_edges(p, then, from, out);
}

void edges(const Plan& p, NodeId first, const std::string& from, std::string& out) {
    for (NodeId id = first; id != none; id = p.nodes[id].next) {
        const Node& n = p.nodes[id];
        for (const Target& t : n.targets) out += fmt::format("  {} -> {}{};\n", from, target_name(p, t), n.word == "tap" ? " [style=dashed, label=tap]" : "");
        if (n.call && (n.call->target.channel != none || n.call->target.endpoint != none)) out += fmt::format("  {} -> {} [dir=both, label=call];\n", from, target_name(p, n.call->target));
        for (const Arm& a : n.arms) edges(p, a.block, from, out);
        for (NodeId b : n.blocks) edges(p, b, from, out);
        for (const FailureLine& on : n.on) failure_edges(p, on.action, from, out);
    }
}

}  // namespace

std::string print(const Plan& plan) { return Printer(plan).all(); }
std::string print_action(const Plan& plan, const Action& action) { return Printer(plan).action_text(action); }
std::string print_target(const Plan& plan, const Target& target) { return Printer(plan).target_text(target); }

std::string print_dot(const Plan& plan) {
    std::string out = "digraph weir {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n";
    for (const Channel& c : plan.channels) out += fmt::format("  {} [shape={}];\n", quoted(c.name), c.kind == ChannelKind::topic ? "hexagon" : "cds");
    for (EndpointId id = 0; id < plan.endpoints.size(); ++id) out += fmt::format("  {} [shape=ellipse];\n", quoted(endpoint_name(plan, id)));
    for (const Flow& f : plan.flows) {
        const std::string me = quoted("flow " + f.name);
        out += fmt::format("  {} [shape=box, label={}];\n", me, quoted(f.name));
        for (const Source& s : f.sources) out += fmt::format("  {} -> {};\n", s.dead ? quoted(s.subscription + ".dead") : target_name(plan, {s.channel, s.endpoint}), me);
        edges(plan, f.first, me, out);
        for (const FailureLine& on : f.on) failure_edges(plan, on.action, me, out);
    }
    return out + "}\n";
}

}  // namespace weir
