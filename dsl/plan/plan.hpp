#pragma once
// The plan: the pattern graph as tables. Pure data, printable, made by dsl/check and run by engine/. Ids are indexes into the tables.
// Owner: whoever holds the Plan; immutable once made, so any thread may read it.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dsl/plan/constant.hpp"
#include "dsl/plan/failure.hpp"
#include "dsl/plan/ids.hpp"
#include "dsl/plan/test.hpp"
#include "dsl/source/span.hpp"

namespace weir::plan {

// ---- types ----
enum class TypeKind : std::uint8_t { any, null_, bool_, int_, decimal, double_, string, bytes, timestamp, duration, size, percent, rate, array, record, map, union_, literal, range, secret, text_record };
struct Field {
    std::string name;
    TypeId type = none;
    ExprId fallback = none;  // `validate` fills it in
    bool optional = false;   // T?: may be missing or null
};
struct Type {
    TypeKind kind = TypeKind::any;
    std::string name;              // of a declared type, else empty
    std::vector<TypeId> of;        // array, map: element; union: alternatives; range: the base (int, decimal, ..)
    std::vector<Field> fields;     // record; open: other fields pass
    std::string by;                // union told apart by this field
    Constant low, high;            // literal: low; range: both ends belong to it
    bool nullable = false;         // T?
};

// ---- expressions ----
enum class Op : std::uint8_t {
    constant,     // constant
    text,         // interpolation: operands in order, each taken as text
    body, raw, header, source, meta, failure, group,  // the names in scope as wholes
    header_field, // header.x / header["x"]: name (lower case); missing when not there
    let_,         // slot: a `let` of the flow or an argument of an expanded pattern
    local,        // slot: a lambda's or function's parameter, in the frame of this expression or function
    param,        // slot: Plan::params
    field,        // operands[0].name ; safe: `?.`
    index,        // operands[0][operands[1]] ; safe: `?[`
    call,         // built-in `name` with operands; lambdas stand as operands of op lambda
    apply,        // slot: Plan::functions, operands the arguments
    lambda,       // operands[0] the body; slots: its parameters, in `slots`
    negate, not_, and_, or_, equal, unequal, less, less_equal, greater, greater_equal,
    add, subtract, multiply, divide, mod, div, coalesce, catch_,
    in_list,      // operands[0] in operands[1]
    in_range,     // operands[0] in operands[1]..operands[2]
    is_type,      // operands[0] is type
    has,          // has(path)
    if_,          // operands: condition, then, else
    match,        // operands: subject or nothing, then the arms' values; `arms`
    array,        // operands; spreads marked in `entries`
    object,       // operands the values; keys in `entries`
};
struct MatchCase {  // one alternative of a pattern
    enum class Kind : std::uint8_t { any, value, range, less, less_equal, greater, greater_equal, type } kind = Kind::any;
    Constant low, high;
    TypeId type = none;
};
struct MatchArm {
    std::vector<MatchCase> cases;  // empty: any
    ExprId when = none;
    ExprId value = none;
};
struct Entry {  // of an object, beside the operand of the same index; for arrays only `spread` counts
    bool spread = false;
    bool optional = false;  // `k?: v`: left out when null or missing
    std::string key;
    ExprId computed_key = none;
};
struct Expr {
    Op op = Op::constant;
    bool safe = false;
    std::uint32_t slot = 0;
    std::string name;
    Constant constant;
    std::vector<ExprId> operands;
    std::vector<std::uint32_t> slots;
    std::vector<MatchArm> arms;
    std::vector<Entry> entries;
    TypeId type = none;      // is_type: the type asked for; otherwise the static type (any where not known)
    FailureSet can_fail;
    Span at;
};
struct Function {  // `fn`: its frame holds the parameters first, then the slots of lambdas
    std::string name;
    std::uint32_t parameters = 0;
    std::uint32_t frame = 0;
    ExprId body = none;
};

// ---- what is declared ----
struct Param {
    std::string name;
    std::string file;      // root file's stem, for `--set file.name=v`
    TypeId type = none;
    ExprId value = none;   // the default; none: must be set
    bool secret = false;
    Span at;
};
enum class ChannelKind : std::uint8_t { queue, topic };
struct Channel {
    std::string name;
    ChannelKind kind = ChannelKind::queue;
    TypeId type = none;
    bool of_tap = false;              // T2: made by the checker
    bool memory = false;
    std::uint64_t capacity = 10'000;  // of a memory channel
    std::uint64_t limit = 0;          // rows of a durable one; 0: none
    std::int64_t keep_for = 0;        // C6, of a topic: nanoseconds after which a row goes unread; 0: none
    std::uint64_t keep_bytes = 0;     // C6: beyond so many bytes its oldest rows go unread; 0: none
    std::string moved_from;
    Span at;
};
struct Argument {
    std::string name;  // empty: positional
    ExprId value = none;
};
struct Connector {
    std::string name;
    std::string kind;
    std::vector<Argument> arguments;
    Span at;
};
struct Endpoint {  // connector.operation(arguments)
    ConnectorId connector = none;
    std::string operation;
    std::vector<Argument> arguments;
    Span at;
};
// Where something is sent: exactly one of the two.
struct Target {
    ChannelId channel = none;
    EndpointId endpoint = none;
};

// ---- steps ----
struct Arm {
    std::vector<MatchCase> cases;  // empty: `when` alone, or else
    ExprId when = none;
    bool otherwise = false;
    NodeId block = none;           // its steps; ends at `none`
    std::string label;             // for the identity of what stands in it
};
struct Path {  // body.a.b, without the root; for keep and drop "[]" is each element
    std::vector<std::string> names;
    bool is_let = false;           // the root is not body but the correlation id: `set meta.correlation_id`
};
struct Binding {
    std::string name;
    std::uint32_t slot = 0;
};
// A `call`: alone, or behind `let x =`, `enrich path =`, `translate`. Its value is the answer's body.
struct Call {
    Target target;             // an endpoint, or a channel whose flow replies
    ExprId body = none;        // none: the message's own
    ExprId headers = none;
    ExprId timeout = none;     // none: the manifest's
    bool recorded = true;      // `unrecorded`
};
enum class ActionKind : std::uint8_t { send, discard, reject, fail, fail_again, retry, reply, steps, give, skip };
// What a failure line does. give and skip stand only under a step.
struct Action {
    ActionKind kind = ActionKind::fail_again;
    Target target;
    ExprId text = none;        // why: of discard, reject, fail
    FailureClass failure = FailureClass::any;
    std::uint32_t times = 0;   // retry; 0: for ever
    std::int64_t backoff_low = 1'000'000'000, backoff_high = 60'000'000'000;  // retry, nanoseconds; the delay doubles from one to the other
    double jitter = 0;         // retry: part of one by which a delay may move
    std::vector<Action> then;  // retry: one at most
    ExprId status = none;      // reply
    ExprId value = none;       // reply: body, none: the message's own; give
    NodeId block = none;       // steps
    std::string identity;
    std::uint64_t identity_hash = 0;
    Span at;
};
struct FailureLine {
    std::vector<FailureClass> classes;
    Action action;
};
// One step, whatever its word: a step reads the fields that its word uses. Operands that are absent are `none`.
//   validate     type; text "texts" where the body is known to be text records, whose fields are read by their declared types
//   translate    exprs[0] the new body; or `call`
//   set          paths[0] = exprs[0]; text "header": the header names[1]; is_let: the correlation id
//   let          slot, exprs[0], type where one is declared; or `call`
//   enrich       paths[0], `call`
//   keep, drop   paths, "[]" is each element
//   decode, encode  text the format, `arguments` of it, all with their names
//   filter       exprs[0]; blocks[0] is `else`
//   route        exprs[0], arms. With `else` alone and lines of its own (`on`): an arm or a pattern that has failure lines
//   recipients   exprs[0], arms
//   ->           targets[0], exprs[0] the new message, exprs[1] its headers
//   call         `call`
//   reply        exprs[0] the status, exprs[1] the body
//   tap          targets[0] a channel (that of the tap's own flow, or a declared one), exprs[0] the new message
//   log          text the level, exprs[0], exprs[1] of `with`, number of `every`
//   fail         failure, exprs[0]
//   discard      exprs[0]
// Failure lines of a step: `give` is the value of a let, an enrich or a translate; `skip` leaves a let without a value, which reads as null.
struct Node {
    std::string word;              // "route", "set", "->", "tap", ..
    NodeId next = none;            // behind it, in its block
    std::vector<ExprId> exprs;     // operands in the order of its form; `none` for an absent one
    std::vector<Path> paths;
    std::vector<Target> targets;
    std::vector<Arm> arms;
    std::vector<NodeId> blocks;    // first node of each block that is no arm
    std::vector<FailureLine> on;   // its own failure lines: they cover the step with its blocks and arms
    std::optional<Call> call;
    TypeId type = none;            // validate
    FailureClass failure = FailureClass::any;
    std::uint32_t slot = 0;        // let
    std::string text;              // a word among choices: log level, ..
    std::uint64_t number = 0;      // `every N`, ..
    std::vector<Argument> arguments;  // decode, encode
    std::string identity;          // I3: flow/labels/word target k/n
    std::uint64_t identity_hash = 0;
    FailureSet can_fail;
    Span at;
};

struct Source {
    ChannelId channel = none;
    EndpointId endpoint = none;
    std::string subscription;      // topics: by default the flow's name
    bool since_oldest = false;
    std::int64_t every = 0;        // nanoseconds; 0: no polling
    std::uint64_t max = 0;
    ExprId where = none;           // selective consumer
    std::uint32_t weight = 1;      // R6
    bool live = false;             // a subscription that is not durable
    bool dead = false;             // `from FLOW.dead`: `subscription` is the flow's name
    Span at;
};
inline constexpr std::uint64_t max_keys = 8'000'000;  // K8: that one flow remembers; beyond, it takes nothing more until some are over
struct Flow {
    std::string name;
    std::vector<Source> sources;
    std::uint32_t workers = 1;     // R4
    ExprId key = none;             // `idempotent by`
    std::int64_t key_for = 0;      // nanoseconds
    double rate = 0;               // messages a second; 0: as many as come
    std::int64_t timeout = 0;      // nanoseconds from taking a message to its end here; 0: none (two-way sources: 30 s)
    bool waits = false;            // a step of it can wait: it takes as many messages as it has workers
    bool may_answer = false;       // a `reply` can come of what it takes, here or in a flow behind it (Q3)
    bool of_tap = false;           // the implicit flow behind a tap's own queue (T2)
    std::vector<FailureLine> on;
    NodeId first = none;
    std::uint32_t lets = 0;        // slots
    std::vector<Binding> bindings; // names of the slots, for traces
    bool history = true;
    std::string moved_from;
    FailureSet can_fail;           // what can leave its steps
    Span at;
};

struct Plan {
    std::vector<Type> types;       // 0 is `any`
    std::vector<Expr> exprs;
    std::vector<Function> functions;
    std::vector<Param> params;
    std::vector<Channel> channels;
    std::vector<Connector> connectors;
    std::vector<Endpoint> endpoints;
    std::vector<Node> nodes;
    std::vector<Flow> flows;
    std::vector<Test> tests;       // `weir test` runs them, `weir run` does not
    std::uint32_t frame = 0;       // locals that an expression outside a function needs at most
    std::string hash;              // hex, over the texts
};

}  // namespace weir::plan
