#include <algorithm>
#include <unordered_map>
#include <vector>

#include "engine/evaluate/builtins.hpp"
#include "engine/evaluate/characters.hpp"
#include "engine/evaluate/compare.hpp"
#include "engine/evaluate/numbers.hpp"

namespace weir {

namespace {

using plan::Op;

bool map(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    Value* to = call.arena().take_array<Value>(items.length());
    for (std::uint32_t n = 0; n < items.length(); ++n)
        if (!call.each(1, items.a[n], n, to[n])) return false;
    out = Value::array(to, items.length());
    return true;
}
bool filter(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    Value* to = call.arena().take_array<Value>(items.length());
    std::size_t count = 0;
    for (std::uint32_t n = 0; n < items.length(); ++n) {
        const int result = call.test_each(1, items.a[n], n);
        if (result < 0) return false;
        if (result > 0) to[count++] = items.a[n];
    }
    out = Value::array(to, count);
    return true;
}
// The first item for which the lambda gives `wanted`. -2: failed, -1: there is none.
std::int64_t search(const Call& call, const Value& items, bool wanted) {
    for (std::uint32_t n = 0; n < items.length(); ++n) {
        const int result = call.test_each(1, items.a[n], n);
        if (result < 0) return -2;
        if ((result > 0) == wanted) return n;
    }
    return -1;
}
bool any(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    const std::int64_t at = search(call, items, true);
    out = Value::boolean(at >= 0);
    return at != -2;
}
bool all(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    const std::int64_t at = search(call, items, false);
    out = Value::boolean(at == -1);
    return at != -2;
}
bool find(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    const std::int64_t at = search(call, items, true);
    out = at >= 0 ? items.a[at] : Value::null();
    return at != -2;
}

bool give_items(const Call& call, const std::vector<Value>& items, Value& out) {
    Value* to = call.arena().take_array<Value>(items.size());
    std::copy(items.begin(), items.end(), to);
    out = Value::array(to, items.size());
    return true;
}
bool flat_map(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    std::vector<Value> flat;
    for (std::uint32_t n = 0; n < items.length(); ++n) {
        Value made;
        if (!call.each(1, items.a[n], n, made)) return false;
        if (made.kind() != Kind::array) return call.fail("the lambda gives arrays, and for item " + std::to_string(n) + " it is " + a_kind(made));
        if (flat.size() + made.length() > max_items) return call.fail("the array has more than 1,000,000 items");
        flat.insert(flat.end(), made.begin(), made.end());
    }
    return give_items(call, flat, out);
}
bool flatten(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    std::vector<Value> flat;
    for (std::uint32_t n = 0; n < items.length(); ++n) {
        const Value& one = items.a[n];
        if (one.kind() != Kind::array) return call.fail("wants an array of arrays, and item " + std::to_string(n) + " is " + a_kind(one));
        if (flat.size() + one.length() > max_items) return call.fail("the array has more than 1,000,000 items");
        flat.insert(flat.end(), one.begin(), one.end());
    }
    return give_items(call, flat, out);
}

bool length(const Call& call, Value& out) {
    const Value& of = call.values[0];
    switch (of.kind()) {
        case Kind::string: out = Value::integer(static_cast<std::int64_t>(count_characters(of.text()))); return true;
        case Kind::bytes:
        case Kind::array:
        case Kind::object: out = Value::integer(of.length()); return true;
        default: return call.wrong(0, "a string, bytes, an array or an object");
    }
}
bool first(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    out = items.length() > 0 ? items.a[0] : Value::null();
    return true;
}
bool last(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    out = items.length() > 0 ? items.a[items.length() - 1] : Value::null();
    return true;
}
bool get(const Call& call, Value& out) {
    const Value& of = call.values[0];
    out = Value::null();
    if (of.kind() == Kind::object) {
        std::string_view key;
        if (!call.text(1, key)) return false;
        if (const Value* value = of.find(key)) out = *value;
        return true;
    }
    if (of.kind() != Kind::array) return call.wrong(0, "an array or an object");
    std::int64_t at = 0;
    if (!call.integer(1, at)) return false;
    if (at < 0) at += of.length();
    if (at >= 0 && at < of.length()) out = of.a[at];
    return true;
}
bool enumerate(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    Value* to = call.arena().take_array<Value>(items.length());
    for (std::uint32_t n = 0; n < items.length(); ++n) {
        Member* members = call.arena().take_array<Member>(2);
        new (members) Member{Value::string("index"), Value::integer(n)};
        new (members + 1) Member{Value::string("value"), items.a[n]};
        to[n] = Value::object(members, 2);
    }
    out = Value::array(to, items.length());
    return true;
}

// From item `n` on, the ones before being `total`: of any numbers, and with what is wrong.
[[gnu::noinline]] bool add_up_slowly(const Call& call, const Value& items, std::uint32_t n, Value& total) {
    Number sum, number, next;
    const char* why = nullptr;
    read_number(total, call.arena(), sum, why);
    for (; n < items.length(); ++n) {
        if (!read_number(items.a[n], call.arena(), number, why))
            return call.fail("item " + std::to_string(n) + (why != nullptr ? std::string(": ") + why : " is " + a_kind(items.a[n]) + " and no number"));
        if (n == 0) {
            sum = number;
            continue;
        }
        if (!calculate(Op::add, sum, number, next, why)) return call.fail(why);
        sum = next;
    }
    total = write_number(sum, call.arena());
    return true;
}
// 0 where there are no items.
bool add_up(const Call& call, const Value& items, Value& total) {
    Value sum = Value::integer(0), number;
    std::uint32_t n = 0;
    while (n < items.length() && read_small(items.a[n], number) && calculate_small<Op::add>(sum, number, sum)) ++n;
    total = sum;
    return n == items.length() || add_up_slowly(call, items, n, total);
}
bool sum(const Call& call, Value& out) {
    Value items;
    return call.array(0, items) && add_up(call, items, out);
}
bool average(const Call& call, Value& out) {
    Value items, sum;
    if (!call.array(0, items) || !add_up(call, items, sum)) return false;
    if (items.length() == 0) {
        out = Value::null();
        return true;
    }
    Number total, count, result;
    const char* why = nullptr;
    read_number(sum, call.arena(), total, why);
    count.i = items.length();
    if (total.type == Number::Type::real) {
        count.type = Number::Type::real;
        count.d = items.length();
    }
    if (!calculate(Op::divide, total, count, result, why)) return call.fail(why);
    out = write_number(result, call.arena());
    return true;
}

// Is a before b? False with `failed` where they can't be compared.
bool before(const Call& call, const Value& a, const Value& b, bool& failed) {
    const Order result = order(a, b, call.arena());
    if (result == Order::incomparable) {
        failed = true;
        return call.fail(a_kind(a) + " and " + a_kind(b) + " can't be compared");
    }
    return result == Order::less;
}
// Places by key: the first of the smallest (or largest) ones.
bool extreme(const Call& call, const Value& items, const Value* keys, bool largest, Value& out) {
    if (items.length() == 0) {
        out = Value::null();
        return true;
    }
    std::uint32_t best = 0;
    bool failed = false;
    before(call, keys[0], keys[0], failed);  // a single item must be comparable too
    for (std::uint32_t n = 1; n < items.length() && !failed; ++n)
        if (largest ? before(call, keys[best], keys[n], failed) : before(call, keys[n], keys[best], failed)) best = n;
    out = items.a[best];
    return !failed;
}
template <bool largest> bool min_or_max(const Call& call, Value& out) {
    if (call.values[0].kind() == Kind::array) {
        if (call.given(1)) return call.fail("takes an array, or two numbers", 1);
        return extreme(call, call.values[0], call.values[0].a, largest, out);
    }
    bool failed = false;
    if (call.count < 2 || !call.given(1)) return call.values[0].is_number() ? call.wrong(1, "a second number") : call.wrong(0, "an array, or two numbers");
    const bool swap = largest ? before(call, call.values[0], call.values[1], failed) : before(call, call.values[1], call.values[0], failed);
    out = call.values[swap ? 1 : 0];
    return !failed;
}
Value* keys_of(const Call& call, const Value& items) {
    Value* keys = call.arena().take_array<Value>(items.length());
    for (std::uint32_t n = 0; n < items.length(); ++n)
        if (!call.each(1, items.a[n], n, keys[n])) return nullptr;
    return keys;
}
template <bool largest> bool extreme_by(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    const Value* keys = keys_of(call, items);
    return keys != nullptr && extreme(call, items, keys, largest, out);
}

bool sort_items(const Call& call, const Value& items, Value* keys, bool descending, Value& out) {
    // Once for all: numbers computed, kinds looked at; the comparison itself can't fail any more.
    const char* why = nullptr;
    for (std::uint32_t n = 0; n < items.length(); ++n) {
        if (keys[n].kind() == Kind::number_text) {
            Value computed;
            if (!compute_number(keys[n], call.arena(), computed, why)) return call.fail(why);
            keys[n] = computed;
        }
        if (order(keys[0], keys[n], call.arena()) == Order::incomparable) return call.fail(a_kind(keys[0]) + " and " + a_kind(keys[n]) + " can't be compared");
    }
    std::vector<std::uint32_t> places(items.length());
    for (std::uint32_t n = 0; n < items.length(); ++n) places[n] = n;
    const Order wanted = descending ? Order::greater : Order::less;
    std::stable_sort(places.begin(), places.end(), [&](std::uint32_t a, std::uint32_t b) { return order(keys[a], keys[b], call.arena()) == wanted; });
    Value* to = call.arena().take_array<Value>(items.length());
    for (std::uint32_t n = 0; n < items.length(); ++n) to[n] = items.a[places[n]];
    out = Value::array(to, items.length());
    return true;
}
bool sort(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    Value* keys = call.arena().take_array<Value>(items.length());
    std::copy(items.begin(), items.end(), keys);
    return sort_items(call, items, keys, false, out);
}
bool sort_by(const Call& call, Value& out) {
    Value items;
    bool descending = false;
    if (!call.array(0, items) || !call.flag(2, descending)) return false;
    Value* keys = keys_of(call, items);
    return keys != nullptr && sort_items(call, items, keys, descending, out);
}
bool unique(const Call& call, Value& out) {
    Value items;
    if (!call.array(0, items)) return false;
    constexpr std::uint32_t searched = 16;
    std::vector<Value> kept;
    std::unordered_multimap<std::uint64_t, std::uint32_t> places;
    for (const Value& item : items) {
        bool there = false;
        if (items.length() <= searched) {
            there = std::any_of(kept.begin(), kept.end(), [&](const Value& one) { return equal(one, item, call.arena()); });
        } else {
            const std::uint64_t hash = hash_of(item, call.arena());
            const auto [begin, end] = places.equal_range(hash);
            there = std::any_of(begin, end, [&](const auto& entry) { return equal(kept[entry.second], item, call.arena()); });
            if (!there) places.emplace(hash, static_cast<std::uint32_t>(kept.size()));
        }
        if (!there) kept.push_back(item);
    }
    return give_items(call, kept, out);
}

constexpr Implementation list[] = {
    {.name = "map", .run = map, .leaves_items = true},
    {"filter", filter},
    {.name = "any", .run = any, .leaves_items = true},
    {.name = "all", .run = all, .leaves_items = true},
    {"find", find},
    {.name = "flat_map", .run = flat_map, .leaves_items = true},
    {"flatten", flatten},
    {"length", length},
    {"first", first},
    {"last", last},
    {"get", get},
    {"enumerate", enumerate},
    {"sum", sum},
    {"average", average},
    {"min", min_or_max<false>},
    {"max", min_or_max<true>},
    {"min_by", extreme_by<false>},
    {"max_by", extreme_by<true>},
    {"sort", sort},
    {"sort_by", sort_by},
    {"unique", unique},
};

}  // namespace

std::span<const Implementation> array_implementations() { return list; }

}  // namespace weir
