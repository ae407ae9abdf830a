#pragma once
// Computing with numbers: int (64 bit), decimal (38 digits), double. Small ones never leave the registers.
#include "dsl/plan/plan.hpp"
#include "engine/evaluate/node.hpp"

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
    if (value.kind() == Kind::integer) {
        out.type = Number::Type::integer;
        out.i = value.i;
        out.wide = false;
        out.scale = 0;
        return true;
    }
    if (value.kind() == Kind::number_text && value.length() <= 18) {
        const char* at = value.s;
        const char* const end = at + value.length();
        const bool negative = *at == '-';
        if (negative) ++at;
        std::int64_t digits = 0;
        const char* point = nullptr;
        for (; at != end; ++at) {
            const unsigned digit = static_cast<unsigned char>(*at) - unsigned{'0'};
            if (digit <= 9)
                digits = digits * 10 + digit;
            else if (*at == '.')
                point = at;
            else
                return read_number_slowly(value, arena, out, why);
        }
        out.i = negative ? -digits : digits;
        out.wide = false;
        out.type = point != nullptr ? Number::Type::decimal : Number::Type::integer;
        out.scale = point != nullptr ? static_cast<std::int32_t>(end - point - 1) : 0;
        return true;
    }
    return read_number_slowly(value, arena, out, why);
}
Value write_number(const Number& number, Arena& arena);
Number number_of(const Decimal& value);

// add, subtract, multiply, divide, mod, div. False: `why` says it.
bool calculate(plan::Op op, const Number& a, const Number& b, Number& out, const char*& why);
// <0, 0, >0; only within int and decimal, or within double.
bool mixes(const Number& a, const Number& b);
int compare_numbers(const Number& a, const Number& b);

}  // namespace weir
