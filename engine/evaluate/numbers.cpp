#include "engine/evaluate/numbers.hpp"

#include <cmath>

namespace weir {

namespace {

using Digits = Decimal::Digits;
constexpr const char* no_mix = "decimals and doubles don't mix: double(x) or decimal(x) says which is meant";

bool keep(const std::optional<Decimal>& value, Number& out, const char*& why) {
    if (!value) {
        why = "the result needs more than 38 digits";
        return false;
    }
    out = number_of(*value);
    return true;
}
void set_digits(Number& out, Digits digits, std::int32_t scale) {
    out.type = Number::Type::decimal;
    out.scale = scale;
    out.wide = digits < INT64_MIN || digits > INT64_MAX;
    if (out.wide)
        out.big = digits;
    else
        out.i = static_cast<std::int64_t>(digits);
}
bool keep_real(double value, Number& out, const char*& why) {
    if (!std::isfinite(value)) {
        why = "the result is not a finite number";
        return false;
    }
    out.type = Number::Type::real;
    out.d = value;
    return true;
}

bool calculate_real(plan::Op op, double a, double b, Number& out, const char*& why) {
    const bool divides = op == plan::Op::divide || op == plan::Op::div || op == plan::Op::mod;
    if (divides && b == 0) {
        why = "division by zero";
        return false;
    }
    switch (op) {
        case plan::Op::add: return keep_real(a + b, out, why);
        case plan::Op::subtract: return keep_real(a - b, out, why);
        case plan::Op::multiply: return keep_real(a * b, out, why);
        case plan::Op::divide: return keep_real(a / b, out, why);
        case plan::Op::div: return keep_real(std::floor(a / b), out, why);
        default: {
            const double rest = std::fmod(a, b);
            return keep_real(rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest, out, why);
        }
    }
}

bool calculate_ints(plan::Op op, std::int64_t a, std::int64_t b, Number& out, const char*& why) {
    bool over = false;
    out.type = Number::Type::integer;
    out.wide = false;
    out.scale = 0;
    switch (op) {
        case plan::Op::add: over = __builtin_add_overflow(a, b, &out.i); break;
        case plan::Op::subtract: over = __builtin_sub_overflow(a, b, &out.i); break;
        case plan::Op::multiply: over = __builtin_mul_overflow(a, b, &out.i); break;
        default:
            if (b == 0) {
                why = "division by zero";
                return false;
            }
            if (op == plan::Op::divide) return keep(divide(decimal_of(a), decimal_of(b)), out, why);
            if (b == -1) {  // the one quotient that does not fit
                if (op == plan::Op::mod)
                    out.i = 0;
                else
                    over = __builtin_sub_overflow(std::int64_t{0}, a, &out.i);
                break;
            }
            const bool down = a % b != 0 && ((a % b < 0) != (b < 0));
            out.i = op == plan::Op::div ? a / b - (down ? 1 : 0) : a % b + (down ? b : 0);
    }
    if (over) why = "the result is beyond the 64 bits of an int: decimal(x) computes with 38 digits";
    return !over;
}

}  // namespace

Number number_of(const Decimal& value) {
    Number out;
    set_digits(out, value.digits, value.scale);
    return out;
}

bool read_number_slowly(const Value& value, Arena& arena, Number& out, const char*& why) {
    why = nullptr;
    switch (value.kind()) {
        case Kind::integer:
            out = Number{};
            out.i = value.i;
            return true;
        case Kind::decimal:
            out.type = Number::Type::decimal;
            out.scale = static_cast<std::int32_t>((value.head >> 16) & 0xff);
            out.wide = value.flag();
            if (out.wide)
                out.big = *value.wide;
            else
                out.i = value.i;
            return true;
        case Kind::real:
            out.type = Number::Type::real;
            out.d = value.d;
            return true;
        case Kind::number_text: {
            Value computed;
            if (!compute_number(value, arena, computed, why)) return false;
            return read_number_slowly(computed, arena, out, why);
        }
        default: return false;
    }
}

Value write_number(const Number& number, Arena& arena) {
    switch (number.type) {
        case Number::Type::integer: return Value::integer(number.i);
        case Number::Type::real: return Value::real(number.d);
        default: break;
    }
    if (!number.wide) return {static_cast<std::uint64_t>(Kind::decimal) | static_cast<std::uint64_t>(number.scale) << 16, number.i};
    return Value::decimal(number.decimal(), arena);
}

bool mixes(const Number& a, const Number& b) { return (a.type == Number::Type::real) == (b.type == Number::Type::real); }

bool calculate(plan::Op op, const Number& a, const Number& b, Number& out, const char*& why) {
    using Type = Number::Type;
    if (a.type == Type::integer && b.type == Type::integer) return calculate_ints(op, a.i, b.i, out, why);
    if (!mixes(a, b)) {
        why = no_mix;
        return false;
    }
    if (a.type == Type::real) return calculate_real(op, a.d, b.d, out, why);
    switch (op) {
        case plan::Op::multiply:
            if (!a.wide && !b.wide && a.scale + b.scale <= 38) {  // two times 63 bits always fit 38 digits
                set_digits(out, Digits{a.i} * b.i, a.scale + b.scale);
                return true;
            }
            return keep(multiply(a.decimal(), b.decimal()), out, why);
        case plan::Op::add:
        case plan::Op::subtract: {
            const std::int32_t apart = a.scale - b.scale;
            if (!a.wide && !b.wide && apart >= -18 && apart <= 18) {
                Digits left = a.i, right = b.i;
                if (apart < 0) left *= powers_of_ten[static_cast<std::size_t>(-apart)];
                if (apart > 0) right *= powers_of_ten[static_cast<std::size_t>(apart)];
                set_digits(out, op == plan::Op::add ? left + right : left - right, apart < 0 ? b.scale : a.scale);
                return true;
            }
            return keep(op == plan::Op::add ? add(a.decimal(), b.decimal()) : subtract(a.decimal(), b.decimal()), out, why);
        }
        default: break;
    }
    if (b.decimal().digits == 0) {
        why = "division by zero";
        return false;
    }
    if (op == plan::Op::divide) return keep(divide(a.decimal(), b.decimal()), out, why);
    return keep(op == plan::Op::div ? floor_divide(a.decimal(), b.decimal()) : modulo(a.decimal(), b.decimal()), out, why);
}

int compare_numbers(const Number& a, const Number& b) {
    if (a.type == Number::Type::real) return a.d < b.d ? -1 : a.d > b.d ? 1 : 0;
    if (!a.wide && !b.wide && a.scale == b.scale) return a.i < b.i ? -1 : a.i > b.i ? 1 : 0;
    const std::int32_t apart = a.scale - b.scale;
    if (!a.wide && !b.wide && apart >= -18 && apart <= 18) {
        Digits left = a.i, right = b.i;
        if (apart < 0) left *= powers_of_ten[static_cast<std::size_t>(-apart)];
        if (apart > 0) right *= powers_of_ten[static_cast<std::size_t>(apart)];
        return left < right ? -1 : left > right ? 1 : 0;
    }
    return compare(a.decimal(), b.decimal());
}

}  // namespace weir
