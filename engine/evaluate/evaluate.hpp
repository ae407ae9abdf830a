#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dsl/plan/plan.hpp"
#include "engine/message/field_reader.hpp"
#include "engine/message/message.hpp"
#include "engine/ports/world.hpp"

namespace weir {

using IdNames = std::vector<std::pair<Id128, std::string>>;

// Everything an expression may see, for one message in one step. Owner: the flow's runner, reused from message to message.
struct Scope {
    Arena* arena = nullptr;
    JsonReader* reader = nullptr;
    FieldReader* fields = nullptr;      // null: bodies are read whole
    Message* message = nullptr;
    const Value* params = nullptr;      // Plan::params, evaluated once at start
    Value* lets = nullptr;              // slots of the flow
    const Failure* failure = nullptr;   // in a failure action
    const Value* group = nullptr;       // in the clauses of a group
    std::int64_t now = 0;               // wall, nanoseconds; constant within one step
    Random* random = nullptr;
    const Environment* environment = nullptr;
    const IdNames* id_names = nullptr;  // a test shows the ids that it gave by their names
    std::vector<Value> locals;          // frames; grows once
    std::uint32_t frame = 0;
    // Set by an evaluation that failed.
    FailureClass failed = FailureClass::any;
    std::string why, path;
};

// One compiled expression. Immutable: any thread may run it with a Scope of its own.
class Compiled {
public:
    virtual ~Compiled() = default;
    // The value; false: scope.failed, why and path say what went wrong. A value may be missing or null.
    virtual bool run(Scope& scope, Value& out) const = 0;
    // The place of an existing value without copying it, or nullptr: not a plain path, absent or failed (then ask `run`).
    virtual const Value* ref(Scope&) const { return nullptr; }
    // For conditions: 1 true, 0 false, -1 failed (a value that is no bool is `invalid`).
    virtual int test(Scope& scope) const;
    virtual bool constant() const { return false; }
};
using CodePtr = std::unique_ptr<const Compiled>;

// Compiles the expressions of a plan. The plan must outlive what is compiled.
class Compiler {
public:
    explicit Compiler(const plan::Plan& plan);
    ~Compiler();
    CodePtr compile(plan::ExprId id);
    // Between these two, what is compiled runs on bodies as they came: which fields it looks at is noted, so that only they are read.
    void watch_fields(bool on);
    void keep_whole_body();  // a step looks at all of it
    const Fields& fields() const;

    struct State;  // inside engine/evaluate
    State& state() { return *state_; }

private:
    std::unique_ptr<State> state_;
};

// Does a body fit a type (validate, typed channels)? Texts that stand for a timestamp, bytes, a duration or a size are read by the declared
// type (semantics C1); with `fill_defaults` missing fields get their defaults. `out` is `in` itself where nothing had to change.
// False: why and path.
struct Misfit {
    std::string path, why;
    std::string text() const { return path + " " + why; }  // body.user_id is missing, and must be string
};
bool conform(const plan::Plan& plan, plan::TypeId type, const Value& in, Scope& scope, bool fill_defaults, Compiler& compiler, Value& out, Misfit& misfit);
// The same of a text record or a list of them (library.md 2): every field is read from its text by its declared type, and an empty text is null where
// a type that is no text may be null.
bool conform_texts(const plan::Plan& plan, plan::TypeId type, const Value& in, Scope& scope, Compiler& compiler, Value& out, Misfit& misfit);

}  // namespace weir
