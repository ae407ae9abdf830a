#pragma once
// Computing with numbers: int (64 bit), decimal (38 digits), double. Small ones (small_numbers.hpp) never leave the registers.
#include "dsl/plan/plan.hpp"
#include "engine/evaluate/node.hpp"
#include "engine/evaluate/small_numbers.hpp"

namespace weir {

struct Number {
    enum class Type : std::uint8_t { integer, decimal, real };
    Type type = Type::integer;
    bool wide = false;       // a decimal beyond 64 bits: its digits are in `big`
    std::int32_t scale = 0;
    std::int64_t i = 0;      // an int, or a decimal's digits
    double d = 0;
    Decimal::Digits big = 0;
    Decimal decimal() const { return {wide ? big : Decimal::Digits{i}, scale}; }
};

// The slow ways: long texts, exponents, wide decimals. False: no number, or none to compute with; `why` is null in the first case.
bool read_number_slowly(const Value& value, Arena& arena, Number& out, const char*& why);
inline bool read_number(const Value& value, Arena& arena, Number& out, const char*& why) {
    Value small;
    if (!read_small(value, small)) return read_number_slowly(value, arena, out, why);
    out.type = small.kind() == Kind::integer ? Number::Type::integer : Number::Type::decimal;
    out.i = small.i;
    out.wide = false;
    out.scale = static_cast<std::int32_t>(small.head >> 16);
    return true;
}
Value write_number(const Number& number, Arena& arena);
Number number_of(const Decimal& value);

// add, subtract, multiply, divide, mod, div. False: `why` says it.
bool calculate(plan::Op op, const Number& a, const Number& b, Number& out, const char*& why);
// <0, 0, >0; only within int and decimal, or within double.
bool mixes(const Number& a, const Number& b);
int compare_numbers(const Number& a, const Number& b);

}  // namespace weir
