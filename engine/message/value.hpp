#pragma once
#include <cstdint>
#include <cstring>
#include <string_view>
#include <type_traits>

#include "dsl/plan/number.hpp"
#include "engine/message/arena.hpp"

namespace weir {

enum class Kind : std::uint8_t {
    missing,      // no value at all: an absent field
    null,
    boolean,
    integer,      // 64 bit
    number_text,  // a JSON number that nobody has computed with: its text, written as it came
    decimal,      // digits fit 64 bits: inline; else 128 bits in the arena
    real,
    string,
    bytes,
    timestamp,    // nanoseconds since 1970 UTC
    duration,     // nanoseconds
    size,         // bytes
    percent,      // as decimal
    rate,         // count per nanoseconds
    array,
    object,
};

struct Member;

// A value of the language: two words, each written by one store. Owner of what it points to: an Arena or the raw bytes of the body.
struct Value {
    std::uint64_t head = 0;  // kind | flag << 8 | quoted << 9 | scale << 16 | length << 32
    union {
        std::int64_t i;
        double d;
        const char* s;
        const Value* a;
        const Member* o;
        const Decimal::Digits* wide;
        std::uint64_t word;
    };
    Value() : i(0) {}
    Value(std::uint64_t h, std::int64_t x) : head(h), i(x) {}
    Kind kind() const { return static_cast<Kind>(head & 0xff); }
    bool flag() const { return (head >> 8) & 1; }
    // Of a string: it stands in quotes where it is and needs no escapes, and from the opening quote on `quoted_room` bytes can be read.
    // So it is written as JSON without a look at it.
    static constexpr std::uint64_t quoted_mark = 1u << 9;
    static constexpr std::size_t quoted_room = 32;
    bool quoted() const { return (head & quoted_mark) != 0; }
    std::uint32_t length() const { return static_cast<std::uint32_t>(head >> 32); }
    bool is_missing() const { return kind() == Kind::missing; }
    bool is_absent() const { return kind() == Kind::missing || kind() == Kind::null; }
    bool is_number() const { return kind() >= Kind::integer && kind() <= Kind::real; }
    bool boolean() const { return i != 0; }
    std::string_view text() const { return {s, length()}; }  // string, bytes, number_text
    inline const Value* begin() const { return a; }
    inline const Value* end() const { return a + length(); }
    // The last member of that name (library.md, Limits), or nullptr. Only for objects.
    inline const Value* find(std::string_view key) const;
    Decimal decimal() const {  // decimal, percent
        Decimal out;
        out.digits = flag() ? *wide : i;
        out.scale = static_cast<std::int32_t>((head >> 16) & 0xff);
        return out;
    }

    static Value null() { return {static_cast<std::uint64_t>(Kind::null), 0}; }
    static Value boolean(bool x) { return {static_cast<std::uint64_t>(Kind::boolean), x ? 1 : 0}; }
    static Value integer(std::int64_t x) { return {static_cast<std::uint64_t>(Kind::integer), x}; }
    static Value real(double x) {
        std::int64_t bits;
        std::memcpy(&bits, &x, sizeof bits);
        return {static_cast<std::uint64_t>(Kind::real), bits};
    }
    static Value span(Kind k, std::string_view t) {
        Value v;
        v.head = static_cast<std::uint64_t>(k) | (std::uint64_t{static_cast<std::uint32_t>(t.size())} << 32);
        v.s = t.data();
        return v;
    }
    static Value string(std::string_view t) { return span(Kind::string, t); }
    static Value quoted_string(std::string_view t) {
        Value v = string(t);
        v.head |= quoted_mark;
        return v;
    }
    static Value bytes(std::string_view t) { return span(Kind::bytes, t); }
    static Value number_text(std::string_view t) { return span(Kind::number_text, t); }
    static Value nanoseconds(Kind k, std::int64_t x) { return {static_cast<std::uint64_t>(k), x}; }  // timestamp, duration, size
    static Value rate(std::uint32_t count, std::int64_t per) { return {static_cast<std::uint64_t>(Kind::rate) | (std::uint64_t{count} << 32), per}; }
    static Value array(const Value* items, std::size_t count) {
        Value v;
        v.head = static_cast<std::uint64_t>(Kind::array) | (std::uint64_t{count} << 32);
        v.a = items;
        return v;
    }
    static Value object(const Member* members, std::size_t count) {
        Value v;
        v.head = static_cast<std::uint64_t>(Kind::object) | (std::uint64_t{count} << 32);
        v.o = members;
        return v;
    }
    static Value decimal(const Decimal& x, Arena& arena, Kind k = Kind::decimal) {
        Value v;
        v.head = static_cast<std::uint64_t>(k) | (static_cast<std::uint64_t>(x.scale) << 16);
        if (x.digits >= INT64_MIN && x.digits <= INT64_MAX) {
            v.i = static_cast<std::int64_t>(x.digits);
        } else {
            void* at = arena.take(sizeof(Decimal::Digits) + 8);
            at = reinterpret_cast<void*>((reinterpret_cast<std::uintptr_t>(at) + 15) & ~std::uintptr_t{15});
            v.wide = new (at) Decimal::Digits(x.digits);
            v.head |= 1u << 8;
        }
        return v;
    }
};

struct Member {
    Value key;  // a string
    Value value;
};
static_assert(sizeof(Value) == 16 && sizeof(Member) == 32 && std::is_trivially_copyable_v<Member>);

inline const Value* Value::find(std::string_view key) const {
    for (std::uint32_t n = length(); n-- > 0;)
        if (o[n].key.length() == key.size() && std::memcmp(o[n].key.s, key.data(), key.size()) == 0) return &o[n].value;
    return nullptr;
}

}  // namespace weir
