// Expressions as they are written, a body, and what comes out.
#include "text.hpp"

using namespace weir;
using namespace weir::test;

namespace {

const char* const body = R"({"id":7,"ok":true,"name":"Ann","tags":["a","b"],"customer":{"name":"Bob","tier":null},"price":2.50,"text":"2.5","when":"2026-01-31T10:00:00Z","items":[{"sku":"a","qty":2,"price":1.25},{"sku":"b","qty":3,"price":10}]})";

struct Row {
    const char* expression;
    const char* expected;  // JSON, or "! why @ path"
};
const Row rows[] = {
    {"body.id + 1", "8"},
    {"body.price * 2", "5.00"},
    {"1 / 4", "0.25"},
    {"-7 div 2", "-4"},
    {"-7 mod 2", "1"},
    {"2 + 3 * 4 - 1", "13"},
    {"-9223372036854775808", "-9223372036854775808"},
    {"body.id + 9223372036854775807", "! the result is beyond the 64 bits of an int: decimal(x) computes with 38 digits @ body.id"},
    {"body.nothing", "! body has no field `nothing` @ body.nothing"},
    {"body.nothing ?? \"x\"", "\"x\""},
    {"body.customer.tier ?? \"std\"", "\"std\""},
    {"body.customer.tier.x", "! body.customer.tier is null and has no field `x`: `?` or `??` says what then @ body.customer.tier"},
    {"body.customer.tier?.x", "null"},
    {"body.a?.b ?? 1", "1"},
    {"body.a.b catch 2", "2"},
    {"body.customer.tier catch 2", "null"},
    {"has(body.customer.name) and not has(body.customer.tier)", "true"},
    {"has(body.a.b.c)", "false"},
    {"body.items[1].sku", "\"b\""},
    {"body.items[9]?.sku", "null"},
    {"body.items[9]", "! body.items has no item 9 @ body.items[9]"},
    {"body.items?[9]?.sku", "null"},
    {"body[\"id\"]", "7"},
    {"if body.ok then \"yes\" else \"no\"", "\"yes\""},
    {"if body.id then 1 else 2", "! a condition must be a bool, and this is an int @ "},
    {"match body.id { 1..5 -> \"low\", 6 | 7 -> \"mid\", _ -> \"high\" }", "\"mid\""},
    {"match { when body.id > 100 -> 1, when body.ok -> 2, else -> 3 }", "2"},
    {"match body.name { \"Bob\" -> 1 }", "! no arm of `match` fits \"Ann\": `_` says what then @ body.name"},
    {"body.id in [1, 7]", "true"},
    {"body.price in 2.5..3", "true"},
    {"body.name in 1..2", "! a string can't be compared with the range 1..2 @ body.name"},
    {"not body.name in [\"x\"]", "true"},
    {"body.name is string and not body.name is int", "true"},
    {"body.id is 1..9", "true"},
    {"body.nothing is string", "false"},
    {"\"id ${body.id}: ${body.price} ${body.ok}\"", "\"id 7: 2.50 true\""},
    {"\"${body.customer.tier}\"", "! ${} takes a text, a number or another scalar, and this is null: `??` says what stands for it @ body.customer.tier"},
    {"{ ...body.customer, name: \"x\", note?: body.note, id?: body.id }", R"({"name":"x","tier":null,"id":7})"},
    {"{ \"k${body.id}\": 1 }", R"({"k7":1})"},
    {"{ name: 1, \"k${body.id}\": 2, \"a\\\"b\": 3 }", R"({"name":1,"k7":2,"a\"b":3})"},
    {"{ \"a name that has more than thirty bytes in it\": body.name, \"größe\": 1 }", R"({"a name that has more than thirty bytes in it":"Ann","größe":1})"},
    {"{ ...body, name: 1, k7: 2 }.name", "1"},
    {"{ ...body.customer, \"n${\"ame\"}\": 1 }.name", "1"},
    {"keys({ id: 1, \"k${body.id}\": 2 }).map(k -> k.upper())", R"(["ID","K7"])"},
    {"keys(body).filter(k -> k == \"id\" or k == \"tags\")", R"(["id","tags"])"},
    {"{ id: 1 } == { \"i${\"d\"}\": 1 }", "true"},
    {"body.customer == { tier: null, name: \"B${\"ob\"}\" }", "true"},
    {"body.name.trim(\"A\")", "\"nn\""},
    {"body.when.slice(0, 10)", "\"2026-01-31\""},
    {"[...body.tags, \"c\"]", R"(["a","b","c"])"},
    {"[...body.name]", "! `...` in an array takes an array, and this is a string @ body.name"},
    {"body.items.map(i -> i.qty * i.price).sum()", "32.50"},
    {"body.items.map(i -> i.nothing)", "! i has no field `nothing` @ body.items[0].nothing"},
    {"body.items.filter(i -> i.qty > 2).map(i -> i.sku)", R"(["b"])"},
    {"body.items.any(i -> i.sku == \"b\")", "true"},
    {"body.items.sort_by(i -> i.price, descending: true).first().sku", "\"b\""},
    {"body.items.map(i -> body.tags.map(t -> \"${i.sku}${t}\"))", R"([["aa","ab"],["ba","bb"]])"},
    {"timestamp(body.when) + 90s", "\"2026-01-31T10:01:30Z\""},
    {"timestamp(body.when) - @2026-01-31T09:00:00Z == 1h", "true"},
    {"body.when > @2026-01-01T00:00:00Z", "! `>` can't compare a string with a timestamp @ body.when"},
    {"2.5 == 2.50 and 1 == 1.0", "true"},
    {"{ a: 1, b: [2.0] } == { b: [2], a: 1 }", "true"},
    {"decimal(body.text) + 1", "3.5"},
    {"body.text + 1", "! `+` can't compute with a string and an int: \"${a}${b}\" makes a text, int(x) or decimal(x) a number @ body.text"},
    {"body.name.upper()", "\"ANN\""},
    {"body.nothing.upper()", "! body has no field `nothing` @ body.nothing"},
    {"body.customer.tier.upper()", "! `upper`: wants a string, and this is null: `??` says what stands for it @ body.customer.tier"},
    {"body.id.upper()", "! `upper`: wants a string, and this is an int @ body.id"},
    {"body.nothing ?? fail(\"no thing\")", "! no thing @ "},
    {"\"größe\".slice(1, -1)", "\"röß\""},
    {"\"größe\".pad_left(7, \"·\")", "\"··größe\""},
    {"\"aß\".reverse()", "\"ßa\""},
    {"\"--a-\".trim(\"-\")", "\"a\""},
    {"\"a,b,c\".split(\",\", 2)", R"(["a","b,c"])"},
    {"\"ab\".repeat(10000000)", "! `repeat`: the text is longer than 16 MB @ "},
    {"\"x\".pad_left(9223372036854775807)", "! `pad_left`: the text is longer than 16 MB @ "},
    {"[3, 1.5, 2].sort()", "[1.5,2,3]"},
    {"[1, \"a\"].sort()", "! `sort`: an int and a string can't be compared @ "},
    {"[1, 1.0, \"1\"].unique()", "[1,\"1\"]"},
    {"[1, 2, 4].average()", "2.3333333333333333"},
    {"[].average()", "null"},
    {"[1, null].sum()", "! `sum`: item 1 is null and no number @ "},
    {"[1, 2.5].max()", "2.5"},
    {"body.items.map_values(v -> v)", "! `map_values`: wants an object, and this is an array @ body.items"},
    {"body.customer.map_values(v -> v.upper())", "! `upper`: wants a string, and this is null: `??` says what stands for it @ body.customer.tier"},
    {"{ a: { b: 1, c: 2 } }.merge({ a: { c: 3 } }, deep: true)", R"({"a":{"b":1,"c":3}})"},
    {"int(\"zz\", 36)", "1295"},
    {"int(\"1x\")", "! `int`: \"1x\" is no whole number @ "},
    {"int(2.50)", "! `int`: 2.50 has a fraction: round(x), floor(x) or ceil(x) says what becomes of it @ "},
    {"int(2.00)", "2"},
    {"decimal(1.5e0)", "1.5"},
    {"2.5.round()", "2"},
    {"2.5.round(mode: \"half_up\")", "3"},
    {"2.345.round(2, \"half_up\")", "2.35"},
    {"floor(-2.5)", "-3"},
    {"parse_json(\"{\")", "! "},
    {"json({ a: 1.50, b: null })", R"("{\"a\":1.50,\"b\":null}")"},
    {"type(body.price)", "\"decimal\""},
    {"type(body.nothing)", "\"missing\""},
    {"is_empty(body.nothing)", "true"},
    {"matches(body.name, r\"^[A-Z]\")", "true"},
    {"matches(body.id, r\"^[A-Z]\")", "! `matches`: wants a string, and this is an int @ body.id"},
    {"utf8(bytes(\"ä\").slice(0, 1))", "! `utf8`: the bytes are no UTF-8 @ "},
};

}  // namespace

TEST_CASE("expressions as they are written") {
    for (const Row& row : rows) {
        CAPTURE(std::string(row.expression));
        const std::string got = evaluate_text(row.expression, body);
        if (std::string_view(row.expected) == "! ")
            CHECK(got.starts_with("! "));
        else
            CHECK(got == row.expected);
    }
}

TEST_CASE("functions and types that a file declares") {
    const std::string declared = "type Money = decimal\ntype Item { sku: string, qty: 1..99, price: Money }\nfn line(i: Item) -> decimal = i.qty * i.price\nfn total(xs: [Item]) -> decimal = xs.map(x -> line(x)).sum()\n";
    CHECK(evaluate_text("total(body.items)", body, declared) == "32.50");
    CHECK(evaluate_text("body.items.all(i -> i is Item)", body, declared) == "true");
    CHECK(evaluate_text("body.items[0] is Item", R"({"items":[{"sku":"a","qty":0,"price":1}]})", declared) == "false");
}

TEST_CASE("a body that is read by its fields gives what the whole body gives") {
    const char* const bodies[] = {
        body,
        "{}",
        "null",
        "[]",
        "7",
        "\"text\"",
        R"([{"id":1},{"id":2}])",
        R"({"id":null,"ok":"yes","name":5,"tags":{},"customer":[],"price":"2","items":{}})",
        R"({"customer":null,"items":null,"tags":null})",
        R"({"items":[null,1,"x",[],{}, {"qty":1,"qty":4,"price":2},{"price":3,"sku":"c","qty":"1"}],"customer":{"tier":{"x":[1,{"y":2}]},"name":"A","name":"B"}})",
        R"( { "id" : 9 , "customer" : { "name" : "C" , "extra" : [ { "a" : [ ] } , 2 ] } , "items" : [ { "qty" : 1 , "price" : 2.0 } , { "sku" : "s" } ] , "id" : 8 } )",
        R"({"i\u0064":4,"c\u0075stomer":{"n\u0061me":"D"},"id":5,"id":6,"items":[{"a-name-that-is-longer-than-any-that-is-remembered":1,"sku":"b"}]})",
        R"({"id":1,"items":[{"qty":1,"price":1})",
        R"({"id":1 "name":2})",
        R"({"other":{"a":[1,2,{"b":]}]},"id":1})",
        R"({"id":1}x)",
    };
    std::size_t by_fields = 0, compared = 0;
    for (const Row& row : rows) {
        const Checked checked = check_text(row.expression);
        if (checked.expr == plan::none) continue;
        for (const char* text : bodies) {
            CAPTURE(row.expression);
            CAPTURE(text);
            bool read = false;
            const std::string whole = evaluate(checked.plan, checked.expr, text);
            CHECK(evaluate_by_fields(checked.plan, checked.expr, text, read) == whole);
            by_fields += read;
            ++compared;
        }
    }
    MESSAGE(by_fields << " of " << compared << " by fields");
    CHECK(by_fields > compared / 3);
}
