// The list that the checker reads and what the engine implements are the same, and each example is true.
#include "dsl/expressions/builtins.hpp"

#include <set>

#include "engine/evaluate/builtins.hpp"
#include "text.hpp"

using namespace weir;
using namespace weir::test;

TEST_CASE("every declared built-in is implemented, and nothing else") {
    std::set<std::string> declared, implemented;
    for (const Builtin& builtin : builtins()) declared.insert(builtin.name);
    for (const Implementation& implementation : implementations()) CHECK(implemented.insert(std::string(implementation.name)).second);
    CHECK(declared == implemented);
}

TEST_CASE("the example of every built-in gives what it says") {
    for (const Builtin& builtin : builtins()) {
        CAPTURE(builtin.example);
        const std::string got = evaluate_text(builtin.example);
        if (builtin.result_text.empty())
            CHECK(got.starts_with('"'));
        else
            CHECK(got == builtin.result_text);
    }
}

namespace {

// Values of every kind, odd ones among them.
std::vector<Value> odd_values(Arena& arena) {
    std::vector<Value> all = {Value(),
                              Value::null(),
                              Value::boolean(true),
                              Value::integer(0),
                              Value::integer(-1),
                              Value::integer(3),
                              Value::integer(INT64_MIN),
                              Value::integer(INT64_MAX),
                              Value::number_text("12"),
                              Value::number_text("-0"),
                              Value::number_text("2.50"),
                              Value::number_text("1e400"),
                              Value::number_text("1e5"),
                              Value::number_text("123456789012345678901234567890123456789012345"),
                              Value::number_text("9223372036854775808"),
                              Value::decimal({-25, 1}, arena),
                              Value::decimal(*read_decimal("99999999999999999999999999999999999999"), arena),
                              Value::decimal(*read_decimal("0.00000000000000000000000000000000000001"), arena),
                              Value::real(-0.0),
                              Value::real(1e308),
                              Value::real(2.675),
                              Value::real(5e-324),
                              Value::string(""),
                              Value::string("a"),
                              Value::string("größe · 漢字 😀"),
                              Value::string("12"),
                              Value::string("  [1, {\"a\":2}] "),
                              Value::string("2026-01-31T10:00:00Z"),
                              Value::bytes(std::string_view("\xff\x00\x80", 3)),
                              Value::bytes(""),
                              Value::nanoseconds(Kind::timestamp, INT64_MIN),
                              Value::nanoseconds(Kind::timestamp, 1),
                              Value::nanoseconds(Kind::duration, INT64_MAX),
                              Value::nanoseconds(Kind::size, 1536),
                              Value::decimal({20, 0}, arena, Kind::percent),
                              Value::rate(50, 1'000'000'000)};
    const std::size_t scalars = all.size();
    const auto array = [&](std::initializer_list<std::size_t> places) {
        Value* items = arena.take_array<Value>(places.size());
        std::size_t count = 0;
        for (const std::size_t at : places) items[count++] = all[at].is_missing() ? Value::null() : all[at];
        all.push_back(Value::array(items, count));
    };
    array({});
    array({5});
    array({5, 3, 4, 5});
    array({8, 10, 15});
    array({22, 23, 24});
    array({1, 2, 5, 23});
    array({18, 19, 20});
    array({7, 7});
    array({16, 16});
    array({scalars, scalars + 1});
    const auto object = [&](std::initializer_list<std::pair<const char*, std::size_t>> fields) {
        Member* members = arena.take_array<Member>(fields.size());
        std::size_t count = 0;
        for (const auto& [key, at] : fields) new (members + count++) Member{Value::string(key), all[at]};
        all.push_back(Value::object(members, count));
    };
    object({});
    object({{"a", 5}, {"b", 23}});
    object({{"a", 5}, {"a", 6}});
    object({{"key", 23}, {"value", 1}});
    object({{"a", all.size() - 1}, {"", 1}});
    const std::size_t last = all.size();
    array({last - 1, last - 2});
    array({last - 2});
    return all;
}

}  // namespace

TEST_CASE("built-ins take arguments of any kind: they give a value or fail as `invalid`, and say why") {
    // Each argument is a local, so that nothing is folded; lambdas give each of the values too.
    Make make;
    make.plan.frame = 8;
    Arena memory;
    const std::vector<Value> values = odd_values(memory);
    FixedRandom dice;
    std::size_t runs = 0, given = 0;
    for (const Builtin& builtin : builtins()) {
        CAPTURE(builtin.name);
        std::vector<CodePtr> codes;
        for (std::size_t count = 0; count <= builtin.parameters.size(); ++count) {  // with and without what is optional
            if (count < builtin.parameters.size() && !builtin.parameters[count].optional) continue;
            std::vector<plan::ExprId> operands;
            for (std::size_t n = 0; n < count; ++n) {
                const auto slot = static_cast<std::uint32_t>(n);
                if (builtin.parameters[n].lambda == 0)
                    operands.push_back(make.local(slot));
                else  // sometimes the item, sometimes something else
                    operands.push_back(make.lambda(6, make.op(plan::Op::if_, {make.local(5), make.local(6), make.local(slot)})));
            }
            codes.push_back(Compiler(make.plan).compile(make.call(builtin.name.c_str(), operands)));
        }
        for (const CodePtr& code : codes) {
            for (int round = 0; round < 3000; ++round) {
                Bench bench;
                bench.scope.locals.resize(8);
                for (std::size_t n = 0; n < 5; ++n) bench.scope.locals[n] = values[(dice.next() >> 33) % values.size()];
                bench.scope.locals[5] = Value::boolean((dice.next() >> 40) % 2 == 0);
                if (builtin.name == "repeat" && round % 4 != 0) bench.scope.locals[1] = Value::integer(5);
                bench.scope.failed = FailureClass::any;
                Value out;
                ++runs;
                if (code->run(bench.scope, out)) {
                    ++given;
                    std::string text;
                    write_json(text, out);  // what came out can be written
                    CHECK(!text.empty());
                } else if (bench.scope.failed != FailureClass::invalid || (bench.scope.why.empty() && builtin.name != "fail")) {
                    FAIL("failed as " << static_cast<int>(bench.scope.failed) << ": " << bench.scope.why);
                }
            }
        }
    }
    CHECK(given > runs / 20);
    MESSAGE(runs << " calls, " << given << " gave a value");
}
