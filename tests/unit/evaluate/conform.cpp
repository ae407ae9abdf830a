// Values against types: what fits, what is read or filled in, and what a misfit says.
#include "make.hpp"

using namespace weir;
using namespace weir::test;
using plan::TypeKind;

namespace {

// type Item { sku: string, qty: 1..99, price: decimal = 0.00, note: string? }
// type Order { id: int, at: timestamp?, kind: "a" | "b", items: [Item], more: map(int)? }
struct Types : Make {
    plan::TypeId item, order, payment;
    Types() {
        plan::Type range;
        range.kind = TypeKind::range;
        range.of = {type(TypeKind::int_)};
        range.low = std::int64_t{1};
        range.high = std::int64_t{99};
        plan::Type record;
        record.kind = TypeKind::record;
        record.name = "Item";
        record.fields = {{"sku", type(TypeKind::string)}, {"qty", type(std::move(range))}, {"price", type(TypeKind::decimal), decimal("0.00")}, {"note", type(TypeKind::string, true), plan::none, true}};
        item = type(record);
        plan::Type items;
        items.kind = TypeKind::array;
        items.of = {item};
        plan::Type more;
        more.kind = TypeKind::map;
        more.nullable = true;
        more.of = {type(TypeKind::int_)};
        plan::Type kinds;
        kinds.kind = TypeKind::union_;
        kinds.of = {literal("a"), literal("b")};
        plan::Type whole;
        whole.kind = TypeKind::record;
        whole.name = "Order";
        whole.fields = {{"id", type(TypeKind::int_)}, {"at", type(TypeKind::timestamp, true)}, {"kind", type(std::move(kinds))}, {"items", type(std::move(items))}, {"more", type(std::move(more))}};
        order = type(std::move(whole));
        plan::Type payments;
        payments.kind = TypeKind::union_;
        payments.name = "Payment";
        payments.by = "by";
        payments.of = {tagged("card", "number", TypeKind::string), tagged("bank", "amount", TypeKind::double_)};
        payment = type(std::move(payments));
    }
    plan::TypeId literal(const char* text) {
        plan::Type made;
        made.kind = TypeKind::literal;
        made.low = std::string(text);
        return type(std::move(made));
    }
    plan::TypeId tagged(const char* tag, const char* field, TypeKind kind) {
        plan::Type made;
        made.kind = TypeKind::record;
        made.fields = {{"by", literal(tag)}, {field, type(kind)}};
        return type(std::move(made));
    }
    // The value as JSON after the check, or "! path why".
    std::string take(plan::TypeId id, std::string_view json, bool fill = false) {
        Bench bench(json);
        std::string why;
        REQUIRE(look(bench.message.body, bench.arena, bench.reader, why));
        Compiler compiler(plan);
        Value out;
        Misfit misfit;
        if (!conform(plan, id, bench.message.body.tree, bench.scope, fill, compiler, out, misfit)) return "! " + misfit.path + " " + misfit.why;
        std::string text;
        write_json(text, out);
        return text;
    }
};

}  // namespace

TEST_CASE("records, ranges, arrays and unions") {
    Types types;
    const auto order = [&](std::string_view json, bool fill = false) { return types.take(types.order, json, fill); };
    const std::string fine = R"({"id":1,"kind":"a","items":[{"sku":"x","qty":2,"price":1.5}],"extra":true})";
    CHECK(order(fine) == fine);
    CHECK(order(R"({"id":1,"kind":"a","items":[{"sku":"x","qty":2}]})") == "! body.items[0].price is missing, and must be decimal");
    CHECK(order(R"({"id":1,"kind":"a","items":[{"sku":"x","qty":2},{"sku":"y","qty":1,"price":3}]})", true) == R"({"id":1,"kind":"a","items":[{"sku":"x","qty":2,"price":0.00},{"sku":"y","qty":1,"price":3}]})");
    CHECK(order(R"({"kind":"a","items":[]})") == "! body.id is missing, and must be int");
    CHECK(order(R"({"id":null,"kind":"a","items":[]})") == "! body.id is null, and must be int: only `int?` may be null");
    CHECK(order(R"({"id":"1","kind":"a","items":[]})") == "! body.id is a string (\"1\"), and must be int: a number in quotes is a text");
    CHECK(order(R"({"id":1.0,"kind":"a","items":[]})") == "! body.id is a decimal (1.0), and must be int");
    CHECK(order(R"({"id":9223372036854775808,"kind":"a","items":[]})") == "! body.id is 9223372036854775808, beyond the 64 bits of an int: decimal holds 38 digits");
    CHECK(order(R"({"id":1,"kind":"c","items":[]})") == "! body.kind is a string (\"c\"), and must be \"a\" | \"b\"");
    CHECK(order(R"({"id":1,"kind":"a","items":{}})") == "! body.items is an object, and must be [Item]");
    CHECK(order(R"({"id":1,"kind":"a","items":[{"sku":"x","qty":100,"price":1}]})") == "! body.items[0].qty is 100, and must be 1..99");
    CHECK(order(R"({"id":1,"kind":"a","items":[{"sku":"x","qty":2,"price":1e0}]})") == "! body.items[0].price is a double (1e0), and must be decimal");
    CHECK(order(R"({"id":1,"kind":"a","items":[{"sku":"x","qty":2,"price":1,"note":7}]})") == "! body.items[0].note is an int (7), and must be string");
    CHECK(order(R"({"id":1,"kind":"a","items":[],"more":{"a":1,"b":"x"}})") == "! body.more.b is a string (\"x\"), and must be int: a number in quotes is a text");
    CHECK(order(R"({"id":1,"kind":"a","items":[],"more":null,"at":null})") == R"({"id":1,"kind":"a","items":[],"more":null,"at":null})");
    CHECK(order("[]") == "! body is an array, and must be Order");
}

TEST_CASE("texts that stand for a timestamp are read by the declared type") {
    Types types;
    Bench bench(R"({"id":1,"kind":"a","items":[],"at":"2026-01-31T10:00:00Z"})");
    std::string why;
    REQUIRE(look(bench.message.body, bench.arena, bench.reader, why));
    Compiler compiler(types.plan);
    Value out;
    Misfit misfit;
    REQUIRE(conform(types.plan, types.order, bench.message.body.tree, bench.scope, false, compiler, out, misfit));
    CHECK(out.find("at")->kind() == Kind::timestamp);
    CHECK(bench.message.body.tree.find("at")->kind() == Kind::string);  // what came in stays as it was
    CHECK(types.take(types.order, R"({"id":1,"kind":"a","items":[],"at":"today"})") == "! body.at is a string (\"today\"), and must be timestamp, written as 2026-01-31T10:00:00Z");
    CHECK(types.take(types.type(TypeKind::duration), "\"1h30m\"") == "\"1h30m\"");
    CHECK(types.take(types.type(TypeKind::duration), "\"soon\"") == "! body is a string (\"soon\"), and must be duration, written as 1h30m");
    CHECK(types.take(types.type(TypeKind::bytes), "\"YWJj\"") == "\"YWJj\"");
}

TEST_CASE("a union told apart by a field speaks of the one that is meant") {
    Types types;
    CHECK(types.take(types.payment, R"({"by":"card","number":"1"})") == R"({"by":"card","number":"1"})");
    CHECK(types.take(types.payment, R"({"by":"card"})") == "! body.number is missing, and must be string");
    CHECK(types.take(types.payment, R"({"by":"cash"})") == "! body.by is \"cash\", and must be one of \"card\", \"bank\"");
    CHECK(types.take(types.payment, R"({})") == "! body.by is missing, and tells which it is: \"card\", \"bank\"");
    CHECK(types.take(types.payment, R"({"by":"bank","amount":1.5})").starts_with("! body.amount is a decimal (1.5), and must be double: a double is written with an exponent"));
}

TEST_CASE("fields of a text record are read by their declared types") {
    Types types;
    const auto texts = [&](plan::TypeId id, std::string_view json) {
        Bench bench(json);
        std::string why;
        REQUIRE(look(bench.message.body, bench.arena, bench.reader, why));
        Compiler compiler(types.plan);
        Value out;
        Misfit misfit;
        if (!conform_texts(types.plan, id, bench.message.body.tree, bench.scope, compiler, out, misfit)) return "! " + misfit.path + " " + misfit.why;
        std::string text;
        write_json(text, out);
        return text;
    };
    const auto one = [&](plan::TypeId id, std::string_view text) { return texts(id, "\"" + std::string(text) + "\""); };
    struct {
        TypeKind kind;
        const char *text, *json;
    } const rows[] = {
        {TypeKind::int_, "7", "7"},
        {TypeKind::int_, "-007", "-7"},
        {TypeKind::int_, "9223372036854775807", "9223372036854775807"},
        {TypeKind::int_, "9223372036854775808", "! body is a string (\"9223372036854775808\"), and must be int"},
        {TypeKind::int_, "six", "! body is a string (\"six\"), and must be int"},
        {TypeKind::int_, " 6", "! body is a string (\" 6\"), and must be int"},
        {TypeKind::int_, "6.0", "! body is a string (\"6.0\"), and must be int"},
        {TypeKind::int_, "", "! body is a string (\"\"), and must be int"},
        {TypeKind::decimal, "14.20", "14.20"},
        {TypeKind::decimal, "14", "14"},
        {TypeKind::decimal, "14,20", "! body is a string (\"14,20\"), and must be decimal"},
        {TypeKind::double_, "1.5", "1.5e0"},
        {TypeKind::double_, "1e400", "! body is a string (\"1e400\"), and must be double"},
        {TypeKind::bool_, "true", "true"},
        {TypeKind::bool_, "TRUE", "! body is a string (\"TRUE\"), and must be bool"},
        {TypeKind::string, "7", "\"7\""},
        {TypeKind::string, "", "\"\""},
        {TypeKind::duration, "90s", "\"90s\""},
        {TypeKind::timestamp, "2026-01-31T10:00:00Z", "\"2026-01-31T10:00:00Z\""},
        {TypeKind::timestamp, "31.1.2026", "! body is a string (\"31.1.2026\"), and must be timestamp, written as 2026-01-31T10:00:00Z"},
    };
    for (const auto& row : rows) {
        CAPTURE(row.text);
        CHECK(one(types.type(row.kind), row.text) == row.json);
    }
    CHECK(one(types.type(TypeKind::int_, true), "") == "null");
    CHECK(one(types.type(TypeKind::string, true), "") == "\"\"");
    CHECK(one(types.type(TypeKind::int_, true), "x") == "! body is a string (\"x\"), and must be int");
    const std::string item = R"({"sku":"1","qty":"2","price":"1.50","note":""})";
    CHECK(texts(types.item, item) == R"({"sku":"1","qty":2,"price":1.50,"note":""})");
    CHECK(texts(types.item, R"({"sku":"1","qty":"2"})") == R"({"sku":"1","qty":2,"price":0.00})");
    CHECK(texts(types.item, R"({"sku":"1","qty":"100","price":"1"})") == "! body.qty is \"100\", and must be 1..99");
    CHECK(texts(types.item, R"({"sku":"1","qty":"two","price":"1"})") == "! body.qty is a string (\"two\"), and must be int");
    // Without the static type nothing is converted.
    CHECK(types.take(types.item, item) == "! body.qty is a string (\"2\"), and must be int: a number in quotes is a text");
    plan::Type numbers;
    numbers.kind = TypeKind::union_;
    for (const std::int64_t n : {1, 2}) {
        plan::Type literal;
        literal.kind = TypeKind::literal;
        literal.low = n;
        numbers.of.push_back(types.type(std::move(literal)));
    }
    const plan::TypeId choice = types.type(std::move(numbers));
    CHECK(one(choice, "2") == "2");
    CHECK(one(choice, "3") == "! body is a string (\"3\"), and must be 1 | 2");
    CHECK(one(types.payment, "x") == "! body is a string (\"x\"), and must be Payment");
    CHECK(texts(types.payment, R"({"by":"bank","amount":"2.5"})") == R"({"by":"bank","amount":2.5e0})");
}
