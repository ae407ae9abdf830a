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
        if (x.memory) text += fmt::format(" memory capacity {}", x.capacity);
        if (x.limit) text += fmt::format(" limit {}", x.limit);
        line(0, "{}", text);
    }

    void flow(const Flow& f) {
        line(0, "flow {}", f.name);
        for (const Source& s : f.sources) {
            std::string text = "from " + target({s.channel, s.endpoint});
            if (!s.subscription.empty()) text += " as " + s.subscription;
            if (s.since_oldest) text += " since oldest";
            if (s.every) text += " every " + print_constant(Duration{s.every});
            if (s.max) text += fmt::format(" max {}", s.max);
            line(1, "{}", text);
        }
        if (f.workers != 1) line(1, "workers {}", f.workers);
        if (!f.history) line(1, "history off");
        for (const FailureLine& on : f.on) {
            std::string classes;
            for (FailureClass c : on.classes) classes += (classes.empty() ? "" : ", ") + std::string(name_of(c));
            line(1, "on {} {}    [{}]", classes, action(on.action), on.action.identity);
        }
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
        }
        return "?";
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
        for (const Target& t : n.targets) text += " " + target(t);
        for (const Path& p : n.paths) text += " " + path(p, n.text);
        for (std::size_t i = 0; i < n.exprs.size(); ++i) text += (i ? ", " : " ") + expr(n.exprs[i]);
        if (n.number) text += fmt::format(" every {}", n.number);
        line(depth, "{}    [{}]", text, n.identity);
        for (const Arm& a : n.arms) {
            line(depth + 1, "{}", arm(a));
            block(depth + 2, a.block);
        }
        for (NodeId b : n.blocks) {
            line(depth + 1, "block");
            block(depth + 2, b);
        }
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

void edges(const Plan& p, NodeId first, const std::string& from, std::string& out) {
    for (NodeId id = first; id != none; id = p.nodes[id].next) {
        const Node& n = p.nodes[id];
        for (const Target& t : n.targets)
            out += fmt::format("  {} -> {}{};\n", from, quoted(t.channel != none ? p.channels[t.channel].name : endpoint_name(p, t.endpoint)), n.word == "tap" ? " [style=dashed, label=tap]" : "");
        for (const Arm& a : n.arms) edges(p, a.block, from, out);
        for (NodeId b : n.blocks) edges(p, b, from, out);
    }
}

}  // namespace

std::string print(const Plan& plan) { return Printer(plan).all(); }

std::string print_dot(const Plan& plan) {
    std::string out = "digraph weir {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n";
    for (const Channel& c : plan.channels) out += fmt::format("  {} [shape={}];\n", quoted(c.name), c.kind == ChannelKind::topic ? "hexagon" : "cds");
    for (EndpointId id = 0; id < plan.endpoints.size(); ++id) out += fmt::format("  {} [shape=ellipse];\n", quoted(endpoint_name(plan, id)));
    for (const Flow& f : plan.flows) {
        const std::string me = quoted("flow " + f.name);
        out += fmt::format("  {} [shape=box, label={}];\n", me, quoted(f.name));
        for (const Source& s : f.sources) out += fmt::format("  {} -> {};\n", quoted(s.channel != none ? plan.channels[s.channel].name : endpoint_name(plan, s.endpoint)), me);
        edges(plan, f.first, me, out);
        for (const FailureLine& on : f.on)
            if (on.action.kind == ActionKind::send)
                out += fmt::format("  {} -> {} [style=dotted, label=failure];\n", me, quoted(on.action.target.channel != none ? plan.channels[on.action.target.channel].name : endpoint_name(plan, on.action.target.endpoint)));
    }
    return out + "}\n";
}

}  // namespace weir
