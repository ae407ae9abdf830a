// What is not allowed, and what it is told (grammar.md 8): one mistake, one finding, at its place.
#include <doctest/doctest.h>

#include "reading.hpp"

using namespace weir::tests;

namespace {

struct Refused {
    const char* text;
    const char* at;    // what the finding points at
    const char* code;
    const char* told;  // stands in its message, label, help or fix
};

// A statement of a flow.
const Refused statements[] = {
    {"filter a && b", "&&", "W0012", "write `and`"},
    {"filter a || b", "||", "W0012", "write `or`"},
    {"filter !a", "!", "W0012", "write `not`"},
    {"set x = c ? a : b", "?", "W0012", "write `if c then a else b`"},
    {"set x = x |> f", "|>", "W0012", "no pipe: `x.f()`"},
    {"set x = xs.map(a => a)", "=>", "W0012", "write `->`"},
    {"set x = a % b", "%", "W0012", "the remainder is `a mod b`"},
    {"set x = a // b", "//", "W0012", "a comment begins with `#`"},
    {"set x = a << 2", "<<", "W0012", "no bit operators"},
    {"set x = a >> 2", ">>", "W0012", "no bit operators"},
    {"x += 1", "+=", "W0012", "`set x = x + 1`"},
    {"x++", "++", "W0012", "`set x = x + 1`"},
    {"set x = a <> b", "<>", "W0012", "write `!=`"},
    {"set x = 1;", ";", "W0012", "a new line ends a statement"},
    {"set x = 'x'", "'", "W0012", "text stands in double quotes"},
    {"set x = `x`", "`", "W0012", "raw text in r\"..\""},
    {R"(set x = "\d")", "\\d", "W0022", "in a regular expression write r\"..\""},
    {"set x = r\"\"\"a\"\"\"", "r\"\"\"", "W0023", "is raw already"},
    {"// note", "//", "W0012", "a comment begins with `#`"},
    {"/* note */", "/*", "W0012", "a comment begins with `#`"},
    {"set x = a \\\n    + b", "\\", "W0012", "a line goes on behind an operator, a comma or an open bracket"},
    {"set x = a\n    - b", "-", "W0014", "put the `-` at the end of the line above"},
    {"set x = 10x", "x", "W0025", "unknown unit"},
    {"set x = 10 MB", "MB", "W0025", "no blank before a unit"},
    {"delay 5 s", "s", "W0025", "no blank before a unit"},
    {"delay 1.5h", "1.5h", "W0025", "whole numbers"},
    {"set x = .5", ".5", "W0024", "`0.5`"},
    {"set x = 5.", "5.", "W0024", "`5.0`"},
    {"set x = 007", "007", "W0024", "`7`"},
    {"set x = @2026-01-31", "@2026-01-31", "W0026", "a date, a time and a zone"},
    {"set x = y in 1...9", "...", "W0054", "a range has two dots"},
    {"set x = a?.[0]", "?.[", "W0012", "`a?[0]`"},
    {"let by = 1", "by", "W0017", "choose another name"},
    {"set größe = 1", "größe", "W0019", "a name is made of a-z A-Z 0-9 _"},
    {"set body.größe = 1", "größe", "W0019", "body[\"größe\"]"},
    {"filter a < b < c", "<", "W0051", "`a < b and b < c`"},
    {"set x = a == b != c", "!=", "W0051", "two comparisons"},
    {"set x = if c then a", "\n", "W0053", "an `if` always has both values"},
    {"set x = 1 + if c then a else b", "if", "W0053", "`if` needs `( )` inside an expression"},
    {"if c { -> x }", "if", "W0014", "steps choose by `route`, `filter` or `detour when`"},
    {"x = 1", "=", "W0013", "a name is bound by `let`"},
    {"body.x = 1", "body.x", "W0014", "a path is changed by `set`, a name is bound by `let`"},
    {"body.x", "body.x", "W0014", "alone is no step"},
    {"body.x[1] = 2", "body.x[1]", "W0014", "changed by `set`"},
    {"filter x not in y", "not", "W0052", "`not x in y`"},
    {"filter x is not T", "not", "W0052", "`not x is T`"},
    {"-> a  -> b", "->", "W0013", "one statement to a line"},
    {"route x { \"a\" -> a  \"b\" -> b }", "\"b\"", "W0013", "a comma or a new line between arms"},
    {"let x = f (y)", "(", "W0011", "no blank between a function and its `(`"},
    {"set x = f (y)", "(", "W0011", "no blank between a function and its `(`"},
    {"set x = { id }", "}", "W0035", "`{ id: id }`"},
    {"set x = { a: 1 b: 2 }", "b", "W0033", "a comma, a new line or `}` is missing"},
    {"set x = [1 2]", "2", "W0032", "a comma is missing"},
    {"set x = f(a b)", "b", "W0031", "a comma is missing"},
    {"route x { is Order -> a }", "is", "W0048", "the type's name alone: `Order -> x`"},
    {"set x = (call x()).y", "call", "W0015", "`let r = call x()`"},
    {"set header.x-y = 1", "header.x-y", "W0014", "`header[\"x-y\"]`"},
    {"set x = 1)", ")", "W0037", "closes nothing"},
    {"set x = a ==", "->", "W0010", "missing"},
    {"set x = ...y", "...", "W0054", "`...` stands in `[ ]` and `{ }` only"},
    {"set x = (1..2)", "..", "W0054", "a range stands in"},
    {"set x = \"a", "\"", "W0021", "begins here"},
    {"set x = \"a ${b\"", "\"", "W0027", "`}` of `${`"},
    {"set x = \"\\u12\"", "\\u12", "W0022", "four hexadecimal digits"},
    {"set x = \"\\ud800\"", "\\ud800", "W0022", "no character"},
    {"set x = \"\\u{110000}\"", "\\u{110000}", "W0022", "no character"},
    {"set x = 1e", "e", "W0025", "unknown unit"},
    {"set x = 2h30", "2h30", "W0025", "ends in a unit"},
    {"-> ", "\n", "W0046", "a channel or an endpoint is missing"},
    {"-> \"x\"", "\"x\"", "W0046", "a channel or an endpoint is missing"},
    {"route x { \"a\" }", "}", "W0047", "an action is missing"},
    {"set x = match y { 1 \"a\" }", "\"a\"", "W0036", "`->` is missing"},
    {"expect ", "\n", "W0046", "what is expected"},
    {"let x 1", "1", "W0043", "`=` is missing"},
    {"throttle 50/s extra: 1", ":", "W0012", "unexpected"},
    {"let", "\n", "W0042", "a name is missing"},
    {"validate", "\n", "W0045", "a type is missing"},
    {"fail", "\n", "W0047", "a failure class"},
    {"- b", "-", "W0014", "end of the line above"},
};

// A first line of a block.
const Refused firsts[] = {
    {"on any skip", "on", "W0014", "`on` follows the step or the `}` it belongs to"},
    {"and x", "and", "W0011", "unexpected `and`"},
    {"within 5s", "within", "W0014", "begins a clause"},
};

// A declaration of a file.
const Refused declarations[] = {
    {"quue small", "quue", "W0003", "`queue`"},
    {"zzzzz x", "zzzzz", "W0003", "declarations begin with"},
    {"type Order { name?: string }", "?:", "W0012", "write `name: T?`"},
    {"type order { id: string }", "order", "W0018", "types begin with a capital"},
    {"queue Big", "Big", "W0018", "other names do not"},
    {"fn f(X) = X", "X", "W0018", "put `x`"},
    {"queue by", "by", "W0017", "a word of the language"},
    {"param from = 1", "from", "W0017", "a word of the language"},
    {"fn f(by) = 1", "by", "W0017", "a word of the language"},
    {"fn f(x) = x.map(in -> 1)", "in", "W0017", "a word of the language"},
    {"type T { a b }", "b", "W0035", "a colon and a type are missing"},
    {"type T { a: }", "}", "W0045", "a type is missing"},
    {"type T", "\n", "W0045", "the type's body is missing"},
    {"table seen by id", "by", "W0045", "a table has a type"},
    {"switch night = 1", "1", "W0043", "a switch is `on` or `off`"},
    {"edition two", "two", "W0043", "the edition is a number"},
    {"import 5", "5", "W0043", "`import` names"},
    {"flow f from a\n", "queue", "W0041", "the `{` of the flow's steps"},
    {"flow f from a { -> b", "queue", "W0044", "a `}` is missing"},
    {"flow f\n  from a\n  on any\n{\n -> b\n}", "\n", "W0047", "an action is missing"},
    {"}", "}", "W0037", "closes nothing"},
    {"queue \"a\"", "\"a\"", "W0042", "a name is missing"},
    {"test t { }", "t", "W0043", "a text in quotes is missing"},
    {"queue", "\n", "W0042", "a name is missing"},
    {"store keep", "\n", "W0010", "an expression is missing"},
};

void check(const std::string& text, const Refused& wrong, std::size_t from) {
    const auto reading = read("t.flow", text);
    const std::string all = told(*reading);
    INFO(std::string(wrong.text));
    INFO(all);
    const auto& found = reading->findings.all();
    CHECK(found.size() == 1);
    if (found.empty()) return;
    const auto at = text.substr(found[0].at.begin, found[0].at.end - found[0].at.begin);
    CHECK(at == std::string(wrong.at));
    CHECK(found[0].at.begin >= from);
    CHECK(std::string(name_of(found[0].code)) == std::string(wrong.code));
    CHECK(all.find(wrong.told) != std::string::npos);
}

}  // namespace

TEST_CASE("statements that are refused") {
    const std::string before = "queue a\n\nflow f from q {\n  log \"x\"\n";
    for (const auto& wrong : statements) check(before + "  " + wrong.text + "\n  -> done\n}\n\nqueue done\n", wrong, before.size());
    for (const auto& wrong : firsts) {
        const std::string head = "flow f from q {\n";
        check(head + "  " + wrong.text + "\n  -> done\n}\n", wrong, head.size());
    }
}

TEST_CASE("declarations that are refused") {
    const std::string before = "queue a\n\n";
    for (const auto& wrong : declarations) check(before + wrong.text + "\nqueue done\n", wrong, before.size());
}

TEST_CASE("what stands around a refused statement is read") {
    const std::string before = "flow f from q {\n  log \"x\"\n";
    for (const auto& wrong : statements) {
        INFO(wrong.text);
        const auto reading = read("t.flow", before + "  " + wrong.text + "\n  -> done\n}\n\nqueue done\n");
        REQUIRE(reading->file.declarations.size() == 2);
        const auto* flow = std::get_if<weir::syntax::Flow>(&reading->file.declarations[0].node);
        REQUIRE(flow);
        REQUIRE(flow->body);
        CHECK(flow->body->statements.size() >= 2);
    }
}

TEST_CASE("characters that can't stand in a file") {
    const std::pair<std::string, const char*> texts[] = {
        {std::string("queue a # \0\n", 12), "W0001"}, {"queue a # \x01\n", "W0001"}, {"queue a\rqueue b\n", "W0001"},        {"# \xE2\x80\xAE\n", "W0005"},
        {"# \xFF\n", "W0006"},                       {"# \xC0\xAF\n", "W0006"},     {"# \xED\xA0\x80\n", "W0006"},        {"# \xF4\x90\x80\x80\n", "W0006"},
        {"# \xE2\x82\n", "W0006"},                   {"param x = \"\x02\"\n", "W0001"}, {"queue a # \x1b[31m\n", "W0001"},
    };
    for (const auto& [text, code] : texts) {
        const auto reading = read("t.flow", text);
        INFO(told(*reading));
        CHECK(reading->findings.all().size() == 1);
        if (!reading->findings.all().empty()) CHECK(std::string(name_of(reading->findings.all()[0].code)) == code);
    }
    CHECK(told(*read("t.flow", "# é 漢 \xF0\x9F\x98\x80\r\nqueue a\t# tab\r\n")) == "");
    CHECK(told(*read("t.flow", std::string(100000, '\x01'))).size() < 5000);
}

TEST_CASE("a file of more than 16 MiB is not read") {
    const auto reading = read("t.flow", std::string((16u << 20) + 1, '\n'));
    CHECK(reading->findings.all().size() == 1);
    CHECK(told(*reading).find("W0002") == 0);
    CHECK(told(*read("t.flow", std::string(16u << 20, '\n'))) == "");
}
