#pragma once
// What the rules write: a flat list of nodes in pre-order. build.hpp makes the syntax tree of it.
#include <cstdint>
#include <vector>

namespace weir::grammar {

enum class Kind : std::uint8_t {
    // file and declarations
    file, declaration, annotation, header, clause, class_name, options, option, binding, keep, replies, type_from, type_by, parameter, result, alias,
    // statements
    block, step, send, pattern_call, let_, validate, expect, fail, arm, state, data,
    // parts
    comma, arrow, word, call_to, fail_class, operand, assign, subject, target, dotted, name,
    // patterns
    pattern, value_or_range, compare, type_name, constant, any, when, otherwise,
    // expressions
    expression, chain, prefix, op, is, in, member, index, arguments, argument, lambda, paren, number, negative, timestamp, plain_text, raw_text, block_text, hole,
    array, spread, object, entry, key, if_, match, match_arm,
    // types
    union_, type, maybe, record, field, array_type, literal_type, type_arguments, type_paren,
    broken,
};

struct Node {
    std::uint32_t begin, end;  // offsets within the text
    std::uint32_t last;        // index one past the subtree
    Kind kind;
};
using Nodes = std::vector<Node>;

}  // namespace weir::grammar
