#include <fmt/format.h>

#include <algorithm>

#include "dsl/plan/print.hpp"
#include "dsl/plan/print_value.hpp"

namespace weir {

using namespace plan;

namespace {

const char* sign_of(Op op) {
    switch (op) {
        case Op::and_: return "and";
        case Op::or_: return "or";
        case Op::equal: return "==";
        case Op::unequal: return "!=";
        case Op::less: return "<";
        case Op::less_equal: return "<=";
        case Op::greater: return ">";
        case Op::greater_equal: return ">=";
        case Op::add: return "+";
        case Op::subtract: return "-";
        case Op::multiply: return "*";
        case Op::divide: return "/";
        case Op::mod: return "mod";
        case Op::div: return "div";
        case Op::coalesce: return "??";
        case Op::catch_: return "catch";
        case Op::in_list: return "in";
        default: return nullptr;
    }
}

bool is_name(const std::string& text) {
    return !text.empty() && !(text[0] >= '0' && text[0] <= '9') && std::all_of(text.begin(), text.end(), [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::string list(const Plan& p, const std::vector<ExprId>& ids, std::size_t from = 0) {
    std::string text;
    for (std::size_t i = from; i < ids.size(); ++i) text += (i > from ? ", " : "") + (ids[i] == none ? std::string("_") : print_expr(p, ids[i]));
    return text;
}

// An operand in an operator's place: what is an operator itself gets brackets.
std::string inner(const Plan& p, ExprId id) {
    const std::string text = print_expr(p, id);
    if (id == none) return text;
    const Op op = p.exprs[id].op;
    return sign_of(op) || op == Op::if_ || op == Op::in_range || op == Op::is_type || op == Op::not_ || op == Op::lambda ? "(" + text + ")" : text;
}

std::string operand(const Plan& p, const Expr& e, std::size_t i) { return i < e.operands.size() ? inner(p, e.operands[i]) : "?"; }

std::string interpolated(const Plan& p, const Expr& e) {
    std::string text = "\"";
    for (ExprId id : e.operands) {
        const auto* part = p.exprs[id].op == Op::constant ? std::get_if<std::string>(&p.exprs[id].constant) : nullptr;
        if (part) {
            const std::string quoted = print_constant(*part);
            text += quoted.substr(1, quoted.size() - 2);
        } else {
            text += "${" + print_expr(p, id) + "}";
        }
    }
    return text + "\"";
}

std::string object(const Plan& p, const Expr& e) {
    std::string text;
    for (std::size_t i = 0; i < e.operands.size() && i < e.entries.size(); ++i) {
        const Entry& entry = e.entries[i];
        text += i ? ", " : " ";
        if (entry.spread) {
            text += "..." + print_expr(p, e.operands[i]);
            continue;
        }
        const std::string key = entry.computed_key != none ? print_expr(p, entry.computed_key) : (is_name(entry.key) ? entry.key : print_constant(entry.key));
        text += key + (entry.optional ? "?: " : ": ") + print_expr(p, e.operands[i]);
    }
    return text.empty() ? "{}" : "{" + text + " }";
}

std::string match(const Plan& p, const Expr& e) {
    std::string text = "match ";
    if (!e.operands.empty()) text += print_expr(p, e.operands[0]) + " ";
    text += "{";
    for (const MatchArm& a : e.arms) {
        text += &a == &e.arms.front() ? " " : ", ";
        if (!a.cases.empty()) text += print_cases(p, a.cases) + " ";
        if (a.when != none) text += "when " + print_expr(p, a.when) + " ";
        if (a.cases.empty() && a.when == none) text += "else ";
        text += "-> " + print_expr(p, a.value);
    }
    return text + " }";
}

}  // namespace

std::string print_expr(const Plan& p, ExprId id) {
    if (id == none) return "none";
    const Expr& e = p.exprs[id];
    switch (e.op) {
        case Op::constant: return print_constant(e.constant);
        case Op::text: return interpolated(p, e);
        case Op::body: return "body";
        case Op::raw: return "raw";
        case Op::header: return "header";
        case Op::source: return "source";
        case Op::meta: return "meta";
        case Op::failure: return "failure";
        case Op::group: return "group";
        case Op::header_field: return is_name(e.name) ? "header." + e.name : "header[" + print_constant(e.name) + "]";
        case Op::let_: return e.name.empty() ? fmt::format("let#{}", e.slot) : fmt::format("{}#{}", e.name, e.slot);
        case Op::local: return e.name.empty() ? fmt::format("local#{}", e.slot) : fmt::format("{}%{}", e.name, e.slot);
        case Op::param: return e.slot < p.params.size() ? p.params[e.slot].name : "?";
        case Op::field: return operand(p, e, 0) + (is_name(e.name) ? (e.safe ? "?." : ".") + e.name : (e.safe ? "?[" : "[") + print_constant(e.name) + "]");
        case Op::index: return operand(p, e, 0) + (e.safe ? "?[" : "[") + (e.operands.size() > 1 ? print_expr(p, e.operands[1]) : "") + "]";
        case Op::call: return e.name + "(" + list(p, e.operands) + ")";
        case Op::apply: return (e.slot < p.functions.size() ? p.functions[e.slot].name : "?") + "(" + list(p, e.operands) + ")";
        case Op::lambda: {
            std::string names;
            for (std::uint32_t s : e.slots) names += fmt::format("{}%{}", names.empty() ? "" : ", ", s);
            return (e.slots.size() == 1 ? names : "(" + names + ")") + " -> " + (e.operands.empty() ? "?" : print_expr(p, e.operands[0]));
        }
        case Op::negate: return "-" + operand(p, e, 0);
        case Op::not_: return "not " + operand(p, e, 0);
        case Op::in_range: return operand(p, e, 0) + " in " + operand(p, e, 1) + ".." + operand(p, e, 2);
        case Op::is_type: return operand(p, e, 0) + " is " + print_type(p, e.type);
        case Op::has: return "has(" + list(p, e.operands) + ")";
        case Op::if_: return "if " + operand(p, e, 0) + " then " + operand(p, e, 1) + " else " + operand(p, e, 2);
        case Op::match: return match(p, e);
        case Op::array: {
            std::string text;
            for (std::size_t i = 0; i < e.operands.size(); ++i) text += (i ? ", " : "") + std::string(i < e.entries.size() && e.entries[i].spread ? "..." : "") + print_expr(p, e.operands[i]);
            return "[" + text + "]";
        }
        case Op::object: return object(p, e);
        default: break;
    }
    return operand(p, e, 0) + " " + sign_of(e.op) + " " + operand(p, e, 1);
}

}  // namespace weir
