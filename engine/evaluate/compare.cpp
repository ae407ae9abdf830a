#include "engine/evaluate/compare.hpp"

#include <unordered_map>

#include "engine/evaluate/numbers.hpp"

namespace weir {

namespace {

Order of_int(std::int64_t a, std::int64_t b) { return a < b ? Order::less : a > b ? Order::greater : Order::equal; }

// Objects this small are searched from end to end.
constexpr std::uint32_t small_object = 24;

bool equal_objects(const Value& a, const Value& b, Arena& arena) {
    // The usual case: the same keys in the same order, each once.
    const auto of = [](const Value& object) {
        std::unordered_map<std::string_view, const Value*> map;
        map.reserve(object.length());
        for (std::uint32_t n = 0; n < object.length(); ++n) map[object.o[n].key.text()] = &object.o[n].value;
        return map;
    };
    if (a.length() <= small_object && b.length() <= small_object) {
        const auto covers = [&](const Value& one, const Value& other, bool deep) {
            for (std::uint32_t n = 0; n < one.length(); ++n) {
                const Value& key = one.o[n].key;
                const Value* mine = find_field(one, key.s, key.length());
                const Value* theirs = find_field(other, key.s, key.length());
                if (theirs == nullptr || (deep && !equal(*mine, *theirs, arena))) return false;
            }
            return true;
        };
        return covers(a, b, true) && covers(b, a, false);
    }
    const auto left = of(a), right = of(b);
    if (left.size() != right.size()) return false;
    for (const auto& [key, value] : left) {
        const auto at = right.find(key);
        if (at == right.end() || !equal(*value, *at->second, arena)) return false;
    }
    return true;
}

}  // namespace

Order order(const Value& a, const Value& b, Arena& arena) {
    if (a.is_number()) {
        Number left, right;
        const char* why;
        if (!read_number(a, arena, left, why) || !read_number(b, arena, right, why) || !mixes(left, right)) return Order::incomparable;
        return static_cast<Order>(compare_numbers(left, right));
    }
    if (a.kind() != b.kind()) return Order::incomparable;
    switch (a.kind()) {
        case Kind::string:
        case Kind::bytes: {
            const int result = a.text().compare(b.text());  // UTF-8 sorts by code points when its bytes are compared
            return result < 0 ? Order::less : result > 0 ? Order::greater : Order::equal;
        }
        case Kind::timestamp:
        case Kind::duration:
        case Kind::size: return of_int(a.i, b.i);
        case Kind::percent: return of_int(compare(a.decimal(), b.decimal()), 0);
        default: return Order::incomparable;
    }
}

bool equal(const Value& a, const Value& b, Arena& arena) {
    if (a.is_absent() || b.is_absent()) return a.is_absent() && b.is_absent();
    if (a.is_number() && b.is_number()) {
        if (a.kind() == Kind::number_text && b.kind() == Kind::number_text && a.text() == b.text()) return true;
        return order(a, b, arena) == Order::equal;
    }
    if (a.kind() != b.kind()) return false;
    switch (a.kind()) {
        case Kind::boolean: return a.i == b.i;
        case Kind::rate: return a.head == b.head && a.i == b.i;
        case Kind::array:
            if (a.length() != b.length()) return false;
            for (std::uint32_t n = 0; n < a.length(); ++n)
                if (!equal(a.a[n], b.a[n], arena)) return false;
            return true;
        case Kind::object: return equal_objects(a, b, arena);
        default: return order(a, b, arena) == Order::equal;
    }
}

std::uint64_t fnv1a(std::string_view bytes, std::uint64_t hash) {
    for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    return hash;
}

std::uint64_t hash_of(const Value& value, Arena& arena) {
    const auto mix = [](std::uint64_t a, std::uint64_t b) { return (a ^ (b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccdu; };
    if (value.is_absent()) return 1;
    if (value.is_number()) {
        Number number;
        const char* why;
        if (!read_number(value, arena, number, why)) return fnv1a(value.text());
        if (number.type == Number::Type::real) {
            const double zero_is_zero = number.d == 0 ? 0.0 : number.d;
            std::uint64_t bits;
            std::memcpy(&bits, &zero_is_zero, sizeof bits);
            return mix(2, bits);
        }
        Decimal decimal = number.decimal();
        while (decimal.scale > 0 && decimal.digits % 10 == 0) {
            decimal.digits /= 10;
            --decimal.scale;
        }
        return mix(mix(3, static_cast<std::uint64_t>(decimal.digits)), static_cast<std::uint64_t>(decimal.scale));
    }
    switch (value.kind()) {
        case Kind::string: return mix(4, fnv1a(value.text()));
        case Kind::bytes: return mix(5, fnv1a(value.text()));
        case Kind::array: {
            std::uint64_t hash = 6;
            for (const Value& item : value) hash = mix(hash, hash_of(item, arena));
            return hash;
        }
        case Kind::object: {  // a sum, so that the order does not matter; of a key that stands twice the last one counts
            std::uint64_t hash = 7;
            if (value.length() > small_object) {
                for (std::uint32_t n = 0; n < value.length(); ++n) hash |= fnv1a(value.o[n].key.text());
                return hash;
            }
            for (std::uint32_t n = 0; n < value.length(); ++n) {
                const Member& member = value.o[n];
                if (find_field(value, member.key.s, member.key.length()) == &member.value) hash += mix(fnv1a(member.key.text()), hash_of(member.value, arena));
            }
            return hash;
        }
        case Kind::percent: return mix(8, static_cast<std::uint64_t>(to_double(value.decimal()) * 1000));
        default: return mix(static_cast<std::uint64_t>(value.kind()), value.word);
    }
}

}  // namespace weir
