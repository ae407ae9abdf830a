// Ugly texts and what becomes of them. The right sides are written by hand, by the rules and the flows of the design.
#include <doctest/doctest.h>

#include <string>

#include "dsl/format/format.hpp"

namespace {

std::string formatted(const std::string& text) {
    weir::Sources sources;
    weir::Findings findings;
    const auto file = sources.add("x.flow", text);
    return weir::format_flow(sources, file, findings).value_or("refused: " + (findings.all().empty() ? std::string("?") : findings.all()[0].message));
}

struct Pair {
    const char* why;
    const char* ugly;
    const char* pretty;
};

// Statements of a flow, without what is around them.
std::string in_flow(const std::string& steps) { return "flow f\n  from q\n{\n" + steps + "}\n"; }

}  // namespace

TEST_CASE("declarations") {
    const Pair pairs[] = {
        {"blanks between tokens", "connector   web=http( listen:\"a:1\",port:1 )\n", "connector web = http(listen: \"a:1\", port: 1)\n"},
        {"operators have blanks, signs have none", "fn f(x)=1+2*- x-(-3)\n", "fn f(x) = 1 + 2 * -x - (-3)\n"},
        {"two signs stay apart", "fn f(x) = - -x\n", "fn f(x) = - -x\n"},
        {"where a blank says something it stays, and stays out", "fn f(a, b) = [a - -b, a- -b]\nflow g from q { reply\"x\" }\n", "fn f(a, b) = [a - -b, a - -b]\nflow g from q { reply\"x\" }\n"},
        {"dots and ranges", "type T { a: 1..99, b: string?, c: [int] }\n", "type T { a: 1..99, b: string?, c: [int] }\n"},
        {"a path goes on over blanks in brackets", "fn f(x) = (x\n .a .b?[ 0 ])\n", "fn f(x) = (x\n  .a.b?[0])\n"},
        {"reserved words before a bracket are no calls", "fn f(a, b) = if(a)then(b)else not(a)and(b)in[1,2]\n", "fn f(a, b) = if (a) then (b) else not (a) and (b) in [1, 2]\n"},
        {"behind a dot they are names", "fn f(a) = a.then(1).in[0]\n", "fn f(a) = a.then(1).in[0]\n"},
        {"lambdas", "fn f(a) = a.map(x->x+1).fold(0,(s,x)->s+x)\n", "fn f(a) = a.map(x -> x + 1).fold(0, (s, x) -> s + x)\n"},
        {"spreads and optional keys", "fn f(a)={...a,b?:1,c :2}\n", "fn f(a) = { ...a, b?: 1, c: 2 }\n"},
        {"an empty object as written", "fn f() = {}\ntype T { }\n", "fn f() = {}\ntype T { }\n"},
        {"literals as written", "fn f() = [1_000,0.50,1e3,5m,10MB,50/s,20%,@2026-01-31T10:00:00Z,r\"\\d  #\",\"a  ${ x+1 } #\"]\n",
         "fn f() = [1_000, 0.50, 1e3, 5m, 10MB, 50/s, 20%, @2026-01-31T10:00:00Z, r\"\\d  #\", \"a  ${ x+1 } #\"]\n"},
        {"long texts stay as they are", "fn f()=\"\"\"\n\t  a  b   \n   c\"\"\"   +x\n", "fn f() = \"\"\"\n\t  a  b   \n   c\"\"\" + x\n"},
        {"a body on the next line", "fn f(x) =\n        { a: x }\n", "fn f(x) =\n  { a: x }\n"},
        {"types over lines", "type T =\n| \"a\"\n        | \"b\"\n", "type T =\n  | \"a\"\n  | \"b\"\n"},
        {"annotations", "queue a.new : T\nmoved from a.old\n      deprecated \"use b\"\n", "queue a.new: T\n  moved from a.old\n  deprecated \"use b\"\n"},
        {"lists of channels go on under the first", "queue a,\n b\n", "queue a,\n      b\n"},
        {"fields are aligned", "type T {\n id:string\n# why\n customer_id:int=1\n}\n", "type T {\n  id:          string\n  # why\n  customer_id: int = 1\n}\n"},
        {"a blank line and a value of several lines part them", "fn f() = {\na: 1\nlong: 2\n\nlonger: 3\nlist: [\n1\n]\nb: 2\n}\n",
         "fn f() = {\n  a:    1\n  long: 2\n\n  longer: 3\n  list: [\n    1\n  ]\n  b: 2\n}\n"},
        {"braces of several lines stand at line ends", "fn f() = { a: 1,\n bb: 2 }\n", "fn f() = {\n  a:  1,\n  bb: 2\n}\n"},
        {"brackets stay where they are", "fn f() = [1,\n2,\n3]\n", "fn f() = [1,\n  2,\n  3]\n"},
        {"one item inside that has several lines is no reason", "fn f() = g({ a: [\n1\n] })\n", "fn f() = g({ a: [\n  1\n] })\n"},
        {"columns that the author shared", "param a: int   = 1\nparam bcd: int = 2\nqueue   x\n", "param a: int   = 1\nparam bcd: int = 2\nqueue x\n"},
        {"columns that were shared move together", "connector   web      =  http()\nconnector   vision   =  http()\n", "connector web    = http()\nconnector vision = http()\n"},
    };
    for (const Pair& pair : pairs) {
        CAPTURE(pair.why);
        CHECK(formatted(pair.ugly) == std::string(pair.pretty));
    }
}

TEST_CASE("headers") {
    const Pair pairs[] = {
        {"clauses stand at two", "flow f\nfrom a\n      on any -> b\n   {\n-> c\n}\n", "flow f\n  from a\n  on any -> b\n{\n  -> c\n}\n"},
        {"on one line", "flow f from a{->b}\n", "flow f from a { -> b }\n"},
        {"the body of a flow opened behind its header", "flow f\nfrom a\non any -> x {\n-> b\n}\n", "flow f\n  from a\n  on any -> x {\n  -> b\n}\n"},
        {"sources under each other", "flow f\n  from a weight 6, b weight 3,\n c weight 1\n{\n  -> z\n}\n", "flow f\n  from a weight 6, b weight 3,\n       c weight 1\n{\n  -> z\n}\n"},
        {"then on a line of its own", "flow f\n  from a\n  on transient retry 3 times,\n  then -> b\n{\n  -> z\n}\n", "flow f\n  from a\n  on transient retry 3 times,\n    then -> b\n{\n  -> z\n}\n"},
        {"aligned exits", "flow f\n  from a\n  on invalid  -> b\n  on any      -> c\n{\n  -> z\n}\n", "flow f\n  from a\n  on invalid -> b\n  on any     -> c\n{\n  -> z\n}\n"},
        {"a block in a header", "flow f\n  from a\n  on any {\n  log \"x\"\n  -> b }\n{\n  -> z\n}\n", "flow f\n  from a\n  on any {\n    log \"x\"\n    -> b\n  }\n{\n  -> z\n}\n"},
        {"comments in a header", "flow f\n# one\n  from a\n      # two\n{\n  -> z\n}\n", "flow f\n  # one\n  from a\n  # two\n{\n  -> z\n}\n"},
        {"states", "process p\n  from a by body.id\n{\ndata { x: int=0 }\n state one {\n  enter{-> d}\n on a { set data.x = 1\nbecome two }\n}\nstate two {\n\n}\n}\n",
         "process p\n  from a by body.id\n{\n  data { x: int = 0 }\n  state one {\n    enter { -> d }\n    on a {\n      set data.x = 1\n      become two\n    }\n  }\n  state two {\n  }\n}\n"},
    };
    for (const Pair& pair : pairs) {
        CAPTURE(pair.why);
        CHECK(formatted(pair.ugly) == std::string(pair.pretty));
    }
}

TEST_CASE("steps") {
    const Pair pairs[] = {
        {"indentation by nesting", "split body.items {\n        -> q.a\n}\n", "  split body.items {\n    -> q.a\n  }\n"},
        {"clauses go on under their step", "enrich body.a = call v.get(\"/x\")\ntimeout 5s\non any skip\n-> b\n", "  enrich body.a = call v.get(\"/x\")\n    timeout 5s\n    on any skip\n  -> b\n"},
        {"and behind a block", "split body.x {\n-> a\n}\njoin complete when all\n or after 2s\n", "  split body.x {\n    -> a\n  }\n    join complete when all\n      or after 2s\n"},
        {"the other or", "aggregate by body.x\ncomplete when a or b\nor after 5m\nonce for 24h\n", "  aggregate by body.x\n    complete when a or b\n      or after 5m\n    once for 24h\n"},
        {"chains", "set body.total=body.lines\n.map(l->l.qty)\n  .sum()\n", "  set body.total = body.lines\n    .map(l -> l.qty)\n    .sum()\n"},
        {"arms", "route body.x {\n\"a\"|\"b\"->q.a\n1..9->q.b\n>=-1 { -> c }\nelse discard \"x\"\n}\n", "  route body.x {\n    \"a\" | \"b\" -> q.a\n    1..9      -> q.b\n    >= -1     { -> c }\n    else      discard \"x\"\n  }\n"},
        {"arms of several lines stand apart", "route {\nwhen a -> x\nwhen bcd {\n-> y\n}\nelse -> z\n}\n", "  route {\n    when a -> x\n    when bcd {\n      -> y\n    }\n    else -> z\n  }\n"},
        {"values beside conditions", "route x {\n\"a\" -> a\n\"bc\" -> b\nwhen body.amount > 10 -> c\n}\n", "  route x {\n    \"a\"  -> a\n    \"bc\" -> b\n    when body.amount > 10 -> c\n  }\n"},
        {"unless the author aligned them", "route x {\n\"a\"           -> a\nwhen body.b -> b\n}\n", "  route x {\n    \"a\" -> a\n    when body.b -> b\n  }\n"},
        {"the same, aligned", "route x {\n    \"a\"         -> a\n    when body.b -> b\n}\n", "  route x {\n    \"a\"         -> a\n    when body.b -> b\n  }\n"},
        {"a call and a word with a value", "f(x: 1)\nlog (1+2)\n", "  f(x: 1)\n  log (1 + 2)\n"},
        {"match", "set x = match y {\n1->\"a\"\n_->\"bc\"\n}\n", "  set x = match y {\n    1 -> \"a\"\n    _ -> \"bc\"\n  }\n"},
        {"arguments over lines", "call db.exec(\"x\",\nid: body.id,\nsum: a +\nb\n)\n", "  call db.exec(\"x\",\n    id: body.id,\n    sum: a +\n      b\n  )\n"},
    };
    for (const Pair& pair : pairs) {
        CAPTURE(pair.why);
        CHECK(formatted(in_flow(pair.ugly)) == in_flow(pair.pretty));
    }
}

TEST_CASE("lines and comments") {
    const Pair pairs[] = {
        {"nothing", "", ""},
        {"blank lines only", "\n\n  \n", ""},
        {"a comment only", "\n\n#x  \n\n", "#x\n"},
        {"one blank line at most, none at the ends of brackets", "\nqueue a\n\n\n\nqueue b\ntype T {\n\n  id: int\n\n}\n\n", "queue a\n\nqueue b\ntype T {\n  id: int\n}\n"},
        {"blanks at line ends, tabs, no last newline", "queue a \t \n\tqueue\tb", "queue a\nqueue b\n"},
        {"a comment stands as deep as what is below it", "# file\n\n      # a\nqueue a\n\ntype T {\n# id\nid: int\n      # end\n}\n# last\n", "# file\n\n# a\nqueue a\n\ntype T {\n  # id\n  id: int\n  # end\n}\n# last\n"},
        {"comments behind lines", "queue a#x\nqueue b   # y\n", "queue a #x\nqueue b   # y\n"},
        {"they keep their column where there is room", "queue   a   # one\nqueue bcd   # two\n", "queue a     # one\nqueue bcd   # two\n"},
        {"a comment behind an opening brace", "type T { # why\nid: int }\n", "type T { # why\n  id: int\n}\n"},
        {"a comment between a step and its clause", "flow f\n  from q\n{\n  call x.get(\"/\")\n# slow\ntimeout 5s\n}\n", "flow f\n  from q\n{\n  call x.get(\"/\")\n    # slow\n    timeout 5s\n}\n"},
        {"the line ends that the file has", "queue a\r\ntype T {\r\nid: int }\r\n", "queue a\r\ntype T {\r\n  id: int\r\n}\r\n"},
        {"what begins a script, and what looks like it", "#!/usr/bin/env weir\nqueue  a\n", "#!/usr/bin/env weir\nqueue a\n"},
        {"a comment stays one", "\n\n#!x\nqueue  a\n", "\n#!x\nqueue a\n"},
        {"comments before a body", "flow f\n  from a\n# x\n# y\n{\n  -> z\n}\n", "flow f\n  from a\n# x\n# y\n{\n  -> z\n}\n"},
        {"a byte order mark goes", "\xEF\xBB\xBFqueue  a\n", "queue a\n"},
        {"columns are counted in characters", "fn f() = {\n\"gr\xC3\xB6\xC3\x9F\x65\": 1\nabcdefg: 2\n}\n", "fn f() = {\n  \"gr\xC3\xB6\xC3\x9F\x65\": 1\n  abcdefg: 2\n}\n"},
    };
    for (const Pair& pair : pairs) {
        CAPTURE(pair.why);
        CHECK(formatted(pair.ugly) == std::string(pair.pretty));
    }
}

TEST_CASE("a file with errors is refused and told why") {
    weir::Sources sources;
    weir::Findings findings;
    const auto file = sources.add("x.flow", "queue   a\nflow f from a { filter x && y }\n");
    CHECK(!weir::format_flow(sources, file, findings));
    REQUIRE(findings.all().size() == 1);
    CHECK(sources.place(findings.all()[0].at.begin).line == 2);
}

TEST_CASE("large files: lines of comments, one line of a hundred thousand entries, a long column") {
    std::string comments = "queue a\n", line = "fn f() = {", column = "fn f() = {\n";
    for (int n = 0; n < 100000; ++n) {
        comments += "# c\n";
        line += (n > 0 ? ", k" : " k") + std::to_string(n) + ": " + std::to_string(n);
        column += "k" + std::to_string(n) + ": 1\n";
    }
    line += " }\n";
    CHECK(formatted(comments) == comments);
    CHECK(formatted(line) == line);
    const std::string aligned = formatted(column + "}\n");
    CHECK(aligned.starts_with("fn f() = {\n  k0:     1\n"));
    CHECK(aligned.ends_with("  k99999: 1\n}\n"));
}

TEST_CASE("what tells one flow from another") {
    CHECK(weir::same_flows("queue a # x\n", "queue   a   # x\n\n"));
    CHECK(!weir::same_flows("queue a\n", "queue b\n"));
    CHECK(!weir::same_flows("queue a # x\n", "queue a # y\n"));
    CHECK(!weir::same_flows("queue a # x\n", "queue a\n"));
    CHECK(!weir::same_flows("# x\nqueue a\n", "# x\n\nqueue a\n"));  // it was the documentation of `a`
    CHECK(!weir::same_flows("queue a\n", "queue a }\n"));
}
