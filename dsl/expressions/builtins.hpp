#pragma once
// The built-in functions of the language, each declared once: the checker, `weir explain` and the tests read this list; the engine has one
// implementation for each name. Owner: static data, never changes. Thread: any.
#include <string>
#include <string_view>
#include <vector>

#include "dsl/plan/failure.hpp"

namespace weir {

// Types are written as in the language ("string", "[T]", "int | decimal", "map([T])", "T?") with these words more:
//   number  int, decimal or double       object  a record or map        S  the type of the first argument
//   T       the element of the first argument (array), or its value (object)        U  what the first lambda gives
struct BuiltinParameter {
    std::string name;
    std::string type;      // of a lambda: what it must give ("bool", "any", ..)
    bool optional = false;
    int lambda = 0;        // how many parameters the lambda has; 0: a plain value
    bool repeats = false;  // the last one, as often as wanted
    bool constant = false; // a literal text, looked at by the checker (regular expressions)
};
struct Builtin {
    std::string name;
    std::vector<BuiltinParameter> parameters;
    std::string result;
    FailureSet raises;        // besides `invalid` for an argument of a wrong type
    std::string doc;
    std::string example;      // an expression without free names
    std::string result_text;  // its value as compact JSON; empty where it is different each time
};

// Sorted by name; a name stands once.
const std::vector<Builtin>& builtins();
const Builtin* find_builtin(std::string_view name);

}  // namespace weir
