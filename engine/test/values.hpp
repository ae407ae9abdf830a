#pragma once
#include <optional>
#include <string>
#include <vector>

#include "engine/evaluate/evaluate.hpp"
#include "engine/test/world.hpp"

namespace weir {

// A message that a test looks at.
struct SeenMessage {
    Message message;
    Value arguments;        // of a call: object
    std::string shown;      // for people
};

// The expressions of one test, its `let`s, and messages as `where` sees them. Everything that is made lives as long as this.
class TestValues {
public:
    TestValues(TestWorld& world, const plan::Test& test);
    // False: a parameter or a secret has no value.
    bool open(std::string& why);

    bool value(plan::ExprId id, Value& out, std::string& why);
    bool duration(plan::ExprId id, EngineTime& out, std::string& why);
    bool count(plan::ExprId id, std::uint64_t& out, std::string& why);
    void let(std::uint32_t slot, Value value) { lets_[slot] = value; }
    // 1 yes, 0 no, -1 can't be said: `why` has the reason and the path.
    int fits(plan::ExprId where, std::uint32_t arguments, SeenMessage& message, std::string& why);
    // A value as a body leaves: texts as they are, the rest as JSON.
    static Body body(const Value& value);
    // The tree of a body, read by a type where it has one. False: `why`.
    bool open_body(Body& body, plan::TypeId type, std::string& why);
    // An id as a test writes it: 32 hex digits, or a name that is kept for display.
    Id128 id(std::string_view text);
    // Where ids with a name stand in the text, the names.
    std::string named(std::string text) const;
    bool equal(const Value& a, const Value& b);
    // "[1].price: 12.50 was expected, 12 is there"; empty: none.
    std::string difference(const Value& expected, const Value& was, const std::string& path = {});
    static std::string json(const Value& value);

    Arena arena;
    JsonReader reader;

private:
    Scope scope(Message& message);
    TestWorld& world_;
    Compiler compiler_;
    std::vector<Value> params_, lets_;
    std::vector<Value> locals_;
    std::map<plan::ExprId, CodePtr> codes_;
    IdNames names_;
    Message nothing_;
};

}  // namespace weir
