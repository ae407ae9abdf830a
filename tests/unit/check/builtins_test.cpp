#include <doctest/doctest.h>

#include <set>

#include "dsl/expressions/builtins.hpp"
#include "tests/unit/check/checked.hpp"

TEST_CASE("every built-in stands once, with a doc and an example that parses and checks") {
    std::set<std::string> names;
    for (const weir::Builtin& b : weir::builtins()) {
        CAPTURE(b.name);
        CHECK(names.insert(b.name).second);
        CHECK(weir::find_builtin(b.name) == &b);
        CHECK_FALSE(b.doc.empty());
        checked::Result r;
        checked::check(r, "fn example() = " + b.example + "\n");
        CHECK(r.codes() == "");
        for (const weir::Finding& f : r.findings.all()) FAIL_CHECK(f.message);
        CHECK(b.example.find(b.name) != std::string::npos);
    }
    CHECK(names.size() > 60);
}
