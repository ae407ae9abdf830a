#include "dsl/syntax/print.hpp"

#include <fmt/format.h>

namespace weir {
namespace {
using namespace syntax;

template <class... F> struct Overloaded : F... {
    using F::operator()...;
};
template <class... F> Overloaded(F...) -> Overloaded<F...>;

std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (char c : text) {
        switch (c) {
            case '"': out += "\\\""; break;
            case '\\': out += "\\\\"; break;
            case '\n': out += "\\n"; break;
            case '\r': out += "\\r"; break;
            case '\t': out += "\\t"; break;
            case '$': out += "\\$"; break;
            default:
                if (static_cast<unsigned char>(c) < 32) out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
                else out += c;
        }
    }
    return out + '"';
}

constexpr std::string_view binary_signs[] = {"catch", "or", "and", "==", "!=", "<", "<=", ">", ">=", "??", "+", "-", "*", "/", "mod", "div"};
constexpr std::string_view compare_signs[] = {"<", "<=", ">", ">="};

// One declaration or statement to a line, two blanks a level. Every operation has its brackets, so that precedence can be seen.
class Printer {
public:
    std::string take() { return std::move(out_); }

    void file(const File& file) {
        if (!file.documentation.empty()) line("documentation {}", quoted(file.documentation));
        for (const auto& one : file.declarations) declaration(one);
    }

private:
    template <class... A> void line(fmt::format_string<A...> text, A&&... a) {
        out_.append(level_ * 2, ' ');
        out_ += fmt::format(text, std::forward<A>(a)...);
        out_ += '\n';
    }
    struct Deeper {
        std::size_t& level;
        explicit Deeper(std::size_t& l) : level(l) { ++level; }
        ~Deeper() { --level; }
    };

    // ---- expressions and types: text on one line ----
    std::string pieces(const std::vector<TextPiece>& all) {
        if (all.empty()) return "\"\"";
        std::string text;
        for (const auto& piece : all) {
            if (piece.hole) {
                text += "${" + expr(piece.hole) + "}";
            } else {
                const auto inner = quoted(piece.text);
                text += inner.substr(1, inner.size() - 2);
            }
        }
        return "\"" + text + "\"";
    }
    std::string key(const Key& key) {
        if (!key.pieces.empty()) return pieces(key.pieces);
        return quoted(key.text);
    }
    std::string list(const std::vector<Argument>& arguments) {
        std::string text = "(";
        for (const auto& argument : arguments) {
            if (text.size() > 1) text += ", ";
            if (argument.name) text += fmt::format("{}: ", argument.name->text);
            text += expr(argument.value);
        }
        return text + ")";
    }
    std::string expr(const ExprBox& box) { return box ? expr(*box) : "?"; }
    std::string expr(const Expr& e) {
        return std::visit(Overloaded{
                              [&](const BrokenExpr&) { return std::string("broken"); },
                              [&](const Literal& n) { return std::string(n.text); },
                              [&](const Text& n) { return std::string(n.form == TextForm::raw ? "raw" : n.form == TextForm::block ? "block" : "") + pieces(n.pieces); },
                              [&](const Reference& n) { return std::string(n.name.text); },
                              [&](const Call& n) { return std::string(n.function.text) + list(n.arguments); },
                              [&](const Member& n) {
                                  return expr(n.base) + (n.safe ? "?." : ".") + std::string(n.field.text) + (n.arguments ? list(*n.arguments) : "");
                              },
                              [&](const Index& n) { return expr(n.base) + (n.safe ? "?[" : "[") + (n.index ? expr(n.index) : "") + "]"; },
                              [&](const Unary& n) { return std::string(n.op == UnaryOp::not_ ? "(not " : "(- ") + expr(n.operand) + ")"; },
                              [&](const Binary& n) { return fmt::format("({} {} {})", expr(n.left), binary_signs[static_cast<std::size_t>(n.op)], expr(n.right)); },
                              [&](const Is& n) { return fmt::format("({} is {})", expr(n.operand), type(n.type)); },
                              [&](const In& n) { return fmt::format("({} in {}{})", expr(n.operand), expr(n.low), n.high ? ".." + expr(n.high) : ""); },
                              [&](const If& n) { return fmt::format("(if {} then {} else {})", expr(n.condition), expr(n.then), expr(n.otherwise)); },
                              [&](const Match& n) {
                                  std::string text = "(match";
                                  if (n.subject) text += " " + expr(n.subject);
                                  for (const auto& arm : n.arms) {
                                      text += " {";
                                      if (arm.pattern) text += pattern(*arm.pattern) + " ";
                                      if (arm.when) text += "when " + expr(arm.when) + " ";
                                      if (arm.otherwise) text += "else ";
                                      text += "-> " + expr(arm.value) + "}";
                                  }
                                  return text + ")";
                              },
                              [&](const Lambda& n) {
                                  std::string text = "(";
                                  for (const auto& name : n.parameters) text += std::string(name.text) + " ";
                                  return text + "-> " + expr(n.body) + ")";
                              },
                              [&](const Array& n) {
                                  std::string text = "[";
                                  for (const auto& item : n.items) text += (text.size() > 1 ? ", " : "") + std::string(item.spread ? "..." : "") + expr(item.value);
                                  return text + "]";
                              },
                              [&](const Object& n) {
                                  std::string text = "{";
                                  for (const auto& entry : n.entries) {
                                      if (text.size() > 1) text += ", ";
                                      if (entry.spread) text += "..." + expr(entry.value);
                                      else text += key(entry.key) + (entry.optional ? "?: " : ": ") + expr(entry.value);
                                  }
                                  return text + "}";
                              },
                          },
                          e.node);
    }
    std::string pattern(const Pattern& pattern) {
        std::string text;
        for (const auto& one : pattern.alternatives) {
            if (!text.empty()) text += " | ";
            switch (one.kind) {
                case Alternative::Kind::value: text += expr(one.low); break;
                case Alternative::Kind::range: text += expr(one.low) + ".." + expr(one.high); break;
                case Alternative::Kind::compare: text += std::string(compare_signs[static_cast<std::size_t>(one.compare)]) + " " + expr(one.low); break;
                case Alternative::Kind::type: text += one.type.text; break;
                case Alternative::Kind::any: text += "_"; break;
            }
        }
        return text;
    }
    std::string type(const TypeBox& box) {
        if (!box) return "?";
        return std::visit(Overloaded{
                              [&](const NamedType& n) {
                                  std::string text(n.name.text);
                                  if (n.arguments.empty()) return text;
                                  text += "(";
                                  for (const auto& one : n.arguments) text += (text.back() == '(' ? "" : ", ") + type(one);
                                  return text + ")";
                              },
                              [&](const RecordType& n) {
                                  std::string text = "{";
                                  for (const auto& field : n.fields) {
                                      if (text.size() > 1) text += ", ";
                                      text += key(field.name) + ": " + type(field.type);
                                      if (field.fallback) text += " = " + expr(field.fallback);
                                      if (!field.documentation.empty()) text += " " + std::string("documented ") + quoted(field.documentation);
                                  }
                                  return text + "}";
                              },
                              [&](const ArrayType& n) { return "[" + type(n.element) + "]"; },
                              [&](const LiteralType& n) { return expr(n.value); },
                              [&](const RangeType& n) { return expr(n.low) + ".." + expr(n.high); },
                              [&](const UnionType& n) {
                                  std::string text = "(";
                                  for (const auto& one : n.alternatives) text += (text.size() > 1 ? " | " : "") + type(one);
                                  return text + ")";
                              },
                              [&](const MaybeType& n) { return type(n.inner) + "?"; },
                          },
                          box->node);
    }

    // ---- statements ----
    std::string target(const Target& t) { return std::string(t.name.text) + (t.arguments ? list(*t.arguments) : ""); }
    std::string parts(const std::vector<Part>& all, std::vector<const Block*>& blocks) {
        std::string text;
        for (const auto& part : all) {
            text += " ";
            text += std::visit(Overloaded{
                                   [&](const Comma&) { return std::string(","); },
                                   [&](const Arrow& n) { return std::string(n.call ? "-> call " : "-> ") + target(n.target); },
                                   [&](const Word& n) { return ":" + std::string(n.text); },
                                   [&](const BlockBox& n) {
                                       blocks.push_back(n.get());
                                       return fmt::format("block#{}", blocks.size());
                                   },
                                   [&](const CallTo& n) { return "call " + target(n.target); },
                                   [&](const FailClass& n) { return "fail " + std::string(n.failure.text); },
                                   [&](const Operand& n) {
                                       std::string operand = expr(n.value);
                                       if (n.upto) operand += ".." + expr(n.upto);
                                       if (n.assigned) operand += " = " + expr(n.assigned);
                                       if (n.assigned_call) operand += " = call " + target(*n.assigned_call);
                                       return operand;
                                   },
                                   [&](const Target& n) { return "target " + target(n); },
                               },
                               part.node);
        }
        return text;
    }
    void blocks(const std::vector<const Block*>& all) {
        const Deeper deeper(level_);
        for (std::size_t i = 0; i < all.size(); ++i) {
            line("block#{}", i + 1);
            const Deeper inside(level_);
            for (const auto& one : all[i]->statements) statement(one);
        }
    }
    void statement(const Statement& s) {
        std::string text;
        std::vector<const Block*> inner;
        switch (s.shape) {
            case Shape::broken: text = "broken"; break;
            case Shape::step: text = "step " + std::string(s.word.text); break;
            case Shape::send: text = "send"; break;
            case Shape::pattern_call: text = "pattern " + (s.target ? target(*s.target) : ""); break;
            case Shape::let_: text = "let " + std::string(s.bound->text) + (s.type ? ": " + type(s.type) : "") + " ="; break;
            case Shape::validate: text = "validate " + type(s.type); break;
            case Shape::expect: text = "expect"; break;
            case Shape::fail: text = "fail " + std::string(s.bound->text); break;
            case Shape::arm: text = "arm"; break;
            case Shape::state: text = std::string(s.word.text) + (s.bound ? " " + std::string(s.bound->text) : "") + (s.type ? " " + type(s.type) : ""); break;
        }
        if (s.pattern) text += " " + pattern(*s.pattern);
        if (s.when) text += " when " + expr(s.when);
        if (s.otherwise) text += " else";
        text += parts(s.parts, inner);
        line("{}", text);
        blocks(inner);
    }
    void body(const BlockBox& block) {
        if (!block) {
            line("no body");
            return;
        }
        line("body");
        const Deeper deeper(level_);
        for (const auto& one : block->statements) statement(one);
    }
    void header(const std::vector<Clause>& clauses) {
        for (const auto& clause : clauses) {
            std::string text = "clause " + std::string(clause.word.text);
            for (const auto& name : clause.classes) text += " " + std::string(name.text);
            std::vector<const Block*> inner;
            text += parts(clause.parts, inner);
            line("{}", text);
            blocks(inner);
        }
    }
    std::string parameters(const std::vector<Parameter>& all) {
        std::string text = "(";
        for (const auto& one : all) {
            if (text.size() > 1) text += ", ";
            text += one.name.text;
            if (one.type) text += ": " + type(one.type);
            if (one.fallback) text += " = " + expr(one.fallback);
        }
        return text + ")";
    }

    // ---- declarations ----
    void declaration(const Declaration& d) {
        std::visit(Overloaded{
                       [&](const BrokenDeclaration&) { line("broken"); },
                       [&](const Edition& n) { line("edition {}", n.number.text); },
                       [&](const Import& n) { line("import {}{}", n.is_path ? quoted(n.path) : std::string(n.module.text), n.alias ? " as " + std::string(n.alias->text) : ""); },
                       [&](const Param& n) { line("param {}{}{}", n.name.text, n.type ? ": " + type(n.type) : "", n.value ? " = " + expr(n.value) : ""); },
                       [&](const Secret& n) { line("secret {} = {}", n.name.text, expr(n.value)); },
                       [&](const Connector& n) { line("connector {} = {}", n.name.text, target(n.kind)); },
                       [&](const TypeDeclaration& n) {
                           if (n.from) line("{} {} from {} {}", n.word.text, n.name.text, n.from->text, quoted(n.path));
                           else line("{} {} = {}{}", n.word.text, n.name.text, type(n.body), n.by ? " by " + std::string(n.by->text) : "");
                       },
                       [&](const Channel& n) {
                           std::string text = n.topic ? "topic" : "queue";
                           for (const auto& name : n.names) text += " " + std::string(name.text);
                           if (n.type) text += ": " + type(n.type);
                           if (n.replies) text += " replies " + type(n.replies);
                           if (n.on) text += " on " + target(*n.on);
                           if (n.keep) text += " keep " + expr(n.keep);
                           for (const auto& option : n.options) text += " option " + key(option.key) + (option.value ? ": " + expr(option.value) : "");
                           line("{}", text);
                       },
                       [&](const Table& n) {
                           std::vector<const Block*> inner;
                           line("table {}: {}{}", n.name.text, type(n.type), parts(n.parts, inner));
                           blocks(inner);
                       },
                       [&](const Switch& n) { line("switch {} = {}", n.name.text, n.on ? "on" : "off"); },
                       [&](const StoreKeep& n) { line("store keep {}", expr(n.keep)); },
                       [&](const Function& n) { line("fn {}{}{} = {}", n.name.text, parameters(n.parameters), n.result ? " -> " + type(n.result) : "", expr(n.body)); },
                       [&](const PatternDeclaration& n) { line("pattern {}{}{}", n.name.text, parameters(n.parameters), n.result ? " -> " + type(n.result) : ""); },
                       [&](const Flow& n) { line("flow {}", n.name.text); },
                       [&](const Process& n) { line("process {}", n.name.text); },
                       [&](const Probe& n) { line("probe {}", quoted(n.name)); },
                       [&](const Test& n) { line("test {}", quoted(n.name)); },
                       [&](const Allow& n) { line("allow {} {}", n.code.text, quoted(n.why)); },
                   },
                   d.node);
        const Deeper deeper(level_);
        if (!d.documentation.empty()) line("documentation {}", quoted(d.documentation));
        for (const auto& one : d.annotations) {
            std::string text(one.word.text);
            if (one.name) text += " " + std::string(one.name->text);
            if (!one.text.empty()) text += " " + quoted(one.text);
            line("{}", text);
        }
        if (const auto* n = std::get_if<PatternDeclaration>(&d.node)) body(n->body);
        if (const auto* n = std::get_if<Flow>(&d.node)) {
            header(n->header);
            body(n->body);
        }
        if (const auto* n = std::get_if<Process>(&d.node)) {
            header(n->header);
            body(n->body);
        }
        if (const auto* n = std::get_if<Probe>(&d.node)) {
            header(n->header);
            body(n->body);
        }
        if (const auto* n = std::get_if<Test>(&d.node)) body(n->body);
    }

    std::string out_;
    std::size_t level_ = 0;
};

}  // namespace

std::string print(const syntax::File& file) {
    Printer printer;
    printer.file(file);
    return printer.take();
}

}  // namespace weir
