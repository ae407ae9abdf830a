// Over plans made by hand: what each operator gives, and what it says when it can't.
#include "make.hpp"

using namespace weir;
using namespace weir::test;
using plan::Op;

namespace {

const char* const order = R"({"id":7,"name":"Ann","customer":{"name":"Bob","tier":null},"price":2.50,"items":[{"sku":"a","qty":2,"price":1.25},{"sku":"b","qty":3,"price":10}],"big":123456789012345678901234567890,"real":1.5e0,"flag":true})";

}  // namespace

TEST_CASE("paths: what is there, what is absent and what is no way") {
    Make make;
    const auto check = [&](std::vector<const char*> names) { return evaluate(make.plan, make.body(std::move(names)), order); };
    CHECK(check({"id"}) == "7");
    CHECK(check({"customer", "name"}) == "\"Bob\"");
    CHECK(check({"price"}) == "2.50");
    CHECK(check({"nothing"}) == "! body has no field `nothing` @ body.nothing");
    CHECK(check({"customer", "nothing"}) == "! body.customer has no field `nothing` @ body.customer.nothing");
    CHECK(check({"customer", "tier"}) == "null");
    CHECK(check({"customer", "tier", "x"}) == "! body.customer.tier is null and has no field `x`: `?` or `??` says what then @ body.customer.tier");
    CHECK(check({"customer", "tier", "?x"}) == "null");
    CHECK(check({"nothing", "?x"}) == "null");
    CHECK(check({"nothing", "?x", "y"}).starts_with("! body.nothing.x is null and has no field `y`"));
    CHECK(check({"name", "x"}) == "! body.name is a string and has no field `x` @ body.name");
    CHECK(check({"name", "?x"}) == "! body.name is a string and has no field `x` @ body.name");
    CHECK(evaluate(make.plan, make.field(make.op(Op::index, {make.body({"items"}), make.number(1)}), "sku"), order) == "\"b\"");
    CHECK(evaluate(make.plan, make.op(Op::index, {make.body({"items"}), make.number(2)}), order) == "! body.items has no item 2 @ body.items[2]");
    CHECK(evaluate(make.plan, make.op(Op::index, {make.body({"items"}), make.op(Op::subtract, {make.body({"id"}), make.number(6)})}), order) == R"({"sku":"b","qty":3,"price":10})");
    CHECK(evaluate(make.plan, make.body({"id"}), "{ \"id\": ").starts_with("! "));
}

TEST_CASE("`??`, `catch` and `has` tell absence from failure") {
    Make make;
    const auto coalesce = [&](std::vector<const char*> names) { return evaluate(make.plan, make.op(Op::coalesce, {make.body(std::move(names)), make.text("std")}), order); };
    CHECK(coalesce({"customer", "tier"}) == "\"std\"");
    CHECK(coalesce({"customer", "nothing"}) == "\"std\"");
    CHECK(coalesce({"nothing", "nothing"}).starts_with("! body.nothing is missing"));
    CHECK(coalesce({"nothing", "?x"}) == "\"std\"");
    CHECK(coalesce({"name", "x"}).starts_with("! body.name is a string"));
    CHECK(evaluate(make.plan, make.op(Op::catch_, {make.body({"nothing", "x"}), make.number(1)}), order) == "1");
    CHECK(evaluate(make.plan, make.op(Op::catch_, {make.body({"customer", "tier"}), make.number(1)}), order) == "null");
    CHECK(evaluate(make.plan, make.op(Op::has, {make.body({"customer", "name"})}), order) == "true");
    CHECK(evaluate(make.plan, make.op(Op::has, {make.body({"customer", "tier"})}), order) == "false");
    CHECK(evaluate(make.plan, make.op(Op::has, {make.body({"a", "b"})}), order) == "false");
    CHECK(evaluate(make.plan, make.op(Op::equal, {make.body({"nothing"}), make.constant(Null{})}), order) == "true");
    CHECK(evaluate(make.plan, make.op(Op::equal, {make.body({"nothing"}), make.text("x")}), order) == "! body has no field `nothing` @ body.nothing");
}

TEST_CASE("a field that the type lets be missing is missing and no failure") {
    Make make;
    const plan::ExprId path = make.body({"nothing"});
    make.plan.exprs[path].type = make.type(plan::TypeKind::string, true);
    CHECK(evaluate(make.plan, path, order) == "missing");
    CHECK(evaluate(make.plan, make.op(Op::equal, {path, make.text("x")}), order) == "false");
    CHECK(evaluate(make.plan, make.object({{"a", path}, {"b?", path}}), order) == R"({"a":null})");
    CHECK(evaluate(make.plan, make.op(Op::add, {path, make.text("x")}), order) == "! `+` can't compute with missing: `??` says what stands for it @ body.nothing");
}

TEST_CASE("numbers: ints overflow as failures, decimals are exact, doubles don't mix") {
    Make make;
    struct Row {
        Op op;
        Constant a, b;
        const char* expected;
    };
    const auto d = [](const char* text) { return Constant(*read_decimal(text)); };
    const auto i = [](std::int64_t x) { return Constant(x); };
    const Row rows[] = {
        {Op::add, i(1), i(2), "3"},
        {Op::add, i(INT64_MAX), i(1), "! the result is beyond the 64 bits of an int: decimal(x) computes with 38 digits @ "},
        {Op::multiply, i(INT64_MIN), i(-1), "! the result is beyond the 64 bits of an int: decimal(x) computes with 38 digits @ "},
        {Op::div, i(INT64_MIN), i(-1), "! the result is beyond the 64 bits of an int: decimal(x) computes with 38 digits @ "},
        {Op::mod, i(INT64_MIN), i(-1), "0"},
        {Op::div, i(-7), i(2), "-4"},
        {Op::mod, i(-7), i(2), "1"},
        {Op::mod, i(7), i(-2), "-1"},
        {Op::div, i(7), i(-2), "-4"},
        {Op::divide, i(1), i(4), "0.25"},
        {Op::divide, i(1), i(0), "! division by zero @ "},
        {Op::mod, i(1), i(0), "! division by zero @ "},
        {Op::divide, d("1.0"), d("0.00"), "! division by zero @ "},
        {Op::add, d("0.1"), d("0.2"), "0.3"},
        {Op::add, d("2.50"), i(1), "3.50"},
        {Op::subtract, i(1), d("0.999"), "0.001"},
        {Op::multiply, d("1.25"), i(3), "3.75"},
        {Op::multiply, d("9223372036854775807.5"), d("2.0"), "18446744073709551615.00"},
        {Op::add, d("99999999999999999999999999999999999999"), i(1), "! the result needs more than 38 digits @ "},
        {Op::mod, d("-7.5"), i(2), "0.5"},
        {Op::div, d("-7.5"), i(2), "-4"},
        {Op::add, Constant(1.5), Constant(2.0), "3.5e0"},
        {Op::add, Constant(1.5), i(2), "! decimals and doubles don't mix: double(x) or decimal(x) says which is meant @ "},
        {Op::multiply, Constant(1e308), Constant(10.0), "! the result is not a finite number @ "},
        {Op::mod, Constant(-7.5), Constant(2.0), "5e-1"},
        {Op::add, Constant(std::string("a")), Constant(std::string("b")), "\"ab\""},
        {Op::add, Constant(std::string("a")), i(1), "! `+` can't compute with a string and an int: \"${a}${b}\" makes a text, int(x) or decimal(x) a number @ "},
        {Op::multiply, Constant(std::string("2")), i(1), "! `*` can't compute with a string and an int: int(x) or decimal(x) makes a number of a text @ "},
        {Op::add, Constant(Null{}), i(1), "! `+` can't compute with null: `??` says what stands for it @ "},
        {Op::add, Constant(true), i(1), "! `+` can't compute with a bool and an int @ "},
        {Op::multiply, d("50.00"), Constant(Percent{*read_decimal("20")}), "10.0000"},
        {Op::add, Constant(Timestamp{0}), Constant(Duration{90'000'000'000}), "\"1970-01-01T00:01:30Z\""},
        {Op::subtract, Constant(Timestamp{60'000'000'000}), Constant(Timestamp{0}), "\"1m\""},
        {Op::add, Constant(Timestamp{0}), Constant(Timestamp{0}), "! `+` can't compute with a timestamp and a timestamp @ "},
        {Op::add, Constant(Timestamp{INT64_MAX}), Constant(Duration{1}), "! the result is beyond the range of its type @ "},
        {Op::multiply, Constant(Duration{1'000'000'000}), i(90), "\"90s\""},
        {Op::equal, d("2.5"), d("2.50"), "true"},
        {Op::equal, i(1), d("1.0"), "true"},
        {Op::equal, i(1), Constant(1.0), "false"},
        {Op::equal, i(1), Constant(std::string("1")), "false"},
        {Op::less, i(1), d("1.5"), "true"},
        {Op::less, Constant(std::string("Z")), Constant(std::string("a")), "true"},
        {Op::less, Constant(std::string("z")), Constant(std::string("ä")), "true"},
        {Op::less, i(1), Constant(std::string("2")), "! `<` can't compare an int with a string @ "},
        {Op::less, i(1), Constant(2.0), "! `<` can't compare an int with a double: double(x) or decimal(x) says which is meant @ "},
        {Op::less, Constant(true), Constant(false), "! `<` can't compare a bool with a bool @ "},
        {Op::greater_equal, Constant(Timestamp{1}), Constant(Timestamp{1}), "true"},
    };
    for (const Row& row : rows) {
        CAPTURE(static_cast<int>(row.op));
        // As constants (folded), and as a field of an object (not folded): both ways give the same.
        CHECK(evaluate(make.plan, make.op(row.op, {make.constant(row.a), make.constant(row.b)})) == row.expected);
        Compiler compiler(make.plan);
        make.plan.params.resize(2);
        const CodePtr code = Compiler(make.plan).compile(make.op(row.op, {make.name(Op::param, 0), make.name(Op::param, 1)}));
        const CodePtr a = compiler.compile(make.constant(row.a)), b = compiler.compile(make.constant(row.b));
        Bench bench;
        Value params[2];
        REQUIRE(a->run(bench.scope, params[0]));
        REQUIRE(b->run(bench.scope, params[1]));
        bench.scope.params = params;
        CHECK(bench.run(*code) == row.expected);
    }
}

TEST_CASE("numbers of a body compute as what their text says") {
    Make make;
    const auto add = [&](const char* field, plan::ExprId to) { return evaluate(make.plan, make.op(Op::add, {make.body({field}), to}), order); };
    CHECK(add("id", make.number(1)) == "8");
    CHECK(add("price", make.number(1)) == "3.50");
    CHECK(add("big", make.number(1)) == "123456789012345678901234567891");
    CHECK(add("real", make.number(1)) == "! decimals and doubles don't mix: double(x) or decimal(x) says which is meant @ body.real");
    CHECK(add("name", make.number(1)) == "! `+` can't compute with a string and an int: \"${a}${b}\" makes a text, int(x) or decimal(x) a number @ body.name");
    CHECK(evaluate(make.plan, make.op(Op::greater, {make.body({"price"}), make.decimal("2.49")}), order) == "true");
    CHECK(evaluate(make.plan, make.op(Op::equal, {make.body({"price"}), make.decimal("2.5")}), order) == "true");
    CHECK(evaluate(make.plan, make.op(Op::equal, {make.body({"real"}), make.decimal("1.5")}), order) == "false");
    CHECK(evaluate(make.plan, make.op(Op::greater, {make.body({"name"}), make.number(1)}), order) == "! `>` can't compare a string with an int @ body.name");
    CHECK(evaluate(make.plan, make.op(Op::add, {make.body({"x"}), make.number(1)}), R"({"x":123456789012345678901234567890123456789})").starts_with("! "));
    CHECK(evaluate(make.plan, make.body({"x"}), R"({"x":123456789012345678901234567890123456789})") == "123456789012345678901234567890123456789");
}

TEST_CASE("conditions are bools, nothing else") {
    Make make;
    const auto logic = [&](Op op, plan::ExprId a, plan::ExprId b) { return evaluate(make.plan, make.op(op, {a, b}), order); };
    const auto yes = make.constant(true), no = make.constant(false);
    CHECK(logic(Op::and_, yes, make.body({"flag"})) == "true");
    CHECK(logic(Op::and_, no, make.body({"nothing"})) == "false");
    CHECK(logic(Op::or_, yes, make.body({"nothing"})) == "true");
    CHECK(logic(Op::or_, no, make.body({"id"})) == "! a condition must be a bool, and this is an int @ ");
    CHECK(logic(Op::and_, make.body({"customer", "tier"}), yes) == "! a condition must be a bool, and this is null @ ");
    CHECK(evaluate(make.plan, make.op(Op::if_, {make.body({"name"}), yes, no}), order) == "! a condition must be a bool, and this is a string @ ");
    CHECK(evaluate(make.plan, make.op(Op::if_, {make.op(Op::not_, {make.body({"flag"})}), make.number(1), make.number(2)}), order) == "2");
}

TEST_CASE("texts and objects") {
    Make make;
    CHECK(evaluate(make.plan, make.op(Op::text, {make.text("id "), make.body({"id"}), make.text(", "), make.body({"price"}), make.body({"flag"})}), order) == "\"id 7, 2.50true\"");
    CHECK(evaluate(make.plan, make.op(Op::text, {make.body({"customer", "tier"})}), order) == "! ${} takes a text, a number or another scalar, and this is null: `??` says what stands for it @ body.customer.tier");
    CHECK(evaluate(make.plan, make.op(Op::text, {make.body({"items"})}), order) == "! ${} takes a text, a number or another scalar, and this is an array: json(x) writes it @ body.items");
    CHECK(evaluate(make.plan, make.object({{"a", make.number(1)}, {"b?", make.body({"nothing"})}, {"c?", make.body({"customer", "tier"})}, {"d?", make.body({"id"})}}), order) == R"({"a":1,"d":7})");
    CHECK(evaluate(make.plan, make.object({{"...", make.body({"customer"})}, {"name", make.text("x")}, {"more", make.number(1)}}), order) == R"({"name":"x","tier":null,"more":1})");
    CHECK(evaluate(make.plan, make.object({{"...", make.body({"customer", "tier"})}}), order) == "! `...` in an object takes an object, and this is null @ body.customer.tier");
    CHECK(evaluate(make.plan, make.object({{"a", make.number(1)}, {"a", make.number(2)}})) == R"({"a":2})");
    const auto a = make.object({{"x", make.number(1)}, {"y", make.decimal("2.0")}}), b = make.object({{"y", make.number(2)}, {"x", make.number(1)}});
    CHECK(evaluate(make.plan, make.op(Op::equal, {a, b})) == "true");
}

TEST_CASE("lambdas: the failure names the item") {
    Make make;
    const auto total = make.call("sum", {make.call("map", {make.body({"items"}), make.lambda(0, make.op(Op::multiply, {make.field(make.local(0), "qty"), make.field(make.local(0), "price")}))})});
    CHECK(evaluate(make.plan, total, order) == "32.50");
    CHECK(evaluate(make.plan, total, R"({"items":[{"qty":1,"price":2},{"qty":1}]})") == "! the value has no field `price` @ body.items[1].price");
    CHECK(evaluate(make.plan, total, R"({"items":[{"qty":1,"price":2},7]})") == "! the value is an int and has no field `qty` @ body.items[1]");
    const auto nested = make.call("flat_map", {make.body({"rows"}), make.lambda(0, make.call("map", {make.field(make.local(0), "xs"), make.lambda(1, make.op(Op::add, {make.local(1), make.field(make.local(0), "add")}))}))});
    CHECK(evaluate(make.plan, nested, R"({"rows":[{"add":1,"xs":[1,2]},{"add":10,"xs":[3]}]})") == "[2,3,13]");
    CHECK(evaluate(make.plan, nested, R"({"rows":[{"add":1,"xs":[1,"b"]}]})").ends_with("@ body.rows[0].xs[1]"));
}

TEST_CASE("functions have frames of their own, also as arguments of each other") {
    Make make;
    // fn double_all(xs) = xs.map(x -> twice(x));  fn twice(n) = n + n
    plan::Function twice{"twice", 1, 1, make.op(Op::add, {make.local(0), make.local(0)})};
    plan::Expr apply;
    apply.op = Op::apply;
    apply.slot = 0;
    apply.operands = {make.local(1)};
    plan::Function all{"double_all", 1, 2, make.call("map", {make.local(0), make.lambda(1, make.add(apply))})};
    make.plan.functions = {twice, all};
    plan::Expr outer;
    outer.op = Op::apply;
    outer.slot = 1;
    outer.operands = {make.body({"xs"})};
    const auto doubled = make.add(outer);
    CHECK(evaluate(make.plan, doubled, R"({"xs":[1,2.5]})") == "[2,5.0]");
    CHECK(evaluate(make.plan, doubled, R"({"xs":[1,null]})") == "! `+` can't compute with null: `??` says what stands for it @ body.xs[1]");
    plan::Expr nested;
    nested.op = Op::apply;
    nested.slot = 0;
    nested.operands = {make.op(Op::add, {make.body({"a"}), make.body({"a"})})};
    plan::Expr again = nested;
    again.operands = {make.add(nested)};
    CHECK(evaluate(make.plan, make.add(again), R"({"a":1})") == "8");
}

TEST_CASE("match takes the first arm that fits, and fails when none does") {
    Make make;
    plan::Expr match;
    match.op = Op::match;
    match.operands = {make.body({"n"})};
    const auto arm = [&](std::vector<plan::MatchCase> cases, const char* value) {
        plan::MatchArm one;
        one.cases = std::move(cases);
        one.value = make.text(value);
        match.operands.push_back(one.value);
        match.arms.push_back(one);
    };
    using Kind = plan::MatchCase::Kind;
    arm({{Kind::value, std::int64_t{1}, {}, plan::none}, {Kind::value, std::int64_t{2}, {}, plan::none}}, "few");
    arm({{Kind::range, std::int64_t{3}, std::int64_t{9}, plan::none}}, "some");
    arm({{Kind::greater, std::int64_t{100}, {}, plan::none}}, "many");
    const auto id = make.add(match);
    CHECK(evaluate(make.plan, id, R"({"n":2})") == "\"few\"");
    CHECK(evaluate(make.plan, id, R"({"n":9})") == "\"some\"");
    CHECK(evaluate(make.plan, id, R"({"n":100.5})") == "\"many\"");
    CHECK(evaluate(make.plan, id, R"({"n":50})") == "! no arm of `match` fits 50: `_` says what then @ body.n");
    CHECK(evaluate(make.plan, id, R"({"n":"x"})") == "! a string can't be compared with the range 3..9 @ body.n");
}

TEST_CASE("names in scope") {
    Make make;
    Bench bench(order);
    bench.message.headers = std::make_shared<const Headers>(Headers{{"x-region", "EU"}});
    bench.message.meta.id = {1, 2};
    bench.message.meta.created = 0;
    bench.message.meta.history = std::make_shared<const std::vector<Hop>>(std::vector<Hop>{{"f", "c", 0}});
    Failure failure;
    failure.kind = FailureClass::timeout;
    failure.message = "late";
    bench.message.meta.failure = std::make_shared<const Failure>(failure);
    const auto run = [&](plan::ExprId id) { return bench.run(*Compiler(make.plan).compile(id)); };
    plan::Expr header;
    header.op = Op::header_field;
    header.name = "x-region";
    CHECK(run(make.add(header)) == "\"EU\"");
    header.name = "y";
    CHECK(run(make.add(header)) == "! there is no header `y`: `header?.` or `??` says what then @ header.y");
    CHECK(run(make.op(Op::coalesce, {make.add(header), make.text("none")})) == "\"none\"");
    header.safe = true;
    CHECK(run(make.add(header)) == "null");
    CHECK(run(make.name(Op::header)) == R"({"x-region":"EU"})");
    CHECK(run(make.field(make.name(Op::meta), "id")) == "\"00000000000000010000000000000002\"");
    CHECK(run(make.field(make.name(Op::meta), "created")) == "\"1970-01-01T00:00:00Z\"");
    CHECK(run(make.op(Op::coalesce, {make.field(make.name(Op::meta), "in_reply_to"), make.text("nobody")})) == "\"nobody\"");
    CHECK(run(make.field(make.name(Op::meta), "history")) == R"([{"flow":"f","channel":"c","at":"1970-01-01T00:00:00Z"}])");
    CHECK(run(make.field(make.field(make.name(Op::meta), "failure"), "class")) == "\"timeout\"");
    CHECK(run(make.field(make.name(Op::meta), "attempt")) == "1");
    CHECK(run(make.field(make.name(Op::failure), "message")) == "missing");
    bench.scope.failure = &failure;
    CHECK(run(make.field(make.name(Op::failure), "message")) == "\"late\"");
    CHECK(run(make.name(Op::raw)).size() > 100);
    bench.message.body = Body::of(Value::integer(1));
    CHECK(run(make.name(Op::raw)).starts_with("! the body was made by a step"));
    CHECK(run(make.name(Op::body)) == "1");
    bench.environment.values["HOME"] = "/x";
    CHECK(run(make.call("env", {make.text("HOME")})) == "\"/x\"");
    CHECK(run(make.call("env", {make.text("NO")})) == "! `env`: the environment has no variable NO @ ");
    CHECK(run(make.call("env", {make.text("NO"), make.text("d")})) == "\"d\"");
    CHECK(run(make.call("uuid", {})).substr(15, 1) == "4");
    CHECK(run(make.call("now", {})) == "\"2026-01-31T10:00:00Z\"");
}
