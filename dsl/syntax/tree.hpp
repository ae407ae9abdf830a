#pragma once
// The syntax tree: plain structs in closed variants. It knows shapes (grammar.md 1-5), no step and no type.
// Owner: syntax::File owns everything below it. Views point into Sources.
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "dsl/source/span.hpp"

namespace weir::syntax {

struct Name {  // a word or a dotted name, as written
    std::string_view text;
    Span at;
};

struct Expr;
struct Type;
struct Block;
using ExprBox = std::unique_ptr<Expr>;
using TypeBox = std::unique_ptr<Type>;
using BlockBox = std::unique_ptr<Block>;

// ---- expressions ----
enum class LiteralKind : std::uint8_t { null_, true_, false_, integer, decimal, real, duration, size, percent, rate, timestamp };
struct Literal {
    LiteralKind kind;
    std::string_view text;  // as written, that of the node's span
};
struct TextPiece {  // a run of characters (escapes already taken) or, where `hole` is set, "${hole}"
    std::string text;
    ExprBox hole;
};
enum class TextForm : std::uint8_t { plain, raw, block };
struct Text {
    TextForm form = TextForm::plain;
    std::vector<TextPiece> pieces;  // empty: the empty text
};
struct Reference {  // a bare name
    Name name;
};
struct Argument {
    std::optional<Name> name;
    ExprBox value;
};
struct Call {  // f(x)
    Name function;
    std::vector<Argument> arguments;
};
struct Member {  // a.b, a?.b, and with arguments a.f(x)
    ExprBox base;
    bool safe = false;
    Name field;
    std::optional<std::vector<Argument>> arguments;
};
struct Index {  // a[i], a?[i]; without an index `a[]`: each element
    ExprBox base;
    bool safe = false;
    ExprBox index;
};
enum class UnaryOp : std::uint8_t { negate, not_ };
struct Unary {
    UnaryOp op;
    ExprBox operand;
};
enum class BinaryOp : std::uint8_t { catch_, or_, and_, equal, unequal, less, less_equal, greater, greater_equal, coalesce, add, subtract, multiply, divide, mod, div };
struct Binary {
    BinaryOp op;
    Span op_at;
    ExprBox left, right;
};
struct Is {
    ExprBox operand;
    TypeBox type;
};
struct In {  // x in xs, x in a..b
    ExprBox operand, low, high;  // high: only for a range
};
struct If {
    ExprBox condition, then, otherwise;
};
enum class CompareOp : std::uint8_t { less, less_equal, greater, greater_equal };
struct Alternative {  // one of `"a" | 1..9 | >= 10 | Deposit | true | _`
    enum class Kind : std::uint8_t { value, range, compare, type, any } kind = Kind::any;
    Span at;
    ExprBox low, high;  // value and compare: low; range: both
    CompareOp compare = CompareOp::less;
    Name type;
};
struct Pattern {
    Span at;
    std::vector<Alternative> alternatives;
};
struct MatchArm {
    Span at;
    std::optional<Pattern> pattern;  // none: `when c -> v` or `else -> v`
    ExprBox when;
    bool otherwise = false;  // written `else`
    ExprBox value;
};
struct Match {
    ExprBox subject;  // may be absent
    std::vector<MatchArm> arms;
};
struct Lambda {
    std::vector<Name> parameters;
    ExprBox body;
};
struct Item {
    bool spread = false;
    ExprBox value;
};
struct Array {
    std::vector<Item> items;
};
struct Key {  // a word or a quoted text; `pieces` when it is interpolated
    std::string text;
    std::vector<TextPiece> pieces;
    Span at;
};
struct Entry {
    bool spread = false;
    Key key;
    bool optional = false;  // `key?: value`
    ExprBox value;
};
struct Object {
    std::vector<Entry> entries;
};
struct BrokenExpr {};
struct Expr {
    Span at;
    std::variant<BrokenExpr, Literal, Text, Reference, Call, Member, Index, Unary, Binary, Is, In, If, Match, Lambda, Array, Object> node;
    bool parenthesised = false;
};

// ---- types ----
struct NamedType {  // int, Order, timestamp("dd.MM.yyyy"), map(int)
    Name name;
    std::vector<TypeBox> arguments;
};
struct Field {
    Key name;
    TypeBox type;
    ExprBox fallback;  // `= expr`
    std::string_view documentation;
};
struct RecordType {
    std::vector<Field> fields;
};
struct ArrayType {
    TypeBox element;
};
struct LiteralType {  // "a", 1, true, null
    ExprBox value;
};
struct RangeType {  // 1..99
    ExprBox low, high;
};
struct UnionType {
    std::vector<TypeBox> alternatives;
};
struct MaybeType {  // T?
    TypeBox inner;
};
struct Type {
    Span at;
    std::variant<NamedType, RecordType, ArrayType, LiteralType, RangeType, UnionType, MaybeType> node;
};

// ---- statements: a word and its parts ----
struct Target {  // a channel (`orders.new`) or, with arguments, an endpoint or a call of a pattern (`web.post("/x")`)
    Span at;
    Name name;
    std::optional<std::vector<Argument>> arguments;
};
struct Comma {};
struct Arrow {  // `-> target`, `-> call target`
    bool call = false;
    Target target;
};
struct Word {  // a clause word: by, with, on, else, timeout, or (before after), ..
    std::string_view text;
};
struct CallTo {  // `call target`
    Target target;
};
struct FailClass {  // `fail invalid`, inside an action
    Name failure;
};
struct Operand {  // value, `low..high`, `path = value`, `path = call target`
    ExprBox value;
    ExprBox upto;
    ExprBox assigned;
    std::optional<Target> assigned_call;
};
struct Part {
    Span at;
    std::variant<Comma, Arrow, Word, BlockBox, CallTo, FailClass, Operand, Target> node;  // Target: a subject of `expect`
};
enum class Shape : std::uint8_t {
    step,          // word parts
    send,          // -> target parts        (the arrow is the first part)
    pattern_call,  // name(args) parts       (`target` is set)
    let_,          // let name [: type] = .. (`bound`, `type`; the value is the first part)
    validate,      // validate TYPE          (`type`)
    expect,        // expect [always] a, b word parts   (subjects are Target parts)
    fail,          // fail CLASS ..          (`bound` is the class)
    arm,           // pattern [when c] / when c / else, then parts
    state,         // in a process: `state name { }`: word, `bound`, block part; `data { }`: word, `type`
    broken,
};
struct Statement {
    Span at;
    Shape shape = Shape::broken;
    Name word;  // step, let, validate, expect, fail, state: the word; empty for send, pattern_call, arm
    std::optional<Target> target;
    std::optional<Name> bound;
    TypeBox type;
    std::optional<Pattern> pattern;
    ExprBox when;
    bool otherwise = false;
    std::vector<Part> parts;
};
struct Block {
    Span at;  // with its braces
    std::vector<Statement> statements;
};

// ---- declarations ----
struct Clause {  // a header clause: word and parts; `on` has its classes apart
    Span at;
    Name word;
    std::vector<Name> classes;
    std::vector<Part> parts;
};
struct Parameter {
    Name name;
    TypeBox type;
    ExprBox fallback;
};
struct Edition {
    Name number;
};
struct Import {
    bool is_path = false;
    std::string path;  // import "x.flow"
    Name module;       // import std.envelope
    Span what;         // the text or the module's name
    std::optional<Name> alias;
};
struct Param {
    Name name;
    TypeBox type;
    ExprBox value;
};
struct Secret {
    Name name;
    ExprBox value;
};
struct Connector {
    Name name;
    Target kind;
};
struct TypeDeclaration {
    Name word;  // type, command, event, document
    Name name;
    TypeBox body;              // absent for `from schema|sample`
    std::optional<Name> by;    // `type X = A | B by field`
    std::optional<Name> from;  // schema, sample
    std::string path;
};
struct Option {
    Key key;
    ExprBox value;  // may be absent
};
struct Channel {
    bool topic = false;
    std::vector<Name> names;
    TypeBox type, replies;
    std::optional<Target> on;
    ExprBox keep;
    std::vector<Option> options;
};
struct Table {
    Name name;
    TypeBox type;
    std::vector<Part> parts;
};
struct Switch {
    Name name;
    bool on = false;
};
struct StoreKeep {
    ExprBox keep;
};
struct Function {
    Name name;
    std::vector<Parameter> parameters;
    TypeBox result;
    ExprBox body;
};
struct PatternDeclaration {
    Name name;
    std::vector<Parameter> parameters;
    TypeBox result;
    BlockBox body;
};
struct Flow {
    Name name;
    std::vector<Clause> header;
    BlockBox body;  // absent after a syntax error
};
struct Process {
    Name name;
    std::vector<Clause> header;
    BlockBox body;
};
struct Probe {
    std::string name;
    Span name_at;
    std::vector<Clause> header;
    BlockBox body;
};
struct Test {
    std::string name;
    Span name_at;
    BlockBox body;
};
struct Allow {
    Name code;
    std::string why;
};
struct BrokenDeclaration {};
struct Annotation {
    Name word;  // moved, deprecated, allow
    std::optional<Name> name;
    std::string text;
    Span at;
};
struct Declaration {
    Span at;
    std::string_view documentation;  // the comment lines right above it
    std::variant<BrokenDeclaration, Edition, Import, Param, Secret, Connector, TypeDeclaration, Channel, Table, Switch, StoreKeep, Function, PatternDeclaration, Flow, Process, Probe, Test, Allow> node;
    std::vector<Annotation> annotations;
};
struct File {
    std::size_t source = 0;  // index into Sources
    std::string_view documentation;
    std::vector<Declaration> declarations;
};

}  // namespace weir::syntax
