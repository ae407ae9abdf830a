// Statements and their parts.
#include "dsl/grammar/build.hpp"

namespace weir::grammar {
using namespace syntax;

Target Builder::target(Index i) {
    Children c = children(i);
    Target result;
    result.at = span(i);
    result.name = name(take(c));
    if (c.more()) result.arguments = arguments(take(c));
    return result;
}

void Builder::part(Index i, std::vector<Part>& out) {
    Children c = children(i);
    switch (kind(i)) {
        case Kind::comma: out.push_back({{span(i).begin, span(i).begin + 1}, Comma{}}); break;
        case Kind::arrow: {
            Arrow arrow;
            if (next_is(c, Kind::word)) {
                arrow.call = true;
                take(c);
            }
            arrow.target = target(take(c));
            out.push_back({span(i), std::move(arrow)});
            break;
        }
        case Kind::class_name: {  // a failure class behind `on` is an operand like any other name
            auto value = std::make_unique<Expr>();
            value->at = span(i);
            value->node = Reference{name(i)};
            Operand operand;
            operand.value = std::move(value);
            out.push_back({span(i), std::move(operand)});
            break;
        }
        case Kind::block: out.push_back({span(i), block(i)}); break;
        case Kind::call_to: out.push_back({span(i), CallTo{target(take(c))}}); break;
        case Kind::fail_class: out.push_back({span(i), FailClass{name(take(c))}}); break;
        case Kind::subject: out.push_back({span(i), target(take(c))}); break;
        case Kind::operand: {
            Operand operand;
            const Index value = take(c);
            operand.value = kind(value) == Kind::object ? object(value) : expression(value);
            if (next_is(c, Kind::chain)) operand.upto = expression(take(c));
            if (next_is(c, Kind::assign)) {
                const Index side = take(c) + 1;
                if (kind(side) == Kind::call_to) operand.assigned_call = target(side + 1);
                else operand.assigned = expression(side);
            }
            out.push_back({span(i), std::move(operand)});
            break;
        }
        case Kind::expression: {  // behind `let name =`
            Operand operand;
            operand.value = expression(i);
            out.push_back({span(i), std::move(operand)});
            break;
        }
        default: out.push_back({span(i), Word{text(i)}}); break;
    }
}

std::vector<Part> Builder::parts(Children& c) {
    std::vector<Part> out;
    while (c.more()) part(take(c), out);
    return out;
}

namespace {

bool is_unit(std::string_view word) {
    for (std::string_view unit : {"us", "ms", "s", "m", "h", "d", "w", "B", "KB", "MB", "GB", "KiB", "MiB", "GiB"})
        if (word == unit) return true;
    return false;
}
const Expr* last_value(const Part& part) {
    const auto* operand = std::get_if<Operand>(&part.node);
    if (!operand) return nullptr;
    return operand->assigned ? operand->assigned.get() : operand->upto ? operand->upto.get() : operand->value.get();
}
bool is_path(const Expr& expr) {
    const auto* member = std::get_if<Member>(&expr.node);
    return std::holds_alternative<Reference>(expr.node) || (member && !member->arguments) || std::holds_alternative<syntax::Index>(expr.node) || std::holds_alternative<BrokenExpr>(expr.node);
}

}  // namespace

// Parts that each fit and together can only be a slip of the hand.
void Builder::check_parts(const Statement& statement) {
    const Part* arrow = nullptr;  // the last one, with no word behind it
    bool reply = statement.word.text == "reply";
    for (std::size_t i = 0; i < statement.parts.size(); ++i) {
        const Part& part = statement.parts[i];
        const Part* before = i > 0 ? &statement.parts[i - 1] : nullptr;
        if (const auto* word = std::get_if<Word>(&part.node)) {
            arrow = nullptr;
            reply = word->text == "reply";
            continue;
        }
        if (std::holds_alternative<Arrow>(part.node)) {
            if (arrow && statement.shape == Shape::arm) {
                const Span at = before != arrow && std::holds_alternative<Operand>(before->node) ? before->at : part.at;
                findings_.error(Code::W0013, at, "a second arm on the line").help("a comma or a new line between arms");
                return;
            }
            if (arrow && statement.shape == Shape::send) {
                findings_.error(Code::W0013, {part.at.begin, part.at.begin + 2}, "unexpected `->`").help("one statement to a line");
                return;
            }
            arrow = &part;
            continue;
        }
        const auto* operand = std::get_if<Operand>(&part.node);
        if (!operand) continue;
        if ((operand->assigned || operand->assigned_call) && !is_path(*operand->value)) {
            auto finding = findings_.error(Code::W0014, operand->value->at, "`{}` is no path", text_of(operand->value->at));
            const auto* binary = std::get_if<Binary>(&operand->value->node);
            const auto* left = binary && binary->op == BinaryOp::subtract ? std::get_if<Member>(&binary->left->node) : nullptr;
            if (left && std::holds_alternative<Reference>(binary->right->node))
                finding.help("a name with a `-` stands in brackets: `{}[\"{}-{}\"]`", text_of(left->base->at), left->field.text, text_of(binary->right->at));
            else finding.help("what is changed is a name or a path: `body.x`, `header[\"x-y\"]`");
            return;
        }
        const Expr* previous = before ? last_value(*before) : nullptr;
        if (!previous || operand->assigned || operand->assigned_call || operand->upto) continue;
        if (const auto* unit = std::get_if<Reference>(&operand->value->node); unit && is_unit(unit->name.text)) {
            const auto* number = std::get_if<Literal>(&previous->node);
            const bool plain = number && (number->kind == LiteralKind::integer || number->kind == LiteralKind::decimal);
            if (plain && !reply) {
                findings_.error(Code::W0025, part.at, "a unit without its number").help("no blank before a unit").replace(join(previous->at, part.at), fmt::format("{}{}", number->text, unit->name.text), "write them together");
                return;
            }
        }
        const bool bound = std::get<Operand>(before->node).assigned || statement.shape == Shape::let_;
        if (bound && operand->value->parenthesised && is_path(*previous) && !previous->parenthesised) {
            findings_.error(Code::W0011, {part.at.begin, part.at.begin + 1}, "unexpected `(`").help("no blank between a function and its `(`");
            return;
        }
    }
}

Statement Builder::statement(Index i) {
    Statement result;
    result.at = span(i);
    Children c = children(i);
    // The word of a rule of its own is not a node: it stands at the beginning.
    auto first_word = [&] {
        const auto all = text(i);
        const auto length = all.find_first_not_of("abcdefghijklmnopqrstuvwxyz");
        return Name{all.substr(0, length), {span(i).begin, span(i).begin + static_cast<std::uint32_t>(length)}};
    };
    switch (kind(i)) {
        case Kind::step:
            result.shape = Shape::step;
            result.word = name(take(c));
            break;
        case Kind::send: result.shape = Shape::send; break;
        case Kind::pattern_call:
            result.shape = Shape::pattern_call;
            result.target = target(take(c));
            break;
        case Kind::let_:
            result.shape = Shape::let_;
            result.word = first_word();
            result.bound = name(take(c));
            if (next_is(c, Kind::union_)) result.type = type_union(take(c));
            break;
        case Kind::validate:
            result.shape = Shape::validate;
            result.word = first_word();
            result.type = type_union(take(c));
            break;
        case Kind::expect:
            result.shape = Shape::expect;
            result.word = first_word();
            break;
        case Kind::fail:
            result.shape = Shape::fail;
            result.word = first_word();
            result.bound = name(take(c));
            break;
        case Kind::arm:
            result.shape = Shape::arm;
            if (next_is(c, Kind::pattern)) result.pattern = pattern(take(c));
            if (next_is(c, Kind::when)) result.when = expression(take(c) + 1);
            if (next_is(c, Kind::otherwise)) {
                result.otherwise = true;
                take(c);
            }
            break;
        case Kind::state:
            result.shape = Shape::state;
            result.word = first_word();
            result.bound = name(take(c));
            break;
        case Kind::data:
            result.shape = Shape::state;
            result.word = first_word();
            result.type = record(take(c));
            break;
        default: return result;
    }
    result.parts = parts(c);
    const std::size_t before = findings_.all().size();
    check_parts(result);
    if (findings_.all().size() > before) result.shape = Shape::broken;  // one mistake, one finding: later stages pass it over
    return result;
}

BlockBox Builder::block(Index i) {
    auto result = std::make_unique<Block>();
    result->at = span(i);
    for (Children c = children(i); c.more();) result->statements.push_back(statement(take(c)));
    return result;
}

}  // namespace weir::grammar
