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
    return result;
}

BlockBox Builder::block(Index i) {
    auto result = std::make_unique<Block>();
    result->at = span(i);
    for (Children c = children(i); c.more();) result->statements.push_back(statement(take(c)));
    return result;
}

}  // namespace weir::grammar
