// Not allowed, and what it is told: every text of grammar.md 8, through the whole check. Whether shapes or forms refuse it, the reader sees no difference.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "tests/unit/check/checked.hpp"

namespace {

enum class Place : std::uint8_t { step, first, declaration, process };
struct Refused {
    const char* as_written;  // on the page
    Place place;
    const char* text;
    const char* told;  // stands in the message, the label, the help or the fix
};
const Refused page[] = {
    {"a && b", Place::step, "filter body.a && body.b", "write `and`"},
    {"a || b", Place::step, "filter body.a || body.b", "write `or`"},
    {"!a", Place::step, "filter !body.a", "write `not`"},
    {"a < b < c", Place::step, "filter 1 < 2 < 3", "`a < b and b < c`"},
    {"c ? a : b", Place::step, "set body.x = body.c ? 1 : 2", "write `if c then a else b`; an optional type is `T?`"},
    {"if c then a", Place::step, "set body.x = if body.c then 1", "an `if` always has both values"},
    {"x |> f", Place::step, "set body.x = body.x |> f", "no pipe: `x.f()`"},
    {"1 + if ..", Place::step, "set body.x = 1 + if body.c then 1 else 2", "`if` needs `( )` inside an expression"},
    {"a => b", Place::step, "set body.x = body.xs.map(a => a)", "write `->`"},
    {"if c { .. } as a step", Place::step, "if body.c { log \"x\" }", "steps choose by `route`, `filter` or `detour when`"},
    {"a % b", Place::step, "set body.x = body.a % body.b", "`%` makes a percentage, the remainder is `a mod b`"},
    {"a // b", Place::step, "set body.x = body.a // body.b", "a comment begins with `#`"},
    {"<<", Place::step, "set body.x = body.a << 2", "there are no bit operators"},
    {"x = 1", Place::step, "x = 1", "a path is changed by `set`, a name is bound by `let`"},
    {"body.x = 1", Place::step, "body.x = 1", "a path is changed by `set`, a name is bound by `let`"},
    {"x += 1", Place::step, "x += 1", "`set x = x + 1`"},
    {"x++", Place::step, "x++", "`set x = x + 1`"},
    {"filter a = b", Place::step, "filter body.a = body.b", "`=` sets, `==` compares"},
    {"<>", Place::step, "filter body.a <> body.b", "write `!=`"},
    {"x not in y", Place::step, "filter body.a not in [1]", "`not x in y`"},
    {"x is not T", Place::step, "filter body.a is not int", "`not x is T`"},
    {";", Place::step, "log \"x\";", "a new line ends a statement"},
    {"-> a  -> b on a line", Place::step, "-> out  -> out", "one statement to a line"},
    {"'x'", Place::step, "log 'x'", "text stands in double quotes"},
    {"`x`", Place::step, "log `x`", "raw text in r\"..\""},
    {"\"a\" -> a  \"b\" -> b", Place::step, "route body.k { \"a\" -> out  \"b\" -> out }", "a comma or a new line between arms"},
    {"\"\\d\"", Place::step, "log \"\\d\"", "in a regular expression write r\"..\""},
    {"f (x)", Place::step, "let x = f (body.y)", "no blank between a function and its `(`"},
    {"r\"\"\"", Place::step, "log r\"\"\"x\"\"\"", "is raw already"},
    {"wrap alone", Place::step, "wrap", "`wrap` is a pattern: `wrap()`"},
    {"//", Place::step, "// note", "a comment begins with `#`"},
    {"/* */", Place::step, "/* note */", "a comment begins with `#`"},
    {"{ id } as a value", Place::step, "translate { id }", "`{ id: id }`"},
    {"\\ at a line's end", Place::step, "set body.x = body.a \\\n    + body.b", "a line goes on behind an operator, a comma or an open bracket"},
    {"{ a: 1 b: 2 }", Place::step, "translate { a: 1 b: 2 }", "a comma, a new line or `}` is missing here"},
    {"- b on a line of its own", Place::step, "set body.x = body.a\n    - body.b", "put the `-` at the end of the line above"},
    {"[1 2]", Place::step, "translate [1 2]", "a comma is missing here"},
    {"f(a b)", Place::step, "set body.x = max(1 2)", "a comma is missing here"},
    {"10x", Place::step, "set body.x = 10x", "unknown unit"},
    {"10 MB", Place::step, "set body.x = 10 MB", "no blank before a unit"},
    {"name?: T in a type", Place::declaration, "type Order { name?: string }", "write `name: T?`"},
    {"1.5h", Place::step, "delay 1.5h", "whole numbers"},
    {"is Order -> x as an arm", Place::step, "route body { is Order -> out }", "the type's name alone: `Order -> x`"},
    {".5", Place::step, "set body.x = .5", "`0.5`"},
    {"5.", Place::step, "set body.x = 5.", "`5.0`"},
    {"007", Place::step, "set body.x = 007", "`7`"},
    {"order -> x as an arm", Place::step, "route body.k { order -> out }", "a pattern is a literal, a range, a Type, or `when c`"},
    {"@2026-01-31", Place::step, "set body.x = @2026-01-31", "a date, a time and a zone"},
    {"(call x()).y", Place::step, "set body.x = (call out).y", "a call is a step: `let r = call x()`"},
    {"reply 200 call x()", Place::step, "reply 200 call out", "a call is a step: `let r = call x()`"},
    {"1...9", Place::step, "filter body.n in 1...9", "a range has two dots"},
    {"on as the first line of a block", Place::first, "on any skip", "`on` follows the step or the `}` it belongs to"},
    {"a?.[0]", Place::step, "set body.x = body.a?.[0]", "`a?[0]`"},
    {"set header.x-y = 1", Place::step, "set header.x-y = 1", "`header[\"x-y\"]`"},
    {"let by = 1", Place::step, "let by = 1", "choose another name"},
    {"type order", Place::declaration, "type order { id: string }", "types begin with a capital"},
    {"queue Big", Place::declaration, "queue Big", "other names do not"},
    {"größe", Place::step, "set body.größe = 1", "body[\"größe\"]"},
    {"-> x with e", Place::step, "-> out with { a: 1 }", "`-> x e`"},
    {"headers e", Place::step, "-> out headers { a: 1 }", "`header e`"},
    {"on any continue", Place::step, "log \"x\"\n    on any continue", "`skip`, or `give V`"},
    {"undo call x()", Place::step, "log \"x\"\n    undo call out", "undo { call out }"},
    {"complete after 1m", Place::step, "aggregate by body.k complete after 1m", "`or after 1m`"},
    {"next s", Place::process, "state a { on src { next b } }", "`become s`"},
    {"initial state s", Place::process, "initial state a { enter { log \"x\" } }", "the first state is the initial one"},
    {"cache c: T", Place::declaration, "cache c: string", "`table c: T by key for 7d"},
    {"put t[k] = v", Place::step, "put t[body.k] = body", "`put t v`; the key is the field behind `by`"},
    {"always -> x as an arm", Place::step, "recipients body.k { always -> out }", "a line `-> x` without a pattern"},
    {"gather all ..", Place::step, "scatter { when body.a > 1 -> out } gather all or after 1s", "`gather complete when all ..`"},
};
// The texts of the page: what stands between commas or in two spellings counts for each.
constexpr std::size_t texts_of_the_page = 69;
// Of these only a form can say something: each has a golden, with the finding under its line.
const std::set<std::string> of_forms = {"filter a = b", "wrap alone", "order -> x as an arm", "reply 200 call x()", "-> x with e", "headers e", "on any continue", "undo call x()", "complete after 1m", "next s", "initial state s", "put t[k] = v", "always -> x as an arm", "gather all .."};

std::string file_of(const Refused& r) {
    const std::string around = "queue src\nqueue out\npattern wrap() { log \"x\" }\n";
    switch (r.place) {
        case Place::declaration: return around + r.text + "\n";
        case Place::process: return around + "process p\n  from src by body.id\n{\n  " + r.text + "\n}\n";
        case Place::first: return around + "flow f\n  from src\n{\n  " + r.text + "\n  -> out\n}\n";
        case Place::step: return around + "flow f\n  from src\n{\n  log \"x\"\n  " + r.text + "\n  -> out\n}\n";
    }
    return {};
}

std::string told(const weir::Finding& f) {
    std::string all = f.message + " | " + f.label;
    for (const std::string& h : f.help) all += " | " + h;
    for (const weir::Fix& fix : f.fixes) all += " | " + fix.why + ": " + fix.edits.front().text;
    return all;
}

}  // namespace

TEST_CASE("every text of the page has its message, and one finding") {
    CHECK(std::size(page) == texts_of_the_page);
    std::set<std::string> seen;
    for (const Refused& r : page) {
        INFO(std::string(r.text));
        CHECK(seen.insert(r.as_written).second);
        checked::Result result;
        checked::check(result, file_of(r));
        std::size_t others = 0;
        bool found = false;
        std::string all;
        for (const weir::Finding& f : result.findings.all()) {
            all += std::string(name_of(f.code)) + " " + told(f) + "\n";
            if (told(f).find(r.told) != std::string::npos) found = true;
            else if (f.code != weir::Code::W0300 && f.severity == weir::Severity::error) ++others;  // a process is not built, and that is another matter
        }
        INFO(all);
        CHECK(found);
        CHECK(others == 0);
    }
}

TEST_CASE("every text that only a form refuses has a golden") {
    std::string goldens;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(std::filesystem::path(WEIR_ROOT) / "tests" / "golden" / "check")) {
        if (entry.path().extension() != ".flow") continue;
        std::ifstream in(entry.path());
        std::ostringstream text;
        text << in.rdbuf();
        goldens += text.str();
    }
    std::size_t forms = 0;
    for (const Refused& r : page) {
        if (!of_forms.count(r.as_written)) continue;
        ++forms;
        INFO(std::string(r.as_written));
        const std::string wanted = std::string(r.told) == "undo { call out }" ? "undo { call" : r.told;
        CHECK(goldens.find(wanted) != std::string::npos);
    }
    CHECK(forms == of_forms.size());
}

TEST_CASE("`else` in `match` and `_` in arms are each told the other") {
    checked::Result r;
    checked::check(r, "queue src\nqueue out\nflow f\n  from src\n{\n  log match body.n { 1 -> \"a\", else -> \"b\" }\n  route body.n { 1 -> out, _ -> out }\n}\n");
    REQUIRE(r.findings.all().size() == 2);
    CHECK(r.findings.all()[0].code == weir::Code::W0055);
    CHECK(r.findings.all()[0].fixes.at(0).edits.at(0).text == "_");
    CHECK(r.findings.all()[1].code == weir::Code::W0055);
    CHECK(r.findings.all()[1].fixes.at(0).edits.at(0).text == "else");
}
